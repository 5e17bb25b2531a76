// The answers that stand in for the one a client asked for: refused, blocked, not ready, failed. Each explains itself (RFC 8914).

import type { Reason } from '../policy/decide.ts';
import { EXTENDED_ERROR, RCODE, TYPE } from '../wire/numbers.ts';
import { appendAddress, appendNegativeSoa, startReply } from '../wire/reply-builder.ts';
import { CLEAN, isUpstreamBlock, PRIVATE_ADDRESS, reasonOf, sourceOf } from './answers/answer-inspector.ts';
import { EXTENDED_ERROR_OF, FAILURE_KIND, type Failure } from './fallback/failure.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { NO_TEXT, OUTCOME, type Query, VERDICT, type Verdict } from './query.ts';
import { blockingUpstreamOf, UPSTREAM_BLOCK_TTL_SECONDS } from './answers/upstream-block.ts';

const NULL_IPV4 = new Uint8Array(4);
const NULL_IPV6 = new Uint8Array(16);
const encoder = new TextEncoder();
const NOT_READY_TEXT = encoder.encode('block lists have not arrived yet');
const REBINDING_TEXT = encoder.encode('a public name that points into private address space');
const BUG_TEXT = encoder.encode('an error inside the gateway');
/** Of aliases of ours, and of those that a resolver of the local network leaves to us. */
export const CHAIN_TEXT: Uint8Array<ArrayBuffer> = encoder.encode(
  'the aliases of this name are too many, or lead round in a circle',
);

/** Why a question is turned away. */
export interface Refusal {
  readonly rcode: number;
  readonly extendedError: number;
  readonly text: Uint8Array;
}

export function refusal(rcode: number, extendedError: number, text: string): Refusal {
  return { rcode, extendedError, text: encoder.encode(text) };
}

/** The message is malformed, or no question for a gateway. */
export function replyRefusal(query: Query, { rcode, extendedError, text }: Refusal): Verdict {
  return replyError(query, OUTCOME.MALFORMED, rcode, extendedError, text);
}

/** An error that explains itself. `rcode`: all twelve bits. */
export function replyError(
  query: Query,
  outcome: Query['outcome'],
  rcode: number,
  extendedError: number,
  text: Uint8Array,
): Verdict {
  query.outcome = outcome;
  begin(query, rcode);
  query.explain(extendedError, text);
  return VERDICT.REPLY;
}

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
        query.explainAlso(EXTENDED_ERROR.FORGED_ANSWER, NO_TEXT);
        return VERDICT.REPLY;
      }
    }
  }
  query.replyLength = appendNegativeSoa(query.reply, query.replyLength, blockTtlSeconds);
  return VERDICT.REPLY;
}

/**
 * Whether what was found in an answer keeps it from this client. Not where a name that was allowed by name led to it, whatever our
 * own policy finds.
 */
export function isWithheld({ derivation }: Query, inspection: number): boolean {
  if (inspection === CLEAN) return false;
  return !derivation.isInUse || !derivation.isAllowed || isUpstreamBlock(inspection);
}

/** Answers by what was found in an upstream's answer: a blocked CNAME target, a private address, the upstream's own filter. */
export function replyInspected(query: Query, inForce: PolicyInForce, inspection: number): Verdict {
  if (isUpstreamBlock(inspection)) return replyUpstreamBlock(query, inForce, inspection);
  if (inspection !== PRIVATE_ADDRESS) return replyBlocked(query, inForce, reasonOf(inspection), sourceOf(inspection));
  query.outcome = OUTCOME.BLOCKED;
  begin(query, RCODE.NOERROR);
  query.explain(EXTENDED_ERROR.BLOCKED, REBINDING_TEXT);
  query.replyLength = appendNegativeSoa(query.reply, query.replyLength, inForce.live.policy.blockTtlSeconds);
  return VERDICT.REPLY;
}

/** The upstream's own filter: whatever `block_response` says, since the name is not one of ours. */
function replyUpstreamBlock(query: Query, inForce: PolicyInForce, inspection: number): Verdict {
  query.outcome = OUTCOME.UPSTREAM_BLOCK;
  begin(query, RCODE.NXDOMAIN);
  query.explain(EXTENDED_ERROR.BLOCKED, inForce.upstreamBlockTexts[blockingUpstreamOf(inspection)] ?? NO_TEXT);
  query.replyLength = appendNegativeSoa(query.reply, query.replyLength, UPSTREAM_BLOCK_TTL_SECONDS);
  return VERDICT.REPLY;
}

/** Lists are missing and the policy says to wait for them. */
export function replyNotReady(query: Query): Verdict {
  return replyError(query, OUTCOME.NOT_READY, RCODE.SERVFAIL, EXTENDED_ERROR.NOT_READY, NOT_READY_TEXT);
}

/** The pool of waiting questions is full. */
export function replyBusy(query: Query): Verdict {
  const { code, text } = EXTENDED_ERROR_OF.overloaded;
  return replyError(query, OUTCOME.UPSTREAM_FAILURE, RCODE.SERVFAIL, code, text);
}

/** A bug of ours: the client still gets an answer. */
export function replyInternalError(query: Query): Verdict {
  return replyError(query, OUTCOME.UPSTREAM_FAILURE, RCODE.SERVFAIL, EXTENDED_ERROR.OTHER, BUG_TEXT);
}

/** The upstream gave no answer that counts, or said that it has none: fail closed. */
export function replyUpstreamFailure(query: Query, failure: Failure): Verdict {
  const outcome = failure.kind === FAILURE_KIND.SAID ? OUTCOME.UPSTREAM : OUTCOME.UPSTREAM_FAILURE;
  return replyError(query, outcome, failure.rcode, failure.extendedErrorCode, failure.extendedErrorText);
}

/**
 * It failed a short while ago and is not asked again yet (RFC 9520): the same once more. Why it failed comes first, since many
 * clients show one Extended DNS Error.
 */
export function replyKeptFailure(query: Query, { rcode, extendedErrorCode, extendedErrorText }: Failure): Verdict {
  query.explainAlso(EXTENDED_ERROR.CACHED_ERROR, NO_TEXT);
  return replyError(query, OUTCOME.KEPT_FAILURE, rcode, extendedErrorCode, extendedErrorText);
}

function begin(query: Query, rcode: number): void {
  query.replyIsRelayed = false;
  query.opt.rcode = rcode;
  query.replyLength = startReply(query.facts, rcode, query.reply);
}
