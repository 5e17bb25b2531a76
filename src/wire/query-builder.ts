// Builds the gateway's own queries for the upstream (RFC 8484: ID 0; RFC 8467: padded to 128 octets).

export interface OutgoingQuestion {
  /** Uncompressed wire name. */
  readonly name: Uint8Array;
  readonly nameLength: number;
  readonly type: number;
  readonly class: number;
  readonly dnssecOk: boolean;
  readonly checkingDisabled: boolean;
}

/** A fresh message: ID 0, RD=1, AD=1, CD as asked, OPT with UDP size 1232, DO as asked, padding to a multiple of 128 octets. */
export function buildQuery(_question: OutgoingQuestion): Uint8Array<ArrayBuffer> {
  throw new Error('not built');
}
