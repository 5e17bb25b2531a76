// Bare names of devices whose leases have ended. While a device is away, a question for it must not leave for the upstream, which
// would learn the name: it stays a name without addresses here.

/** Beside the names that are in force. */
const ENDED_MAX = 1_000;

export class EndedNames {
  /** Every bare name that was in force since the start, the one whose lease ended last at the end. */
  readonly #known = new Map<string, Uint8Array>();

  /** Owners, in force or ended. */
  get all(): Iterable<Uint8Array> {
    return this.#known.values();
  }

  /** `inForce`: all bare names that a table has now. */
  note(inForce: readonly Uint8Array[]): void {
    const keys = new Set<string>();
    for (const owner of inForce) {
      const key = Buffer.from(owner).toString('latin1');
      keys.add(key);
      // Again, to stand behind all that have ended.
      this.#known.delete(key);
      this.#known.set(key, owner);
    }
    let tooMany = this.#known.size - keys.size - ENDED_MAX;
    for (const key of this.#known.keys()) {
      if (tooMany-- <= 0) break;
      this.#known.delete(key);
    }
  }
}
