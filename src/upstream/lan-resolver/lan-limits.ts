// The numbers that bound the questions to a LAN resolver. Tests hand in smaller ones.

export interface LanLimits {
  /** A question is answered or has failed by then. */
  readonly deadlineMilliseconds: number;
  /** A try that is unanswered for so long is joined by another one, at the next address. */
  readonly nextTryMilliseconds: number;
  /** Tries for one question, all in all; more where there are more addresses, so that each is asked. */
  readonly triesPerQuestion: number;
  /** Questions that wait at once, of one thread for one zone; one more fails as `overloaded`. Each holds a socket a try. */
  readonly questionsInFlight: number;
  /** So many datagrams that are no answer to the try that waits: somebody guesses, and the try goes on over TCP. */
  readonly wrongRepliesPerTry: number;
}

export const LAN_LIMITS: LanLimits = Object.freeze({
  deadlineMilliseconds: 3_800,
  nextTryMilliseconds: 800,
  triesPerQuestion: 4,
  questionsInFlight: 200,
  wrongRepliesPerTry: 10,
});
