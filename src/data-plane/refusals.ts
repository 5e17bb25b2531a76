// The answers that stand in for the one a client asked for: blocked, not ready, failed. Each explains itself (RFC 8914).

import type { Reason } from '../policy/decide.ts';
import type { UpstreamFailureCode } from '../upstream/upstream.ts';
import { EXTENDED_ERROR, RCODE, TYPE } from '../wire/numbers.ts';
import { appendAddress, appendNegativeSoa, startReply } from '../wire/reply-builder.ts';
import { PRIVATE_ADDRESS, reasonOf, sourceOf } from './answer-inspector.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { NO_TEXT, OUTCOME, type Query, VERDICT, type Verdict } from './query.ts';

const NULL_IPV4 = new Uint8Array(4);
const NULL_IPV6 = new Uint8Array(16);
const encoder = new TextEncoder();
const NOT_READY_TEXT = encoder.encode('block lists have not arrived yet');
const REBINDING_TEXT = encoder.encode('a public name that points into private address space');
const BUSY_TEXT = encoder.encode('too many questions are waiting for the upstream');

/** Answers (or stays silent) as `block_response` says. `source`: index into the table's sources, -1 for none. */
export function replyBlocked(query: Query, inForce: PolicyInForce, reason: Reason, source: number): Verdict {
  const { blockResponse, blockTtlSeconds } = inForce.live.policy;
  query.outcome = OUTCOME.BLOCKED;
  if (blockResponse.kind === 'drop') return VERDICT.DROP;
  query.explain(EXTENDED_ERROR.BLOCKED, inForce.texts.textFor(reason, source));
  switch (blockResponse.kind) {
    case 'nxdomain':
      begin(query, RCODE.NXDOMAIN);
      break;
    case 'refused':
      begin(query, RCODE.REFUSED);
      return VERDICT.REPLY;
    case 'nodata':
      begin(query, RCODE.NOERROR);
      break;
    default: {
      begin(query, RCODE.NOERROR);
      const ipv4 = blockResponse.kind === 'address' ? blockResponse.a : NULL_IPV4;
      const ipv6 = blockResponse.kind === 'address' ? blockResponse.aaaa : NULL_IPV6;
      const address = query.facts.type === TYPE.A ? ipv4 : query.facts.type === TYPE.AAAA ? ipv6 : undefined;
      if (address !== undefined) {
        query.replyLength = appendAddress(query.reply, query.replyLength, address, blockTtlSeconds);
        return VERDICT.REPLY;
      }
    }
  }
  query.replyLength = appendNegativeSoa(query.reply, query.replyLength, blockTtlSeconds);
  return VERDICT.REPLY;
}

/** Answers by what an inspection found inside an upstream's answer: a blocked CNAME target, or a private address. */
export function replyInspected(query: Query, inForce: PolicyInForce, inspection: number): Verdict {
  if (inspection !== PRIVATE_ADDRESS) return replyBlocked(query, inForce, reasonOf(inspection), sourceOf(inspection));
  query.outcome = OUTCOME.BLOCKED;
  begin(query, RCODE.NOERROR);
  query.explain(EXTENDED_ERROR.BLOCKED, REBINDING_TEXT);
  query.replyLength = appendNegativeSoa(query.reply, query.replyLength, inForce.live.policy.blockTtlSeconds);
  return VERDICT.REPLY;
}

/** Lists are missing and the policy says to wait for them. */
export function replyNotReady(query: Query): Verdict {
  return fail(query, OUTCOME.NOT_READY, EXTENDED_ERROR.NOT_READY, NOT_READY_TEXT);
}

/** The pool of waiting questions is full. */
export function replyBusy(query: Query): Verdict {
  return fail(query, OUTCOME.UPSTREAM_FAILURE, EXTENDED_ERROR.NETWORK_ERROR, BUSY_TEXT);
}

/** A bug of ours: the client still gets an answer. */
export function replyInternalError(query: Query): Verdict {
  return fail(query, OUTCOME.UPSTREAM_FAILURE, EXTENDED_ERROR.OTHER, NO_TEXT);
}

const FAILURES: Record<UpstreamFailureCode, { code: number; text: Uint8Array<ArrayBuffer> }> = {
  unreachable: { code: EXTENDED_ERROR.NO_REACHABLE_AUTHORITY, text: encoder.encode('no upstream can be reached') },
  timeout: { code: EXTENDED_ERROR.NO_REACHABLE_AUTHORITY, text: encoder.encode('the upstream did not answer in time') },
  certificate: { code: EXTENDED_ERROR.NETWORK_ERROR, text: encoder.encode("the upstream's certificate is not valid") },
  protocol: { code: EXTENDED_ERROR.NETWORK_ERROR, text: encoder.encode('the upstream does not speak HTTP/2') },
  'bad-reply': { code: EXTENDED_ERROR.INVALID_DATA, text: encoder.encode("the upstream's reply was not valid") },
  overloaded: { code: EXTENDED_ERROR.NETWORK_ERROR, text: BUSY_TEXT },
};

/** The upstream gave no answer that counts: fail closed. */
export function replyUpstreamFailure(query: Query, failure: UpstreamFailureCode): Verdict {
  const { code, text } = FAILURES[failure];
  return fail(query, OUTCOME.UPSTREAM_FAILURE, code, text);
}

function fail(query: Query, outcome: Query['outcome'], extendedError: number, text: Uint8Array): Verdict {
  query.outcome = outcome;
  begin(query, RCODE.SERVFAIL);
  query.explain(extendedError, text);
  return VERDICT.REPLY;
}

function begin(query: Query, rcode: number): void {
  query.replyIsRelayed = false;
  query.opt.rcode = rcode;
  query.replyLength = startReply(query.facts, rcode, query.reply);
}
