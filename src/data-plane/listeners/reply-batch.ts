// The replies of one connection that have been produced and not yet written: length prefix and message one after the other in
// a slab, so that they leave in one write.

import type { Writable } from 'node:stream';
import { writeUint16 } from '../../wire/header.ts';
import { copyOctets } from './copy-octets.ts';
import type { WriteSlab, WriteSlabs } from './write-slab.ts';

const PREFIX_BYTES = 2;

export class ReplyBatch {
  readonly #socket: Writable;
  readonly #slabs: WriteSlabs;
  /** The region [#start, #end) of #slab; undefined while nothing is gathered. */
  #slab: WriteSlab | undefined;
  #start = 0;
  #end = 0;
  #isCorked = false;

  constructor(socket: Writable, slabs: WriteSlabs) {
    this.#socket = socket;
    this.#slabs = slabs;
  }

  /** Adds the first `length` octets of `reply`. */
  append(reply: Uint8Array, length: number): void {
    const slab = this.#slabs.withRoomFor(PREFIX_BYTES + length);
    if (this.#slab !== slab || this.#end !== slab.used) this.#startRegion(slab);
    writeUint16(slab.bytes, this.#end, length);
    copyOctets(reply, 0, length, slab.bytes, this.#end + PREFIX_BYTES);
    this.#end += PREFIX_BYTES + length;
    slab.used = this.#end;
  }

  /** Writes what was gathered, if anything. */
  flush(): void {
    if (this.#slab === undefined) return;
    this.#write(this.#slab);
    this.#slab = undefined;
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#socket.uncork();
  }

  /** Throws away what was gathered: the socket has closed. */
  discard(): void {
    this.#slab?.release();
    this.#slab = undefined;
  }

  #write(slab: WriteSlab): void {
    this.#socket.write(slab.bytes.subarray(this.#start, this.#end), slab.release);
  }

  /** Another connection's replies, or the end of the slab, came between: the pieces are corked, and still leave as one. */
  #startRegion(slab: WriteSlab): void {
    if (this.#slab !== undefined) {
      if (!this.#isCorked) this.#socket.cork();
      this.#isCorked = true;
      this.#write(this.#slab);
    }
    slab.lend();
    this.#slab = slab;
    this.#start = slab.used;
    this.#end = slab.used;
  }
}
