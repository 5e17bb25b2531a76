// Response heads out of HEADERS and CONTINUATION frames. One per connection: header blocks build on each other, so every one is
// read, also of a stream that nobody waits for.

import { ERROR, FRAME } from '../http2/frame.ts';
import { HeaderBlock } from '../http2/header-block.ts';
import { HpackDecoder } from '../http2/hpack-decoder.ts';
import { ResponseHead } from './response-head.ts';

/** Methods that take a frame return NO_ERROR, or the error code with which the connection has to end. */
export class HeadReader {
  /** What was read last; valid while `isWhole`, until the next frame. */
  readonly head: ResponseHead = new ResponseHead();
  readonly #block = new HeaderBlock();
  readonly #decoder = new HpackDecoder();

  get isWhole(): boolean {
    return this.#block.streamId === 0;
  }

  /** Whether the head, or what came behind the body in its place, is the last of its stream. */
  get endsStream(): boolean {
    return this.#block.endsStream;
  }

  /** Whether a frame may come now: nothing may between a header block and its end (RFC 9113 section 6.10). */
  allows(type: number, streamId: number): boolean {
    const inBlock = this.#block.streamId;
    return inBlock === 0 ? type !== FRAME.CONTINUATION : type === FRAME.CONTINUATION && streamId === inBlock;
  }

  onHeaders(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): number {
    const fault = this.#block.begin(flags, streamId, bytes, start, end);
    return fault === ERROR.NO_ERROR && this.isWhole ? this.#decode() : fault;
  }

  onContinuation(flags: number, bytes: Uint8Array, start: number, end: number): number {
    const fault = this.#block.add(flags, bytes, start, end);
    return fault === ERROR.NO_ERROR && this.isWhole ? this.#decode() : fault;
  }

  #decode(): number {
    const { head } = this;
    head.begin();
    const fault = this.#decoder.decode(this.#block.bytes, this.#block.start, this.#block.end, head);
    if (this.#decoder.sawMalformed) head.isMalformed = true;
    return fault;
  }
}
