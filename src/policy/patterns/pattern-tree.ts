// A pattern taken apart: what it is made of, whether it was written as a regular expression or as a glob.

import type { CharacterSet } from './character-set.ts';

/** What holds between two characters, or at an end of the name. */
export const ASSERTION = {
  START: 0,
  END: 1,
  WORD_EDGE: 2,
  NO_WORD_EDGE: 3,
  WORD_START: 4,
  WORD_END: 5,
} as const;
export type Assertion = (typeof ASSERTION)[keyof typeof ASSERTION];

export const UNBOUNDED = -1;

export type PatternTree =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  /** One after the other; none is the empty text. */
  | { readonly kind: 'sequence'; readonly parts: readonly PatternTree[] }
  | { readonly kind: 'choice'; readonly branches: readonly PatternTree[] }
  | { readonly kind: 'repeat'; readonly part: PatternTree; readonly least: number; readonly most: number };

export const EMPTY: PatternTree = { kind: 'sequence', parts: [] };

/** Whether it is the empty text; trees hold none but where one branch of a choice is. */
export function isEmpty(tree: PatternTree): boolean {
  return tree.kind === 'sequence' && tree.parts.length === 0;
}

/** Why a pattern cannot be used, in words for its author. */
export class PatternFault extends Error {}
