// What was opened is closed in the opposite order, all of it, also when one step fails.

export type ClosingStep = (graceMilliseconds: number) => void | Promise<void>;

export class ClosingSteps {
  readonly #steps: ClosingStep[] = [];
  #running: Promise<void> | undefined;

  add(step: ClosingStep): void {
    this.#steps.push(step);
  }

  /** Runs every step once; rejects with the first failure after all have run. */
  run(graceMilliseconds = 0): Promise<void> {
    this.#running ??= this.#runAll(graceMilliseconds);
    return this.#running;
  }

  async #runAll(graceMilliseconds: number): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.reverse()) {
      try {
        await step(graceMilliseconds);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
