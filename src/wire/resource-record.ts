// Where the fixed fields of a resource record stand (RFC 1035 section 4.1.3), counted from the end of its owner name.

export const RECORD_TYPE = 0;
export const RECORD_CLASS = 2;
export const RECORD_TTL = 4;
export const RECORD_RDLENGTH = 8;
/** TYPE, CLASS, TTL and RDLENGTH together; RDATA follows. */
export const RECORD_FIXED_BYTES = 10;

/** The smallest record: a root owner and no RDATA. */
export const RECORD_MIN_BYTES = 1 + RECORD_FIXED_BYTES;
/** TYPE and CLASS behind a question's name. */
export const QUESTION_FIXED_BYTES = 4;
