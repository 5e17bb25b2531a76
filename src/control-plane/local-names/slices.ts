// Long work in slices: a generator yields wherever others may run in between.

export type Sliced<Result> = Generator<undefined, Result>;

/** Items between two yields: a few milliseconds of work. */
export const ITEMS_PER_SLICE = 2_000;

/** For where nobody waits meanwhile. */
export function runAtOnce<Result>(work: Sliced<Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

export async function runInSlices<Result>(work: Sliced<Result>): Promise<Result> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
