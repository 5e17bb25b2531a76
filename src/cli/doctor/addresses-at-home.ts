// What devices of this network are told about a name: by the gateway, in plain DNS, where they ask it.

import type { Explanation } from '../../control-plane/explain/explanation.ts';
import { OperatorError } from '../../errors.ts';
import { addressesOf } from '../../upstream/answer-addresses.ts';
import { RCODE } from '../../wire/numbers.ts';
import { readQuestion } from '../query/question.ts';
import { askEndpoint } from './ask-endpoint.ts';
import type { Circumstances } from './circumstances.ts';
import type { Endpoint } from './endpoints.ts';
import { explainerFor } from './explain-as-gateway.ts';
import { homeToAsk } from './may-ask.ts';

export type HomeAddresses =
  /** IPv4 before IPv6; none where the name is not there, or has no address. */
  | { readonly kind: 'told'; readonly addresses: readonly string[]; readonly askedAt: Endpoint }
  /** By a list or a rule; then nothing that is answered tells where the name is. */
  | { readonly kind: 'blocked'; readonly explanation: Explanation }
  | { readonly kind: 'no-answer' }
  /** No gateway runs. */
  | { readonly kind: 'nobody' }
  /** Plain DNS is not for this machine. */
  | { readonly kind: 'not-for-us' };

type Asking = Pick<Circumstances, 'settings' | 'gateway' | 'endpoints'>;

export async function addressesAtHome(name: string, circumstances: Asking): Promise<HomeAddresses> {
  const { gateway } = circumstances;
  if (gateway.kind === 'none') return { kind: 'nobody' };
  const explanation = await blockOf(name, circumstances);
  if (explanation !== undefined) return { kind: 'blocked', explanation };
  const askedAt = homeToAsk(circumstances);
  if (askedAt === undefined) return { kind: 'not-for-us' };
  const answers = await Promise.all(['A', 'AAAA'].map((type) => askEndpoint(askedAt, readQuestion(name, type))));
  const addresses: string[] = [];
  for (const answer of answers) {
    const read = answer.kind === 'answer' ? addressesOf(answer.message) : undefined;
    if (read === undefined || read.rcode === RCODE.SERVFAIL) return { kind: 'no-answer' };
    addresses.push(...read.addresses);
  }
  return { kind: 'told', addresses, askedAt };
}

/** Undefined where nothing blocks it, or nobody can tell. */
async function blockOf(name: string, circumstances: Asking): Promise<Explanation | undefined> {
  try {
    const explain = await explainerFor(circumstances);
    const explanation = typeof explain === 'string' ? undefined : await explain(name);
    return explanation !== undefined && explanation.local === undefined && explanation.action !== 'allow'
      ? explanation
      : undefined;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return undefined;
  }
}
