// Whether a pattern can be used: asked by whoever reads lists and settings, before a table is built.

import { makePattern } from './made-pattern.ts';
import { parsePattern, type PatternKind } from './parse-pattern.ts';
import { programSize } from './pattern-program.ts';
import { PatternFault, type PatternTree } from './pattern-tree.ts';

export { type PatternKind, parsePattern } from './parse-pattern.ts';

/** Of all patterns of a list together, as `measurePattern` counts. Thousands of ordinary regular expressions are below it. */
export const PATTERNS_SIZE_MAX = 500_000;

/** Why it cannot be used, as the end of a sentence that names it; undefined if it can. */
export function patternFault(kind: PatternKind, text: string): string | undefined {
  const made = makePattern(kind, text);
  return typeof made === 'string' ? made : undefined;
}

/** Instructions of its program, or why it cannot be used; not yet whether its states can all be made, which takes far longer. */
export function measurePattern(kind: PatternKind, text: string): number | string {
  try {
    return programSize(parsePattern(kind, text));
  } catch (error) {
    if (error instanceof PatternFault) return error.message;
    throw error;
  }
}

/**
 * Whether an expression that can be used matches the empty text, which is found in every name: `.*`, `^`, `a||b`. One that asks for a
 * character, `.+`, means what it says.
 */
export function matchesEmptyText(kind: PatternKind, text: string): boolean {
  return isEmptyEnough(parsePattern(kind, text));
}

function isEmptyEnough(tree: PatternTree): boolean {
  switch (tree.kind) {
    case 'set':
      return false;
    case 'assertion':
      return true;
    case 'sequence':
      return tree.parts.every(isEmptyEnough);
    case 'choice':
      return tree.branches.some(isEmptyEnough);
    case 'repeat':
      return tree.least === 0 || isEmptyEnough(tree.part);
  }
}
