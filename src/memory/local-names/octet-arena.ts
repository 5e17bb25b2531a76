// The octets of a table while it is written: names and RRsets one behind the other. Offset 0 stands for "nothing".

export class OctetArena {
  #octets = new Uint8Array(1 << 16);
  length = 4;

  get content(): Uint8Array {
    return this.#octets.subarray(0, this.length);
  }

  /** Where it begins. */
  add(octets: Uint8Array): number {
    const offset = this.length;
    const end = offset + octets.length;
    if (end > this.#octets.length) this.#grow(end);
    const own = this.#octets;
    // Too short to be worth a call of set().
    for (let i = offset; i < end; i++) own[i] = octets[i - offset]!;
    this.length = end;
    return offset;
  }

  addUint16(value: number): void {
    if (this.length + 2 > this.#octets.length) this.#grow(this.length + 2);
    this.#octets[this.length++] = value >>> 8;
    this.#octets[this.length++] = value;
  }

  #grow(needed: number): void {
    let size = this.#octets.length;
    while (size < needed) size *= 2;
    const larger = new Uint8Array(size);
    larger.set(this.#octets);
    this.#octets = larger;
  }
}
