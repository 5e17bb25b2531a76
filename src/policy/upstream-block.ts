// An upstream that blocks malicious names says so by an NXDOMAIN without SOA whose RA is 0 (Quad9), or by an Extended DNS Error. Such
// an answer is no statement about the name: it is kept shortly, for its own question alone, and told apart from a true "no".

import type { AnswerFacts } from '../wire/answer-reader.ts';
import { FLAG_RA } from '../wire/header.ts';
import { EXTENDED_ERROR, RCODE } from '../wire/numbers.ts';

// What is filed as `inspection` beside an answer.
export const NO_UPSTREAM_BLOCK = 0;
/** And below: the upstream blocks. */
const UPSTREAM_BLOCK = -2;

/** Whether an upstream blocks; nothing that is read again in the answer can change that. */
export function isUpstreamBlock(inspection: number): boolean {
  return inspection <= UPSTREAM_BLOCK;
}

/** Also in the SOA that clients get: who was blocked by mistake is not so for long. */
export const UPSTREAM_BLOCK_TTL_SECONDS = 60;

const BLOCKING_ERRORS: ReadonlySet<number> = new Set([
  EXTENDED_ERROR.BLOCKED,
  EXTENDED_ERROR.CENSORED,
  EXTENDED_ERROR.FILTERED,
]);

/** What is filed for the upstream that an answer came from: that it blocks, or NO_UPSTREAM_BLOCK. `blockingUpstreams`: who uses the signal. */
export function upstreamBlockIn(server: string, facts: AnswerFacts, blockingUpstreams: readonly string[]): number {
  // An SOA in AUTHORITY: a true "no".
  if (facts.rcode !== RCODE.NXDOMAIN || facts.negativeTtlSeconds >= 0) return NO_UPSTREAM_BLOCK;
  const place = blockingUpstreams.indexOf(server);
  if (place < 0) return NO_UPSTREAM_BLOCK;
  const isSignalled = (facts.flags & FLAG_RA) === 0 || BLOCKING_ERRORS.has(facts.extendedErrorCode);
  return isSignalled ? UPSTREAM_BLOCK - place : NO_UPSTREAM_BLOCK;
}

/** Text of the Extended DNS Error. */
export function upstreamBlockText(server: string): string {
  return `the upstream ${server} takes this name for malicious`;
}

/** Those of these that use the signal, by the names that they go by. */
export function blockingUpstreamsAmong(
  upstreams: readonly { readonly name: string; readonly blockSignal?: boolean }[],
): readonly string[] {
  return upstreams.filter(({ blockSignal }) => blockSignal === true).map(({ name }) => name);
}

/** Position of the finding's upstream among those that block. */
export function blockingUpstreamOf(inspection: number): number {
  return UPSTREAM_BLOCK - inspection;
}
