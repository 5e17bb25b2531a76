// What happens to a name and why, as `sotto explain` finds out: from the running gateway, else from what the last one left.

import { explainName } from '../../control-plane/explain/explain-name.ts';
import type { Explanation } from '../../control-plane/explain/explanation.ts';
import { OperatorError } from '../../errors.ts';
import { TYPE } from '../../wire/numbers.ts';
import { askGateway } from '../explain/ask-gateway.ts';
import { type Compiled, readCompiled } from '../explain/read-compiled.ts';
import type { Circumstances } from './circumstances.ts';

/** A sentence where nobody can tell. */
export type Explainer = (name: string) => Promise<Explanation | undefined>;

export async function explainerFor({
  gateway,
  settings,
}: Pick<Circumstances, 'gateway' | 'settings'>): Promise<Explainer | string> {
  if (gateway.kind === 'forbidden') return 'this user may not ask the gateway';
  if (gateway.kind === 'silent') return 'the gateway does not answer on its control socket';
  if (gateway.kind === 'running')
    return async (name) => await askGateway(settings.stateDirectory, { name, type: TYPE.A, looksAtAnswer: false });
  let compiled: Compiled | undefined;
  try {
    compiled = await readCompiled(settings);
  } catch (error) {
    if (error instanceof OperatorError) return error.message;
    throw error;
  }
  if (compiled === undefined) return 'no gateway runs, and none has left compiled lists';
  const { context } = compiled;
  return async (name) => await explainName(context, name);
}
