// Reads an upstream's message in one bounded pass and notes what caching and policy need. The result object is reused.

export const ANSWER_FAULT = {
  NONE: 0,
  /** Not a well-formed message with exactly one question. */
  FORMAT: 1,
} as const;
export type AnswerFault = (typeof ANSWER_FAULT)[keyof typeof ANSWER_FAULT];

/** Records whose position is noted; a message with more is a fault (no real answer comes near). */
export const ANSWER_RECORDS_MAX = 4096;
export const CNAME_CHAIN_MAX = 16;

export class AnswerFacts {
  flags = 0;
  /** RCODE with the extended bits of OPT. */
  rcode = 0;
  questionEnd = 12;
  /** Length without the OPT record and whatever stood behind it: what may be cached and relayed. */
  lengthWithoutOpt = 0;
  /** ARCOUNT of that part. */
  additionalWithoutOpt = 0;
  /** Offsets of the TTL field of every record in that part (`ttlCount` of them). */
  readonly ttlOffsets: Uint16Array<ArrayBuffer> = new Uint16Array(ANSWER_RECORDS_MAX);
  ttlCount = 0;
  /** Smallest TTL of the answer, authority and additional sections in seconds, top-bit-set TTLs as 0 (RFC 2181 section 8); 0 without records. */
  minimumTtlSeconds = 0;
  /** min(SOA TTL, SOA MINIMUM) of the SOA in AUTHORITY (RFC 2308 section 5), or -1 without one. */
  negativeTtlSeconds = -1;
  answerCount = 0;
  /** Offsets of the RDATA of CNAME records in ANSWER (at most CNAME_CHAIN_MAX; `cnameCount` of them; more is a FORMAT fault). */
  readonly cnameTargetOffsets: Uint16Array<ArrayBuffer> = new Uint16Array(CNAME_CHAIN_MAX);
  cnameCount = 0;
  /** Offsets of the RDATA of A and AAAA records in ANSWER (first 64). */
  readonly addressOffsets: Uint16Array<ArrayBuffer> = new Uint16Array(64);
  addressCount = 0;
  /** First EDE option of the upstream's OPT: info code, or -1; its text (UTF-8) as offsets into the message. */
  extendedErrorCode = -1;
  extendedErrorTextStart = 0;
  extendedErrorTextEnd = 0;
}

/** Fills `facts` from an upstream's message. Never throws. Records inside an answer that name OPT twice, run past the end or lie about counts are faults. */
export function readAnswer(_message: Uint8Array, _length: number, _facts: AnswerFacts): AnswerFault {
  throw new Error('not built');
}

/** Whether both messages ask the same single question (ASCII case-insensitive name, type, class). Both have been read without fault. */
export function sameQuestion(_a: Uint8Array, _b: Uint8Array): boolean {
  throw new Error('not built');
}
