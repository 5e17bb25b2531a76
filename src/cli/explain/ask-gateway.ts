// The running gateway's own word on a name.

import { LEAVE_ANSWER } from '../../control-plane/api/explain-route.ts';
import type { Explanation } from '../../control-plane/explain/explanation.ts';
import { typeToText } from '../../wire/type-text.ts';
import { requestGateway, strangeAnswer } from '../gateway-request.ts';

/** Each line that is shown may mean reading through all of a large list, and the upstream may be slow. */
const TIMEOUT_MILLISECONDS = 60_000;

export interface Asked {
  readonly name: string;
  readonly type: number;
  readonly client?: string | undefined;
  /** False: what the name leads to is not looked at, for which the upstream may have to be asked. */
  readonly looksAtAnswer: boolean;
}

/** Undefined if no gateway runs there. Rejects with OperatorError. */
export async function askGateway(
  stateDirectory: string,
  { name, type, client, looksAtAnswer }: Asked,
): Promise<Explanation | undefined> {
  const query = new URLSearchParams({
    name,
    type: typeToText(type),
    ...(client === undefined ? {} : { client }),
    ...(looksAtAnswer ? {} : { answer: LEAVE_ANSWER }),
  });
  const answer = await requestGateway(stateDirectory, 'GET', `/v1/explain?${query}`, TIMEOUT_MILLISECONDS);
  if (answer === undefined) return undefined;
  if (answer.status === 200 && isExplanation(answer.body)) return answer.body;
  throw strangeAnswer(stateDirectory, 'this is no explanation', answer);
}

/** As far as to tell that the same version made it: what it shows besides is texts. */
function isExplanation(value: unknown): value is Explanation {
  if (typeof value !== 'object' || value === null) return false;
  const { name, action, sentence, notes, rules, answer, client } = value as Record<string, unknown>;
  const areTexts = [name, action, sentence].every((text) => typeof text === 'string');
  const areLists = [notes, rules].every((list) => Array.isArray(list));
  return areTexts && areLists && isRecord(answer) && isRecord(client);
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
