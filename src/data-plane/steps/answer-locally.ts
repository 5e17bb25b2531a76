// Names that never leave the host (RFC 6761, 6762, 7686, 8375, 9462, 9476): asking the upstream for them would leak, or, for
// resolver.arpa, would hand the upstream's own discovery records to clients and lead them around the filter.

import { nameFromText } from '../../wire/name-text.ts';
import { RCODE, TYPE } from '../../wire/numbers.ts';
import { appendAddress, appendNegativeSoa, startReply } from '../../wire/reply-builder.ts';
import { OUTCOME, type Query, VERDICT } from '../query.ts';
import type { Step } from '../step.ts';

const NEGATIVE_TTL_SECONDS = 10_800;
const LOOPBACK_IPV4 = Uint8Array.of(127, 0, 0, 1);
const LOOPBACK_IPV6 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

const LOCALHOST = wireName('localhost');
const RESOLVER_ARPA = wireName('resolver.arpa');
const NON_EXISTENT = ['invalid', 'test', 'local', 'onion', 'alt', 'internal', 'home.arpa'].map(wireName);

export const answerLocally: Step = {
  name: 'answer-locally',
  run(query) {
    const { name, nameLength } = query.asked;
    if (endsWith(query, LOCALHOST)) return replyLoopback(query);
    if (endsWith(query, RESOLVER_ARPA)) return reply(query, RCODE.NOERROR);
    for (let i = 0; i < NON_EXISTENT.length; i++) {
      const suffix = NON_EXISTENT[i]!;
      if (!endsWith(query, suffix)) continue;
      // home.arpa has an insecure delegation that validators must be able to see (RFC 8375 section 4).
      if (query.asked.type === TYPE.DS && nameLength === suffix.length && name[0] === 4) return VERDICT.PASS;
      return reply(query, RCODE.NXDOMAIN);
    }
    return VERDICT.PASS;
  },
};

/** Whether the name is `suffix` or lies below it: some suffix of the name starts where `suffix` would, and is equal. */
function endsWith({ asked, hasher }: Query, suffix: Uint8Array): boolean {
  const start = asked.nameLength - suffix.length;
  if (start < 0) return false;
  const labels = suffix[suffix[0]! + 1] === 0 ? 1 : 2;
  if (hasher.labelCount < labels || hasher.suffixOffset[labels - 1] !== start) return false;
  for (let i = 0; i < suffix.length; i++) if (asked.name[start + i] !== suffix[i]) return false;
  return true;
}

function replyLoopback(query: Query): typeof VERDICT.REPLY {
  const { type } = query.asked;
  if (type !== TYPE.A && type !== TYPE.AAAA) return reply(query, RCODE.NOERROR);
  const address = type === TYPE.A ? LOOPBACK_IPV4 : LOOPBACK_IPV6;
  query.outcome = OUTCOME.LOCAL;
  query.replyLength = startReply(query.message, query.facts, RCODE.NOERROR, query.ownReply);
  query.replyLength = appendAddress(query.ownReply, query.replyLength, address, NEGATIVE_TTL_SECONDS);
  return VERDICT.REPLY;
}

function reply(query: Query, rcode: number): typeof VERDICT.REPLY {
  query.outcome = OUTCOME.LOCAL;
  query.opt.rcode = rcode;
  query.replyLength = startReply(query.message, query.facts, rcode, query.ownReply);
  query.replyLength = appendNegativeSoa(query.ownReply, query.replyLength, NEGATIVE_TTL_SECONDS);
  return VERDICT.REPLY;
}

function wireName(text: string): Uint8Array {
  const name = nameFromText(text);
  if (name === undefined) throw new Error(`not a name: ${text}`);
  return name;
}
