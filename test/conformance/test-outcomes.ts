// Adds up what the tests of each statement said.

export interface TestData {
  readonly name: string;
  readonly file?: string;
  readonly skip?: string | boolean;
  readonly details: { readonly type?: string | undefined; readonly error?: unknown };
}

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** In few words. */
  readonly text: string;
  /** Names and errors of those that failed. */
  readonly failures: readonly string[];
}

export class TestOutcomes {
  readonly #tests: { readonly ids: string[]; readonly data: TestData; readonly isPassed: boolean }[] = [];

  add(data: TestData, isPassed: boolean): void {
    const ids = /^((?:[A-Z]\d\d )+)/.exec(data.name)?.[1] ?? '';
    this.#tests.push({ ids: ids.split(' '), data, isPassed });
  }

  of(id: string): Outcome {
    const tests = this.#tests.filter(({ ids }) => ids.includes(id));
    const failed = tests.filter(({ isPassed }) => !isPassed);
    const skipped = tests.filter(({ data }) => data.skip !== undefined && data.skip !== false);
    const passed = tests.length - failed.length - skipped.length;
    const counts = [
      [passed, 'passed'],
      [failed.length, 'FAILED'],
      [skipped.length, 'skipped'],
    ] as const;
    return {
      passed,
      failed: failed.length,
      skipped: skipped.length,
      text:
        counts
          .filter(([count]) => count > 0)
          .map(([count, word]) => `${count} ${word}`)
          .join(', ') || 'no test ran',
      failures: failed.map(({ data }) => lineOf(data)),
    };
  }

  /** What failed under no ID: a file that broke, a gateway that did not start. */
  get elsewhere(): string[] {
    return this.#tests.filter(({ ids, isPassed }) => ids[0] === '' && !isPassed).map(({ data }) => lineOf(data));
  }
}

function lineOf({ name, file, details }: TestData): string {
  const { error } = details;
  const cause = error instanceof Error ? String(error.cause ?? error.message) : '';
  return `${name} (${file ?? 'no file'}): ${cause.split('\n', 1)[0]}`;
}
