// What the world is told about a name: its addresses, asked through the encrypted upstream.

import { addressesOf } from '../../upstream/answer-addresses.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { RCODE, TYPE } from '../../wire/numbers.ts';
import { rcodeToText } from '../../wire/type-text.ts';
import { readQuestion } from '../query/question.ts';
import { questionToQuery } from './question-to-query.ts';

export type PublicAddresses =
  /** IPv4 before IPv6; none where the name is not there, or has no address. */
  { readonly addresses: readonly string[]; readonly isMissing: boolean } | { readonly reason: string };

export async function publicAddressesOf(upstream: Upstream, name: string): Promise<PublicAddresses> {
  const answers = await Promise.all([ask(upstream, name, 'A'), ask(upstream, name, 'AAAA')]);
  const addresses: string[] = [];
  let isMissing = false;
  for (const answer of answers) {
    if ('reason' in answer) return answer;
    addresses.push(...answer.addresses);
    isMissing ||= answer.isMissing;
  }
  return { addresses, isMissing };
}

async function ask(upstream: Upstream, name: string, type: 'A' | 'AAAA'): Promise<PublicAddresses> {
  const outcome = await upstream.exchange(questionToQuery(readQuestion(name, type)));
  if (!outcome.ok) return { reason: outcome.detail };
  const answer = addressesOf(outcome.message);
  if (answer === undefined) return { reason: `${outcome.server} gives an answer that cannot be read` };
  const { rcode } = answer;
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN)
    return { reason: `${outcome.server} answers ${rcodeToText(rcode)} for ${name} ${type}` };
  const wanted = answer.addresses.filter((address) => address.includes(':') === (type === 'AAAA'));
  return { addresses: wanted, isMissing: rcode === RCODE.NXDOMAIN };
}

/** For the root's name servers: a question that every resolver can answer, and that says nothing about anybody. */
export function rootQuestion(): Uint8Array {
  return questionToQuery({ name: new Uint8Array(1), type: TYPE.NS });
}
