// A change of the program that takes the behaviour of one statement away, so that its test must fail. Run by scripts/conformance-mutations.ts.

export interface Mutation {
  /** The statement whose tests must fail. */
  readonly id: string;
  /** Path from the project's root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}
