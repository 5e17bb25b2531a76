// Reads a client's message in one bounded pass: header, question, OPT. The result object is reused for every query.

/** Why a message is not answered as a query; `RESPONSE_FOR` in reply-builder.ts says what each gets. */
export const QUERY_FAULT = {
  NONE: 0,
  /** Shorter than a header: silence (RFC 8906). */
  TOO_SHORT: 1,
  /** QR=1: silence. */
  IS_RESPONSE: 2,
  /** FORMERR. */
  FORMAT: 3,
  /** NOTIMP: an opcode other than QUERY. */
  OPCODE: 4,
  /** BADVERS: EDNS version 1 or higher. */
  EDNS_VERSION: 5,
} as const;
export type QueryFault = (typeof QUERY_FAULT)[keyof typeof QUERY_FAULT];

/** What one query says; one object per thread, overwritten by each `readQuery`. */
export class QueryFacts {
  id = 0;
  flags = 0;
  /** The question section is [12, questionEnd); 12 if it could not be read. */
  questionEnd = 12;
  /** Octets of the name with its root octet. */
  nameLength = 0;
  /** The uncompressed name, ASCII letters lower-cased (RFC 4343). */
  readonly name: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  type = 0;
  class = 0;
  hasOpt = false;
  /** As sent; 512 without OPT. */
  udpPayloadSize = 512;
  dnssecOk = false;
  /** The query carried a padding option (RFC 7830). */
  hasPadding = false;
}

/** Fills `facts` from a client's message of `length` octets. Never throws; whatever was read before a fault stays in `facts`. */
export function readQuery(_message: Uint8Array, _length: number, _facts: QueryFacts): QueryFault {
  throw new Error('not built');
}
