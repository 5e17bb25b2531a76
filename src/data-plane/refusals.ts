// The answers that stand in for the one a client asked for: refused, blocked, not ready, failed. Each explains itself (RFC 8914).

import type { CompiledResponse } from '../policy/compiled-response.ts';
import { type Decision, REASON } from '../policy/decide.ts';
import type { BlockResponse } from '../policy/policy-settings.ts';
import { CHAIN_TEXT, NOT_READY_TEXT, REBINDING_TEXT, TOO_MANY_ADDRESSES_TEXT } from '../policy/refusal-texts.ts';
import { FLAG_TC, MESSAGE_MAX_BYTES, readFlags, writeFlags } from '../wire/header.ts';
import { EXTENDED_ERROR, RCODE, TYPE } from '../wire/numbers.ts';
import { appendAddress, appendNegativeSoa, appendOwnRecord, startReply } from '../wire/reply-builder.ts';
import { RECORD_MIN_BYTES } from '../wire/resource-record.ts';
import { EXTENDED_ERROR_OF, FAILURE_KIND, type Failure } from './fallback/failure.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { NO_TEXT, OUTCOME, type Query, VERDICT, type Verdict } from './query.ts';
import { blockingUpstreamOf, UPSTREAM_BLOCK_TTL_SECONDS } from '../policy/upstream-block.ts';

const NULL_IPV4 = new Uint8Array(4);
const NULL_IPV6 = new Uint8Array(16);
/** Leaves room for an SOA, and an OPT record with what it explains. */
const RECORDS_END_MAX = MESSAGE_MAX_BYTES - 1_000;
const encoder = new TextEncoder();
const NOT_READY = encoder.encode(NOT_READY_TEXT);
const REBINDING = encoder.encode(REBINDING_TEXT);
const TOO_MANY_ADDRESSES = encoder.encode(TOO_MANY_ADDRESSES_TEXT);
const BUG_TEXT = encoder.encode('an error inside the gateway');
/** Of aliases of ours and of rules, and of those that a resolver of the local network leaves to us. */
export const CHAIN: Uint8Array<ArrayBuffer> = encoder.encode(CHAIN_TEXT);

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

/**
 * Answers, or stays silent, as the rule says that decided, or else as the group's `block_response` says. `text`: who blocks. PASS where the
 * rule has nothing against an answer over this transport.
 */
export function replyBlocked(query: Query, inForce: PolicyInForce, decision: Decision, text: Uint8Array): Verdict {
  const { blockResponse, blockTtlSeconds } = query.groupOf(inForce);
  const { response } = decision;
  if (response?.kind === 'truncate') return replyTruncated(query);
  query.outcome = OUTCOME.BLOCKED;
  query.explain(errorCodeOf(inForce, decision), text);
  if (response?.kind === 'records') return replyRecords(query, response, blockTtlSeconds);
  // An alias is followed where it may lead on, and never answered with here.
  const { kind } = response === undefined || response.kind === 'alias' ? blockResponse : response;
  switch (kind) {
    case 'drop':
      return VERDICT.DROP;
    case 'refused':
      begin(query, RCODE.REFUSED);
      return VERDICT.REPLY;
    case 'nxdomain':
      begin(query, RCODE.NXDOMAIN);
      break;
    case 'nodata':
      begin(query, RCODE.NOERROR);
      break;
    default: {
      begin(query, RCODE.NOERROR);
      const address = blockAddress(blockResponse, query.facts.type);
      if (address === undefined) break;
      query.replyLength = appendAddress(query.reply, query.replyLength, address, blockTtlSeconds);
      query.explainAlso(EXTENDED_ERROR.FORGED_ANSWER, NO_TEXT);
      return VERDICT.REPLY;
    }
  }
  query.replyLength = appendNegativeSoa(query.reply, query.replyLength, blockTtlSeconds);
  return VERDICT.REPLY;
}

/** Undefined: other types have none, and get NODATA; HTTPS and SVCB too, whose hints would lead around the block. */
function blockAddress(blockResponse: BlockResponse, type: number): Uint8Array | undefined {
  if (type !== TYPE.A && type !== TYPE.AAAA) return undefined;
  if (blockResponse.kind !== 'address') return type === TYPE.A ? NULL_IPV4 : NULL_IPV6;
  return type === TYPE.A ? blockResponse.a : blockResponse.aaaa;
}

