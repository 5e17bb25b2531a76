// How many frames may still come for streams that are over without being held against the server: what was on its way when we
// reset them is no offense (RFC 9113 section 5.1).

/** A response in small frames. */
const FRAMES_PER_STREAM = 16;
/**
 * Of as many streams as are open at once (upstream-limits.ts): what a server can have sent before it hears of a reset. Resets long
 * past give it no more than that, however many there were.
 */
const FRAMES_MAX = 100 * FRAMES_PER_STREAM;

export class LateFrames {
  #left = 0;

  /** We have reset a stream that the server had not ended. */
  noteReset(): void {
    this.#left = Math.min(this.#left + FRAMES_PER_STREAM, FRAMES_MAX);
  }

  /** A frame of a stream that is over. False: nothing of that kind is due any more. */
  excuse(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }
}
