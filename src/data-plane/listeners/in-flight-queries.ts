// The queries of one UDP listener that have no answer yet, so that closing can wait for them. Query threads.

export class InFlightQueries {
  #count = 0;
  #onQuiet: (() => void) | undefined;

  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#onQuiet?.();
  }

  /** Resolves when none is left, at the latest after `graceMilliseconds`. */
  quiet(graceMilliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const overdue = setTimeout(end, graceMilliseconds);
      const onQuiet = end;
      this.#onQuiet = onQuiet;
      if (this.#count === 0) end();

      function end(): void {
        clearTimeout(overdue);
        resolve();
      }
    });
  }
}
