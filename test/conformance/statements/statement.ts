// What a statement of the conformance list is. Each section is a file beside this one; index.ts has them in order.

/** M: a standard demands it. S: a standard recommends it. P: a policy of this gateway where standards leave room. */
export type Level = 'M' | 'S' | 'P';

export interface Statement {
  /** Letter of its section and number, as tests bear it at the beginning of their name. */
  readonly id: string;
  readonly level: Level;
  /** What holds, in one sentence. */
  readonly statement: string;
  /** Why the gateway does otherwise, on purpose. */
  readonly deviation?: string;
  /** What of it does not hold yet, and what is missing for it; the tests show the rest. Without tests: none of it holds. */
  readonly planned?: string;
}

export interface Section {
  readonly letter: string;
  readonly title: string;
  /** The documents it rests on. */
  readonly sources: string;
  readonly statements: readonly Statement[];
}
