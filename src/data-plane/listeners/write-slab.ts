// Memory that replies are gathered in on their way to the sockets; one set of slabs per listener, in its query thread. A slab
// hands out regions from front to back. Each belongs to its reader, in the end the system, until it is released; once all of a
// slab are, it is used again from the front. A slab that is full before that is left to the garbage collector and replaced.

import { MESSAGE_MAX_BYTES } from '../../wire/header.ts';

/** The largest reply with its length prefix: every reply fits a fresh slab. */
const SLAB_BYTES = 2 + MESSAGE_MAX_BYTES;

export class WriteSlab {
  readonly bytes: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  /** Octets handed out; the next region starts here. */
  used = 0;
  /** Nobody reads a region any more; given to a stream as the callback of its write. */
  readonly release: () => void;
  #regions = 0;

  constructor() {
    this.release = () => {
      this.#regions -= 1;
      if (this.#regions === 0) this.used = 0;
    };
  }

  /** A region starts at `used`; `release` has to be called for it once. */
  lend(): void {
    this.#regions += 1;
  }
}

export class WriteSlabs {
  #current = new WriteSlab();

  /** A slab with room for `length` octets (at most the largest reply) at `used`. */
  withRoomFor(length: number): WriteSlab {
    if (this.#current.used + length > SLAB_BYTES) this.#current = new WriteSlab();
    return this.#current;
  }
}
