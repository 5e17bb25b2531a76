// What is to be sent on a connection, written in place and taken as a whole: one write per turn of the event loop.

const FIRST_BYTES = 4096;
/** What is left of a burst is not kept for ever. */
const KEPT_BYTES = 65_536;

export class OutputBuffer {
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  /** Where the next frame goes; whoever has written one moves it on. */
  length = 0;

  /** Makes room for `count` more octets; returns where they begin. */
  reserve(count: number): number {
    const needed = this.length + count;
    if (needed > this.bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    return this.length;
  }

  /** A copy of everything, which is then forgotten here. */
  take(): Uint8Array {
    const taken = Buffer.from(this.bytes.subarray(0, this.length));
    this.length = 0;
    if (this.bytes.length > KEPT_BYTES) this.bytes = new Uint8Array(FIRST_BYTES);
    return taken;
  }
}
