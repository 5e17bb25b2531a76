// One character behind a backslash.

import { CHARACTERS } from './character-set.ts';
import { PatternFault } from './pattern-tree.ts';

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
  ['0', 0],
]);

/** `position`: behind the backslash; `end`: behind what belongs to the character. Throws PatternFault. */
export function escapedCharacter(text: string, position: number): { code: number; end: number } {
  const character = text[position];
  if (character === undefined) throw new PatternFault('a \\ at the end');
  if (character === 'x') return hexCharacter(text, position + 1);
  const control = CONTROLS.get(character);
  if (control !== undefined) return { code: control, end: position + 1 };
  if (/[a-zA-Z]/.test(character)) throw new PatternFault(`unknown escape \\${character}`);
  return { code: character.charCodeAt(0), end: position + 1 };
}

/** \x2e or \x{2e}. */
function hexCharacter(text: string, position: number): { code: number; end: number } {
  const form = /([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\}/y;
  form.lastIndex = position;
  const found = form.exec(text);
  if (found === null) throw new PatternFault('\\x without two hex digits');
  const code = Number.parseInt(found[1] ?? found[2]!, 16);
  if (code >= CHARACTERS) throw new PatternFault(`\\x${found[0]} is not ASCII; only ASCII is in names`);
  return { code, end: form.lastIndex };
}