function errorCodeOf(inForce: PolicyInForce, { reason, source }: Decision): number {
  if (source >= 0) return inForce.errorCodes[source]!;
  return reason === REASON.TYPE_NOT_ALLOWED ? EXTENDED_ERROR.FILTERED : EXTENDED_ERROR.BLOCKED;
}

/** The client is to ask again over a stream, where the same rule has no effect. */
function replyTruncated(query: Query): Verdict {
  if (query.isOverStream) return VERDICT.PASS;
  query.outcome = OUTCOME.BLOCKED;
  begin(query, RCODE.NOERROR);
  writeFlags(query.reply, readFlags(query.reply) | FLAG_TC);
  return VERDICT.REPLY;
}

/** What a rule gives, of the type asked for. */
function replyRecords(query: Query, { records }: CompiledResponse, ttlSeconds: number): Verdict {
  const { facts, reply } = query;
  begin(query, RCODE.NOERROR);
  let length = query.replyLength;
  let isThere = false;
  for (let i = 0; i < records.length; i++) {
    const { type, rdata } = records[i]!;
    if (type !== facts.type || length + RECORD_MIN_BYTES + rdata.length > RECORDS_END_MAX) continue;
    length = appendOwnRecord(reply, length, type, rdata, ttlSeconds);
    isThere = true;
  }
  if (isThere) query.explainAlso(EXTENDED_ERROR.FORGED_ANSWER, NO_TEXT);
  query.replyLength = isThere ? length : appendNegativeSoa(reply, length, ttlSeconds);
  return VERDICT.REPLY;
}

/** The alias itself is asked for. */
export function replyAlias(query: Query, inForce: PolicyInForce, target: Uint8Array): Verdict {
  const { blockTtlSeconds } = query.groupOf(inForce);
  query.outcome = OUTCOME.BLOCKED;
  begin(query, RCODE.NOERROR);
  query.replyLength = appendOwnRecord(query.reply, query.replyLength, TYPE.CNAME, target, blockTtlSeconds);
  query.explain(errorCodeOf(inForce, query.decision), NO_TEXT);
  query.explainAlso(EXTENDED_ERROR.FORGED_ANSWER, NO_TEXT);
  return VERDICT.REPLY;
}

/** An answer is kept back for its addresses, by no rule: they lead into this network, or are more than are looked at. */
export function replyWithheld(
  query: Query,
  inForce: PolicyInForce,
  isRebinding: boolean,
  isExplained: boolean,
): Verdict {
  query.outcome = OUTCOME.BLOCKED;
  begin(query, RCODE.NOERROR);
  query.explain(EXTENDED_ERROR.BLOCKED, !isExplained ? NO_TEXT : isRebinding ? REBINDING : TOO_MANY_ADDRESSES);
  query.replyLength = appendNegativeSoa(query.reply, query.replyLength, query.groupOf(inForce).blockTtlSeconds);
  return VERDICT.REPLY;
}

/** The upstream's own filter: whatever `block_response` says, since the name is not one of ours. */
export function replyUpstreamBlock(query: Query, inForce: PolicyInForce, inspection: number): Verdict {
  query.outcome = OUTCOME.UPSTREAM_BLOCK;
  begin(query, RCODE.NXDOMAIN);
  query.explain(EXTENDED_ERROR.BLOCKED, inForce.upstreamBlockTexts[blockingUpstreamOf(inspection)] ?? NO_TEXT);
  query.replyLength = appendNegativeSoa(query.reply, query.replyLength, UPSTREAM_BLOCK_TTL_SECONDS);
  return VERDICT.REPLY;
}

/** Lists are missing and the policy says to wait for them. */
export function replyNotReady(query: Query): Verdict {
  return replyError(query, OUTCOME.NOT_READY, RCODE.SERVFAIL, EXTENDED_ERROR.NOT_READY, NOT_READY);
}

/** Aliases that there is no room for, or that lead back to a name in front of them. */
export function replyChain(query: Query): Verdict {
  return replyError(query, OUTCOME.UPSTREAM_FAILURE, RCODE.SERVFAIL, EXTENDED_ERROR.OTHER, CHAIN);
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
