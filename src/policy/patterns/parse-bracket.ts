// A bracket expression: [abc], [a-z0-9], [^.[:space:]], [\w-].

import {
  type CharacterSet,
  characterRange,
  everythingBut,
  foldCharacters,
  LETTER_SETS,
  NAMED_SETS,
  NO_CHARACTER,
  oneCharacter,
} from './character-set.ts';
import { escapedCharacter } from './parse-escape.ts';
import { PatternFault } from './pattern-tree.ts';

const UNCLOSED = 'a [ without its ]';

/** A part of it: one character, which may begin a range, or a set, which may not. */
interface Item {
  readonly code: number;
  readonly set: CharacterSet;
  readonly end: number;
}

/** `position`: behind the [; `end`: behind the ]. Throws PatternFault. */
export function parseBracket(text: string, start: number): { set: CharacterSet; end: number } {
  const isNegated = text[start] === '^';
  let position = isNegated ? start + 1 : start;
  let set = NO_CHARACTER;
  // A ] that comes first stands for itself.
  for (let isFirst = true; isFirst || text[position] !== ']'; isFirst = false) {
    const item = readItem(text, position);
    position = item.end;
    set |= item.set;
    const isRange =
      item.code >= 0 && text[position] === '-' && position + 1 < text.length && text[position + 1] !== ']';
    if (!isRange) continue;
    const last = readItem(text, position + 1);
    if (last.code < item.code) {
      throw new PatternFault(`[${text.slice(start, last.end)}…: a range that runs backwards or ends in a class`);
    }
    set |= characterRange(item.code, last.code);
    position = last.end;
  }
  set = foldCharacters(set);
  return { set: isNegated ? everythingBut(set) : set, end: position + 1 };
}

function readItem(text: string, position: number): Item {
  const character = text[position];
  if (character === undefined) throw new PatternFault(UNCLOSED);
  if (character === '[' && /[:.=]/.test(text[position + 1] ?? '')) return readNamed(text, position);
  if (character !== '\\') return single(character.charCodeAt(0), position + 1);
  const letter = text[position + 1] ?? '';
  const set = LETTER_SETS.get(letter);
  if (set !== undefined) return { code: -1, set, end: position + 2 };
  // The only place where \b is a character; it is in no name.
  if (letter === 'b') return single(8, position + 2);
  if (/[1-9]/.test(letter)) throw new PatternFault(`unknown escape \\${letter} in brackets`);
  const { code, end } = escapedCharacter(text, position + 1);
  return single(code, end);
}

/** `[:alpha:]`, `[:^alpha:]`; an opening `[:` that is none of these stands for itself. */
function readNamed(text: string, position: number): Item {
  const form = /\[([:.=])(\^?)([^\]]*?)\1\]/y;
  form.lastIndex = position;
  const found = form.exec(text);
  if (found === null) return single(text.charCodeAt(position), position + 1);
  const [whole, kind, negation, name = ''] = found;
  if (kind !== ':') throw new PatternFault(`${whole}: collating elements are not supported`);
  const set = NAMED_SETS.get(name);
  if (set === undefined) throw new PatternFault(`${whole}: no such class of characters`);
  return { code: -1, set: negation === '' ? set : everythingBut(set), end: form.lastIndex };
}

function single(code: number, end: number): Item {
  return { code, set: oneCharacter(code), end };
}
