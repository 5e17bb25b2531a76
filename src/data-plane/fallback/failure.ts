// Why a question has no answer, in the terms in which clients hear of it and the failure cache keeps it.

import type { UpstreamFailureCode } from '../../upstream/upstream.ts';
import { EXTENDED_ERROR, RCODE } from '../../wire/numbers.ts';
import type { Answer } from '../answers/answer.ts';

export const FAILURE_KIND = {
  /** The upstream answered, and that was its answer about this name. */
  SAID: 0,
  /** This question got no answer that counts, while others got theirs. */
  UNANSWERED: 1,
  /** Nothing gets an answer: over as soon as anything does. */
  OUTAGE: 2,
  /** It was asked while nothing got an answer, which is over by now: asked again, it may get its own. */
  PAST_OUTAGE: 3,
} as const;
export type FailureKind = (typeof FAILURE_KIND)[keyof typeof FAILURE_KIND];

export interface Failure {
  readonly kind: FailureKind;
  /** Four bits. */
  readonly rcode: number;
  /** Extended DNS Error: each failure explains itself. */
  readonly extendedErrorCode: number;
  readonly extendedErrorText: Uint8Array;
}

const encoder = new TextEncoder();

/** What each way to fail is called (RFC 8914). */
export const EXTENDED_ERROR_OF: Record<UpstreamFailureCode, { code: number; text: Uint8Array<ArrayBuffer> }> = {
  unreachable: { code: EXTENDED_ERROR.NO_REACHABLE_AUTHORITY, text: encoder.encode('no upstream can be reached') },
  timeout: { code: EXTENDED_ERROR.NO_REACHABLE_AUTHORITY, text: encoder.encode('the upstream did not answer in time') },
  certificate: { code: EXTENDED_ERROR.NETWORK_ERROR, text: encoder.encode("the upstream's certificate is not valid") },
  protocol: { code: EXTENDED_ERROR.NETWORK_ERROR, text: encoder.encode('the upstream does not speak HTTP/2') },
  'bad-reply': { code: EXTENDED_ERROR.INVALID_DATA, text: encoder.encode("the upstream's reply was not valid") },
  overloaded: {
    code: EXTENDED_ERROR.NETWORK_ERROR,
    text: encoder.encode('too many questions are waiting for the upstream'),
  },
};

/** The same of a resolver of the local network, which is asked alone: nobody else is told its names. */
const EXTENDED_ERROR_OF_LAN: typeof EXTENDED_ERROR_OF = {
  ...EXTENDED_ERROR_OF,
  unreachable: {
    code: EXTENDED_ERROR.NETWORK_ERROR,
    text: encoder.encode('the local resolver of this zone cannot be reached'),
  },
  timeout: {
    code: EXTENDED_ERROR.NO_REACHABLE_AUTHORITY,
    text: encoder.encode('the local resolver of this zone did not answer in time'),
  },
  'bad-reply': {
    code: EXTENDED_ERROR.INVALID_DATA,
    text: encoder.encode('the reply of the local resolver of this zone was not valid'),
  },
  overloaded: {
    code: EXTENDED_ERROR.NETWORK_ERROR,
    text: encoder.encode('too many questions are waiting for the local resolver of this zone'),
  },
};

const SAID_TEXTS = {
  failed: encoder.encode('the upstream says that it failed'),
  refused: encoder.encode('the upstream refuses to answer this question'),
};
const SAID_TEXTS_OF_LAN: typeof SAID_TEXTS = {
  failed: encoder.encode('the local resolver of this zone says that it failed'),
  refused: encoder.encode('the local resolver of this zone refuses to answer this question'),
};

/** A checked answer whose RCODE says that there is none. `forwarder`: as in failureToAnswer. */
export function failureSaid(rcode: number, answer: Answer, forwarder: number): Failure {
  const isExplained = answer.extendedErrorCode >= 0;
  const texts = forwarder < 0 ? SAID_TEXTS : SAID_TEXTS_OF_LAN;
  const ownText = rcode === RCODE.SERVFAIL ? texts.failed : texts.refused;
  return {
    kind: FAILURE_KIND.SAID,
    rcode,
    extendedErrorCode: isExplained ? answer.extendedErrorCode : EXTENDED_ERROR.OTHER,
    extendedErrorText: isExplained ? answer.extendedErrorText : ownText,
  };
}

const REFERRAL_TEXT = encoder.encode('the upstream gave a referral in place of an answer');
const REFERRAL_TEXT_OF_LAN = encoder.encode(
  'the local resolver of this zone gave a referral; it must be one that recurses',
);

/** It did answer, with the names of others to ask. `forwarder`: as in failureToAnswer. */
export function failureByReferral(forwarder: number): Failure {
  return {
    kind: FAILURE_KIND.UNANSWERED,
    rcode: RCODE.SERVFAIL,
    extendedErrorCode: EXTENDED_ERROR.NO_REACHABLE_AUTHORITY,
    extendedErrorText: forwarder < 0 ? REFERRAL_TEXT : REFERRAL_TEXT_OF_LAN,
  };
}

/** `forwarder`: -1 for the upstream, else a resolver of the local network. */
export function failureToAnswer(code: UpstreamFailureCode, kind: FailureKind, forwarder: number): Failure {
  const errors = forwarder < 0 ? EXTENDED_ERROR_OF : EXTENDED_ERROR_OF_LAN;
  const { code: extendedErrorCode, text: extendedErrorText } = errors[code];
  return { kind, rcode: RCODE.SERVFAIL, extendedErrorCode, extendedErrorText };
}

/**
 * Whether an answer from before may stand in (RFC 8767 section 4): not where the upstream found that signatures do not fit (EDE 6
 * to 12), nor where it refuses on purpose (15 to 18).
 */
export function allowsStale({ extendedErrorCode }: Failure): boolean {
  const isWanted = extendedErrorCode >= EXTENDED_ERROR.BLOCKED && extendedErrorCode <= EXTENDED_ERROR.PROHIBITED;
  return !isBogus(extendedErrorCode) && !isWanted;
}

/** A validator found that signatures do not fit (RFC 8914 sections 4.7 to 4.13). */
export function isBogus(extendedErrorCode: number): boolean {
  return extendedErrorCode >= EXTENDED_ERROR.DNSSEC_BOGUS && extendedErrorCode <= EXTENDED_ERROR.NSEC_MISSING;
}
