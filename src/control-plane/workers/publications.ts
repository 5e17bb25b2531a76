// Who has yet to acknowledge which publication. A thread's exit counts as its acknowledgement: its successor starts with
// what is in force.

interface OpenPublication {
  readonly awaited: Set<number>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  /** What a thread said against it. */
  fault: string | undefined;
}

export class Publications {
  readonly #open = new Map<number, OpenPublication>();
  #last = 0;

  /** A number for a new publication to the threads in `slots`, and a promise that is settled when all have said what became of it. */
  begin(slots: Iterable<number>): { readonly publication: number; readonly acknowledged: Promise<void> } {
    const publication = ++this.#last;
    const awaited = new Set(slots);
    if (awaited.size === 0) return { publication, acknowledged: Promise.resolve() };
    const acknowledged = new Promise<void>((resolve, reject) =>
      this.#open.set(publication, { awaited, resolve, reject, fault: undefined }),
    );
    return { publication, acknowledged };
  }

  /** `fault`: why the thread stays with what it had. */
  acknowledge(publication: number, slot: number, fault?: string): void {
    const entry = this.#open.get(publication);
    if (entry === undefined || !entry.awaited.delete(slot)) return;
    entry.fault ??= fault;
    if (entry.awaited.size > 0) return;
    this.#open.delete(publication);
    if (entry.fault === undefined) entry.resolve();
    else entry.reject(new Error(entry.fault));
  }

  threadExited(slot: number): void {
    for (const publication of [...this.#open.keys()]) this.acknowledge(publication, slot);
  }
}
