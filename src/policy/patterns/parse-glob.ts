// A glob as a tree: `*` stands for any characters, everything else for itself, and the whole name must match.

import { CHARACTER_SETS, CHARACTERS, foldCharacters, oneCharacter } from './character-set.ts';
import { ASSERTION, PatternFault, type PatternTree, UNBOUNDED } from './pattern-tree.ts';

const ANYTHING: PatternTree = {
  kind: 'repeat',
  part: { kind: 'set', set: CHARACTER_SETS.ALL },
  least: 0,
  most: UNBOUNDED,
};

/** Throws PatternFault. */
export function parseGlob(text: string): PatternTree {
  const parts: PatternTree[] = [{ kind: 'assertion', assertion: ASSERTION.START }];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= CHARACTERS)
      throw new PatternFault('only ASCII is in names; write international names in their xn-- form');
    if (text[i] !== '*') parts.push({ kind: 'set', set: foldCharacters(oneCharacter(code)) });
    // Two in a row say no more than one.
    else if (text[i - 1] !== '*') parts.push(ANYTHING);
  }
  parts.push({ kind: 'assertion', assertion: ASSERTION.END });
  return { kind: 'sequence', parts };
}
