// Time as lists and groups see it; tests bring their own.

export interface ListClock {
  /** Milliseconds since 1970: ages are kept over restarts. */
  now(): number;
  /** Milliseconds since some moment, which go on evenly when the clock of `now` is set: waits are measured in them. */
  elapsed(): number;
  /** Runs the task later; the result cancels it. */
  after(milliseconds: number, task: () => void): () => void;
}

export const systemListClock: ListClock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(milliseconds, task) {
    const timer = setTimeout(task, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};
