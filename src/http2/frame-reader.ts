// Cuts what a socket delivers into whole frames. One per connection; a frame in pieces is put together in one buffer of fixed
// size, so that octets that drip in cost no more than octets that pour in.

import { readUint16, readUint32 } from '../wire/header.ts';
import { ERROR, FRAME_HEADER_BYTES, FRAME_PAYLOAD_MAX_BYTES, STREAM_ID_MAX } from './frame.ts';
import { frameFault } from './frame-rules.ts';

export interface FrameSink {
  /**
   * A whole frame, sound by itself (frame-rules.ts); its payload is bytes [start, end), valid during the call. Returns the error
   * code of a connection error, or NO_ERROR to go on.
   */
  onFrame(type: number, flags: number, streamId: number, bytes: Uint8Array, start: number, end: number): number;
}

const NOTHING = new Uint8Array(0);

export class FrameReader {
  readonly #sink: FrameSink;
  /** The beginning of a frame whose end is still to come. */
  #partial: Uint8Array = NOTHING;
  #partialLength = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Hands on every frame that `chunk` completes. NO_ERROR, or the error code with which the connection has to end. */
  read(chunk: Uint8Array): number {
    let position = 0;
    if (this.#partialLength > 0) {
      position = this.#complete(chunk);
      if (position < 0) return ERROR.NO_ERROR;
      this.#partialLength = 0;
      const fault = this.#readFrame(this.#partial, 0, frameLength(this.#partial, 0));
      if (fault !== ERROR.NO_ERROR) return fault;
    }
    for (;;) {
      const rest = chunk.length - position;
      if (rest < FRAME_HEADER_BYTES) break;
      const length = frameLength(chunk, position);
      if (length > FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX_BYTES) return ERROR.FRAME_SIZE_ERROR;
      if (rest < length) break;
      const fault = this.#readFrame(chunk, position, length);
      if (fault !== ERROR.NO_ERROR) return fault;
      position += length;
    }
    return this.#keep(chunk, position);
  }

  #readFrame(bytes: Uint8Array, offset: number, length: number): number {
    const type = bytes[offset + 3]!;
    const flags = bytes[offset + 4]!;
    const streamId = readUint32(bytes, offset + 5) & STREAM_ID_MAX;
    const fault = frameFault(type, flags, streamId, length - FRAME_HEADER_BYTES);
    if (fault !== ERROR.NO_ERROR) return fault;
    return this.#sink.onFrame(type, flags, streamId, bytes, offset + FRAME_HEADER_BYTES, offset + length);
  }

  /** Keeps the beginning of a frame; it is shorter than the largest frame. */
  #keep(chunk: Uint8Array, position: number): number {
    const rest = chunk.length - position;
    if (rest === 0) return ERROR.NO_ERROR;
    if (this.#partial.length === 0) this.#partial = new Uint8Array(FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX_BYTES);
    this.#partial.set(position === 0 ? chunk : chunk.subarray(position));
    this.#partialLength = rest;
    return ERROR.NO_ERROR;
  }

  /** Adds to the frame that was begun; where `chunk` goes on behind it, or -1 if the frame is still incomplete. */
  #complete(chunk: Uint8Array): number {
    let position = this.#fill(chunk, 0, FRAME_HEADER_BYTES);
    if (this.#partialLength < FRAME_HEADER_BYTES) return -1;
    const length = frameLength(this.#partial, 0);
    // Too long: the header alone is enough to say so.
    if (length > this.#partial.length) return position;
    position = this.#fill(chunk, position, length);
    return this.#partialLength < length ? -1 : position;
  }

  #fill(chunk: Uint8Array, position: number, length: number): number {
    const count = Math.min(chunk.length - position, length - this.#partialLength);
    if (count <= 0) return position;
    this.#partial.set(chunk.subarray(position, position + count), this.#partialLength);
    this.#partialLength += count;
    return position + count;
  }
}

/** Octets of the frame that begins at `offset`, its header included. */
function frameLength(bytes: Uint8Array, offset: number): number {
  return FRAME_HEADER_BYTES + ((bytes[offset]! << 16) | readUint16(bytes, offset + 1));
}
