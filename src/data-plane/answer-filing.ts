// How answers are filed in the shared cache.

/** The QTYPE under which an NXDOMAIN is filed: it holds for every type of the name (RFC 2308 section 5). */
export const EVERY_TYPE = 0;

/** Bits of AnswerKey.variant: answers differ by what the asker can and wants to see (RFC 4035 section 3.2). */
export const VARIANT_DNSSEC_OK = 1;
export const VARIANT_CHECKING_DISABLED = 2;

/** No answer is given out or kept for longer: a day is what long-lived mistakes are worth. */
export const TTL_MAX_SECONDS = 86_400;

/** RFC 2308 section 5: more than one to three hours of "no" does harm. */
export const NEGATIVE_TTL_MAX_SECONDS = 10_800;
