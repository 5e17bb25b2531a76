// What query threads note for one another about the upstream: whether it answers (reachability.ts), and which answers are being
// fetched anew (refresh-claims.ts). A few kilobytes; nothing in it is needed for an answer to be right.

/** Words of the first part: a line of its own. */
export const NOTE = { EPOCH: 0, HAS_FAILED: 1, ANSWERED_AT: 2, FAILURES_KEPT_UNTIL: 3 } as const;

/** The second part starts on the next line. */
export const CLAIMS_AT = 16;
/** A power of two. */
export const CLAIM_PLACES = 1024;

/** All zeros: nothing has failed, nothing is claimed. */
export function createUpstreamNotes(): SharedArrayBuffer {
  return new SharedArrayBuffer((CLAIMS_AT + CLAIM_PLACES) * Int32Array.BYTES_PER_ELEMENT);
}
