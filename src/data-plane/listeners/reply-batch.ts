// The replies of one connection that have been produced and not yet written: length prefix and message one after the other in
// the slab, so that they leave in one write.

import type { Writable } from 'node:stream';
import { writeUint16 } from '../../wire/header.ts';
import { copyOctets } from './copy-octets.ts';
import type { ReplySlab } from './reply-slab.ts';

const PREFIX_BYTES = 2;

export class ReplyBatch {
  readonly #socket: Writable;
  readonly #slab: ReplySlab;
  /** The region [#start, #end) of #bytes; undefined while nothing is gathered. */
  #bytes: Buffer | undefined;
  #start = 0;
  #end = 0;
  #isCorked = false;

  constructor(socket: Writable, slab: ReplySlab) {
    this.#socket = socket;
    this.#slab = slab;
  }

  /** Adds the first `length` octets of `reply`. */
  append(reply: Uint8Array, length: number): void {
    const slab = this.#slab;
    slab.reserve(PREFIX_BYTES + length);
    if (this.#bytes !== slab.bytes || this.#end !== slab.used) this.#startRegion();
    writeUint16(slab.bytes, this.#end, length);
    copyOctets(reply, 0, length, slab.bytes, this.#end + PREFIX_BYTES);
    this.#end += PREFIX_BYTES + length;
    slab.used = this.#end;
  }

  /** Writes what was gathered, if anything. */
  flush(): void {
    const bytes = this.#bytes;
    if (bytes === undefined) return;
    this.#bytes = undefined;
    this.#socket.write(bytes.subarray(this.#start, this.#end));
    if (this.#isCorked) {
      this.#isCorked = false;
      this.#socket.uncork();
    }
    // Nothing waits in the stream: the system has taken a copy.
    if (this.#socket.writableLength === 0) this.#slab.giveBack(bytes, this.#start, this.#end);
  }

  /** Another connection's replies, or the end of the slab, came between: the pieces are corked, and still leave as one. */
  #startRegion(): void {
    if (this.#bytes !== undefined) {
      if (!this.#isCorked) this.#socket.cork();
      this.#isCorked = true;
      this.#socket.write(this.#bytes.subarray(this.#start, this.#end));
    }
    this.#bytes = this.#slab.bytes;
    this.#start = this.#slab.used;
    this.#end = this.#start;
  }
}
