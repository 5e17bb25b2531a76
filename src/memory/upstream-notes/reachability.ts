// Whether the upstream answers, as all query threads know it together. A failure that was kept because nothing answered belongs to
// an epoch: the first answer afterwards, to whomever, begins the next one, and with it all those failures are over. So a question
// in whose time the epoch changed was asked before an outage had ended.
//
// Without failures it costs a load of two words per answer of the upstream, and one per question that is not in the cache.

import { NOTE } from './upstream-notes.ts';

const { EPOCH, HAS_FAILED, ANSWERED_AT, FAILURES_KEPT_UNTIL } = NOTE;

export class Reachability {
  readonly #words: Int32Array<SharedArrayBuffer>;

  /** `notes`: of createUpstreamNotes. */
  constructor(notes: SharedArrayBuffer) {
    this.#words = new Int32Array(notes);
  }

  /** 32 bits, signed. */
  get epoch(): number {
    return Atomics.load(this.#words, EPOCH);
  }

  /** A failure was kept because nothing answered, and nothing has answered since. */
  get isOut(): boolean {
    return this.#words[HAS_FAILED] !== 0;
  }

  /** When the upstream last answered any thread: monotonic whole seconds, 0 for never. */
  get answeredAtSeconds(): number {
    return this.#words[ANSWERED_AT]!;
  }

  /** No failure is kept that would be in force in this second or later. */
  get failuresKeptUntilSeconds(): number {
    return this.#words[FAILURES_KEPT_UNTIL]!;
  }

  /** The upstream answered. */
  noteAnswer(nowSeconds: number): void {
    const words = this.#words;
    if (words[ANSWERED_AT] !== nowSeconds) words[ANSWERED_AT] = nowSeconds;
    if (words[HAS_FAILED] !== 0) this.noteReached();
  }

  /** It can be reached again, as somebody found out who had no question. */
  noteReached(): void {
    if (Atomics.exchange(this.#words, HAS_FAILED, 0) !== 0) Atomics.add(this.#words, EPOCH, 1);
  }

  /**
   * A failure was kept. `isOutage`: it belongs to the epoch that was read before it was stored: an answer that comes while it is
   * being stored either finds it noted, and ends its epoch, or came too early to tell anything.
   */
  noteFailureKept(untilSeconds: number, isOutage: boolean): void {
    const words = this.#words;
    let until = Atomics.load(words, FAILURES_KEPT_UNTIL);
    while (until < untilSeconds) {
      const found = Atomics.compareExchange(words, FAILURES_KEPT_UNTIL, until, untilSeconds);
      if (found === until) break;
      until = found;
    }
    if (isOutage) Atomics.store(words, HAS_FAILED, 1);
  }
}
