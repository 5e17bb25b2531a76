// An upstream that blocks malicious names says so by an NXDOMAIN without SOA whose RA is 0 (Quad9), or by an Extended DNS Error. Such
// an answer is no statement about the name: it is kept shortly, for its own question alone, and told apart from a true "no".

import type { AnswerFacts } from '../../wire/answer-reader.ts';
import { encodeExtendedErrorText } from '../../wire/extended-error-text.ts';
import { FLAG_RA } from '../../wire/header.ts';
import { EXTENDED_ERROR, RCODE } from '../../wire/numbers.ts';
import type { Answer } from './answer.ts';
import { CLEAN, UPSTREAM_BLOCK } from './answer-inspector.ts';

/** Also in the SOA that clients get: who was blocked by mistake is not so for long. */
export const UPSTREAM_BLOCK_TTL_SECONDS = 60;

const BLOCKING_ERRORS: ReadonlySet<number> = new Set([
  EXTENDED_ERROR.BLOCKED,
  EXTENDED_ERROR.CENSORED,
  EXTENDED_ERROR.FILTERED,
]);

/** The finding UPSTREAM_BLOCK of the upstream that `answer` came from, or CLEAN. `blockingUpstreams`: who uses the signal. */
export function upstreamBlockIn(answer: Answer, facts: AnswerFacts, blockingUpstreams: readonly string[]): number {
  // An SOA in AUTHORITY: a true "no".
  if (facts.rcode !== RCODE.NXDOMAIN || facts.negativeTtlSeconds >= 0) return CLEAN;
  const place = blockingUpstreams.indexOf(answer.server);
  if (place < 0) return CLEAN;
  const isSignalled = (facts.flags & FLAG_RA) === 0 || BLOCKING_ERRORS.has(facts.extendedErrorCode);
  return isSignalled ? UPSTREAM_BLOCK - place : CLEAN;
}

/** Extended DNS Error texts, one for each upstream that blocks. */
export function upstreamBlockTexts(blockingUpstreams: readonly string[]): readonly Uint8Array<ArrayBuffer>[] {
  return blockingUpstreams.map((server) =>
    encodeExtendedErrorText(`the upstream ${server} takes this name for malicious`),
  );
}

/** Position of the finding's upstream among those that block. */
export function blockingUpstreamOf(inspection: number): number {
  return UPSTREAM_BLOCK - inspection;
}
