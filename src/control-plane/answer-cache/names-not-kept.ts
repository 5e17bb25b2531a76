// Names that are never written to disk nor read from there: those of the local network, and those whose answers are not to be cached.
// Main thread.

/** Made once; walks a name label by label. */
export class NamesNotKept {
  readonly #suffixes: ReadonlySet<string>;

  /** `suffixes`: lower-case wire names; they and everything below them. */
  constructor(suffixes: readonly Uint8Array[]) {
    this.#suffixes = new Set(suffixes.map((suffix) => textOf(suffix, 0, suffix.length)));
  }

  /** Whether the lower-case wire name of `length` octets is one of them. */
  has(name: Uint8Array, length: number): boolean {
    if (this.#suffixes.size === 0) return false;
    for (let start = 0; start < length; start += 1 + name[start]!)
      if (this.#suffixes.has(textOf(name, start, length))) return true;
    return false;
  }
}

function textOf(octets: Uint8Array, start: number, end: number): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1', start, end);
}
