// Flow control of one connection (RFC 9113 section 5.2): how much the server may still send us, and we it. Every octet of a DATA
// frame counts, padding too, also of streams that are over: what nobody reads must not use the window up.

import { INITIAL_WINDOW_BYTES, WINDOW_MAX_BYTES } from '../http2/frame.ts';

/** A DNS message fits, with as much again for the padding of frames; what is longer is cut off by who reads it. */
export const STREAM_WINDOW_BYTES = 2 * 65_536;
/** Kept more than half open, so that no server ever waits for us to open it. */
export const CONNECTION_WINDOW_BYTES = 1_048_576;

const RECEIVED_MAX_BYTES = CONNECTION_WINDOW_BYTES / 2;

export class ConnectionWindows {
  #receivedBytes = 0;
  #sendWindowBytes = INITIAL_WINDOW_BYTES;

  /** Counts the payload of a DATA frame; returns by how many octets the window has to be opened now, 0: not yet. */
  receive(flowBytes: number): number {
    this.#receivedBytes += flowBytes;
    if (this.#receivedBytes <= RECEIVED_MAX_BYTES) return 0;
    const increment = this.#receivedBytes;
    this.#receivedBytes = 0;
    return increment;
  }

  /** The server opens its window. Of no use to one who sends no bodies, but false beyond what section 6.9.1 allows. */
  widenSend(increment: number): boolean {
    this.#sendWindowBytes += increment;
    return this.#sendWindowBytes <= WINDOW_MAX_BYTES;
  }
}
