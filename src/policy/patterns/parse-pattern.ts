// A pattern as text -> what it is made of.

import { parseGlob } from './parse-glob.ts';
import { parseRegex } from './parse-regex.ts';
import { PatternFault, type PatternTree } from './pattern-tree.ts';

export type PatternKind = 'regex' | 'glob';

const TEXT_CHARACTERS_MAX = 2000;

/** Throws PatternFault. */
export function parsePattern(kind: PatternKind, text: string): PatternTree {
  if (text === '') throw new PatternFault('an empty pattern would match every name');
  if (text.length > TEXT_CHARACTERS_MAX) {
    throw new PatternFault(`longer than ${TEXT_CHARACTERS_MAX} characters`);
  }
  return kind === 'glob' ? parseGlob(text) : parseRegex(text);
}
