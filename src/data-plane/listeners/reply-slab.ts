// Memory that replies are gathered in on their way to a socket; one per listener, in its query thread. Regions are handed
// out from front to back. A region given to the system belongs to it until the write is done, so a full slab is left to
// the garbage collector and replaced; a region whose write was done at once is used again.

import { MESSAGE_MAX_BYTES } from '../../wire/header.ts';

/** The largest reply with its length prefix: every reply fits a fresh slab. */
const SLAB_BYTES = 2 + MESSAGE_MAX_BYTES;

export class ReplySlab {
  bytes: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  /** Octets handed out; the next region starts here. */
  used = 0;

  /** Makes room for `length` octets (at most the largest reply) at `used`, in a fresh slab if need be. */
  reserve(length: number): void {
    if (this.used + length <= SLAB_BYTES) return;
    this.bytes = Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.used = 0;
  }

  /** Takes back the region [start, end) of `bytes` if it is the last one handed out; nobody may hold it any more. */
  giveBack(bytes: Buffer, start: number, end: number): void {
    if (bytes === this.bytes && end === this.used) this.used = start;
  }
}
