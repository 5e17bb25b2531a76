// A HEADERS frame and the CONTINUATION frames behind it as one header block (RFC 9113 section 4.3). One per connection; what
// comes in one frame, as it nearly always does, is not copied.

import { ERROR, FLAG } from './frame.ts';
import { HEADERS_PRIORITY_BYTES, unpaddedEnd, unpaddedStart } from './frame-rules.ts';

/** RFC 9113 has no limit of its own; without one, a peer could send CONTINUATIONs for ever. */
const FRAMES_MAX = 8;
export const BLOCK_MAX_BYTES = 16_384;

export class HeaderBlock {
  /** The stream whose block has begun and not ended; 0: none. Nothing but its CONTINUATION may come then. */
  streamId = 0;
  endsStream = false;
  /** The block, once `begin` or `add` has returned NO_ERROR and `streamId` is 0 again: bytes [start, end). */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  #pieces: Uint8Array | undefined;
  #frames = 0;

  /** Takes a HEADERS frame. */
  begin(flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): number {
    let from = unpaddedStart(flags, start);
    const to = unpaddedEnd(flags, bytes, start, end);
    if ((flags & FLAG.PRIORITY) !== 0) from += HEADERS_PRIORITY_BYTES;
    // Also where the padding is too long, and `to` is -1.
    if (from > to) return ERROR.PROTOCOL_ERROR;
    this.endsStream = (flags & FLAG.END_STREAM) !== 0;
    this.bytes = bytes;
    this.start = from;
    this.end = to;
    if ((flags & FLAG.END_HEADERS) !== 0) return ERROR.NO_ERROR;
    this.streamId = streamId;
    this.#frames = 1;
    this.#pieces ??= new Uint8Array(BLOCK_MAX_BYTES);
    this.#pieces.set(bytes.subarray(from, to));
    this.bytes = this.#pieces;
    this.start = 0;
    this.end = to - from;
    return ERROR.NO_ERROR;
  }

  /** Takes a CONTINUATION frame of the stream that `begin` began. */
  add(flags: number, bytes: Uint8Array, start: number, end: number): number {
    if (++this.#frames > FRAMES_MAX || this.end + end - start > BLOCK_MAX_BYTES) return ERROR.ENHANCE_YOUR_CALM;
    this.#pieces!.set(bytes.subarray(start, end), this.end);
    this.end += end - start;
    if ((flags & FLAG.END_HEADERS) !== 0) this.streamId = 0;
    return ERROR.NO_ERROR;
  }
}
