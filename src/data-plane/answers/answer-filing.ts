// How answers are filed in the shared cache.

import type { AnswerKey } from '../../memory/answer-cache/answer-cache.ts';
import { FLAG_Z } from '../../wire/header.ts';

export { upstreamsOf, variantOfUpstreams, withUpstreams } from '../../memory/answer-cache/upstream-variant.ts';

/** The QTYPE under which an NXDOMAIN is filed: it holds for every type of the name (RFC 2308 section 5). */
export const EVERY_TYPE = 0;

/** Bits of AnswerKey.variant: answers differ by what the asker can and wants to see (RFC 4035 section 3.2). */
export const VARIANT_DNSSEC_OK = 1;
export const VARIANT_CHECKING_DISABLED = 2;
/** Both: what askers differ by; all numbers up to it are variants. */
export const VARIANTS_OF_ASKERS = 3;
/** Files a failure to answer the question instead of an answer (failure-cache.ts). */
export const VARIANT_FAILURE = 0x10;
/** Of names whose answers are not to be kept (`cache.exclude`): passed by the cache on the way in and out. */
export const VARIANT_NO_CACHE = 0x20;
/** Notes for whom a question is being asked of a resolver of the local network (lan-questions.ts). */
export const VARIANT_BEING_ASKED = 0x40;
/** Asked by somebody who does not get the names of this network, of a name that it has. Never answered with what it has. */
export const VARIANT_OF_OTHERS = 0x80;

/** Whether its answers are the public's, though this network has the name too. */
export function isOfPublic({ variant }: AnswerKey): boolean {
  return (variant & VARIANT_OF_OTHERS) !== 0;
}

/** In the header of a filed message: not to be given once it has expired (supersede.ts). No client sees the bit. */
export const FLAG_NEVER_STALE: number = FLAG_Z;
