// What an examination found: one line, and what to do about it.

/**
 * `ok`: as it should be. `warn`: works, though not for everybody or not for long. `fail`: clients cannot connect or resolve because
 * of it. `unknown`: cannot be found out from here; the advice says how to test it. `skip`: does not apply.
 */
export type Verdict = 'ok' | 'warn' | 'fail' | 'unknown' | 'skip';

export interface Finding {
  readonly verdict: Verdict;
  /** Without a full stop. */
  readonly sentence: string;
  /** What to do, a step each; commands as they are typed. */
  readonly advice: readonly string[];
}

export function ok(sentence: string): Finding {
  return { verdict: 'ok', sentence, advice: [] };
}

export function warn(sentence: string, ...advice: string[]): Finding {
  return { verdict: 'warn', sentence, advice };
}

export function fail(sentence: string, ...advice: string[]): Finding {
  return { verdict: 'fail', sentence, advice };
}

export function unknown(sentence: string, ...advice: string[]): Finding {
  return { verdict: 'unknown', sentence, advice };
}

export function skip(sentence: string): Finding {
  return { verdict: 'skip', sentence, advice: [] };
}
