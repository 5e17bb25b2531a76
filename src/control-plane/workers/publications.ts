// Who has yet to acknowledge which publication. A thread's exit counts as its acknowledgement: its successor starts with
// what is in force.

interface OpenPublication {
  readonly awaited: Set<number>;
  readonly resolve: () => void;
}

export class Publications {
  readonly #open = new Map<number, OpenPublication>();
  #last = 0;

  /** A number for a new publication to the threads in `slots`, and a promise that resolves when all have acknowledged. */
  begin(slots: Iterable<number>): { readonly publication: number; readonly acknowledged: Promise<void> } {
    const publication = ++this.#last;
    const awaited = new Set(slots);
    if (awaited.size === 0) return { publication, acknowledged: Promise.resolve() };
    const acknowledged = new Promise<void>((resolve) => this.#open.set(publication, { awaited, resolve }));
    return { publication, acknowledged };
  }

  acknowledge(publication: number, slot: number): void {
    const entry = this.#open.get(publication);
    if (entry === undefined || !entry.awaited.delete(slot) || entry.awaited.size > 0) return;
    this.#open.delete(publication);
    entry.resolve();
  }

  threadExited(slot: number): void {
    for (const publication of [...this.#open.keys()]) this.acknowledge(publication, slot);
  }
}
