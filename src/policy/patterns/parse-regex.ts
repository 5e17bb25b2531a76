// Regular expressions as lists write them, as a tree: what POSIX extended expressions (Pi-hole) and RE2 (AdGuard) have in common and
// each beyond it. What no automaton can decide is refused. Whether a repetition is greedy makes no difference to whether it matches.

import { CHARACTERS, CHARACTER_SETS, foldCharacters, LETTER_SETS, oneCharacter } from './character-set.ts';
import { parseBracket } from './parse-bracket.ts';
import { escapedCharacter } from './parse-escape.ts';
import {
  ASSERTION,
  type Assertion,
  EMPTY,
  isEmpty,
  PatternFault,
  type PatternTree,
  UNBOUNDED,
} from './pattern-tree.ts';

const REPETITIONS_MAX = 1000;
const DEPTH_MAX = 100;

const REPETITIONS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['*', [0, UNBOUNDED]],
  ['+', [1, UNBOUNDED]],
  ['?', [0, 1]],
]);

const ASSERTIONS: ReadonlyMap<string, Assertion> = new Map([
  ['A', ASSERTION.START],
  ['z', ASSERTION.END],
  ['Z', ASSERTION.END],
  ['b', ASSERTION.WORD_EDGE],
  ['B', ASSERTION.NO_WORD_EDGE],
  ['<', ASSERTION.WORD_START],
  ['>', ASSERTION.WORD_END],
]);

/** Throws PatternFault. */
export function parseRegex(text: string): PatternTree {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= CHARACTERS) {
      throw new PatternFault('only ASCII is in names; write international names in their xn-- form');
    }
  }
  return new RegexParser(text).parse();
}

class RegexParser {
  readonly #text: string;
  #position = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): PatternTree {
    const tree = this.#choice();
    if (this.#position < this.#text.length) throw new PatternFault('a ) without its (');
    return tree;
  }

  #choice(): PatternTree {
    const branches = [this.#sequence()];
    while (this.#take('|')) branches.push(this.#sequence());
    if (branches.every(isEmpty)) return EMPTY;
    return branches.length === 1 ? branches[0]! : { kind: 'choice', branches };
  }

  #sequence(): PatternTree {
    const parts: PatternTree[] = [];
    while (this.#position < this.#text.length && !this.#isAt('|') && !this.#isAt(')')) {
      const quoted = this.#quoted();
      if (quoted !== undefined) parts.push(...quoted);
      else {
        const part = this.#repeated();
        if (!isEmpty(part)) parts.push(part);
      }
    }
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  /** \Q…\E: everything between stands for itself. */
  #quoted(): PatternTree[] | undefined {
    if (!this.#take('\\Q')) return undefined;
    const end = this.#text.indexOf('\\E', this.#position);
    const quoted = this.#text.slice(this.#position, end < 0 ? undefined : end);
    this.#position += quoted.length + (end < 0 ? 0 : 2);
    return Array.from(quoted, (character) => literal(character.charCodeAt(0)));
  }

  #repeated(): PatternTree {
    const part = this.#atom();
    const repetition = this.#repetition();
    if (repetition === undefined) return part;
    if (this.#take('+')) throw new PatternFault('possessive repetition (a + behind a repetition) is not supported');
    this.#take('?');
    if (this.#repetition() !== undefined) throw new PatternFault('two repetitions in a row; put the first in brackets');
    const [least, most] = repetition;
    // What says nothing is not counted out: a program's size is to tell what making it takes.
    if (most === 0 || isEmpty(part)) return EMPTY;
    if (least === 1 && most === 1) return part;
    return { kind: 'repeat', part, least, most };
  }

  #repetition(): readonly [number, number] | undefined {
    const character = this.#text[this.#position];
    if (character === '{') return this.#counted();
    const simple = character === undefined ? undefined : REPETITIONS.get(character);
    if (simple !== undefined) this.#position++;
    return simple;
  }

  /** {n}, {n,}, {n,m} and {,m}; another { stands for itself. */
  #counted(): readonly [number, number] | undefined {
    const form = /\{(\d*)(?:(,)(\d*))?\}/y;
    form.lastIndex = this.#position;
    const found = form.exec(this.#text);
    if (found === null) return this.#refuseApproximate();
    const [whole, first = '', comma, last = ''] = found;
    if (first === '' && last === '') return undefined;
    this.#position += whole.length;
    const least = Number(first);
    const most = comma === undefined ? least : last === '' ? UNBOUNDED : Number(last);
    if (Math.max(least, most) > REPETITIONS_MAX) {
      throw new PatternFault(`${whole} repeats too often; ${REPETITIONS_MAX} times is the most`);
    }
    if (most !== UNBOUNDED && most < least) throw new PatternFault(`${whole} asks for more at least than at most`);
    return [least, most];
  }

  /** What TRE, and so Pi-hole, takes for a number of letters that may be wrong: {~1}, {+1-1#2}, {1i+2d<3}. */
  #refuseApproximate(): undefined {
    const form = /\{[\d\s,]*[-+#~<ids][-+#~<ids\d\s,]*\}/y;
    form.lastIndex = this.#position;
    if (form.test(this.#text)) throw new PatternFault('approximate matching, {~1} and the like, is not supported');
  }

  #atom(): PatternTree {
    if (this.#repetition() !== undefined) throw new PatternFault('a repetition with nothing in front of it');
    const character = this.#text[this.#position++]!;
    switch (character) {
      case '(':
        return this.#group();
      case '[': {
        const { set, end } = parseBracket(this.#text, this.#position);
        this.#position = end;
        return { kind: 'set', set };
      }
      case '.':
        return { kind: 'set', set: CHARACTER_SETS.ALL };
      case '^':
        return { kind: 'assertion', assertion: ASSERTION.START };
      case '$':
        return { kind: 'assertion', assertion: ASSERTION.END };
      case '\\':
        return this.#escape();
      default:
        return literal(character.charCodeAt(0));
    }
  }

  #group(): PatternTree {
    if (this.#take('?')) {
      const flagsOnly = this.#groupHead();
      if (flagsOnly) return EMPTY;
    }
    if (++this.#depth > DEPTH_MAX) throw new PatternFault(`more than ${DEPTH_MAX} brackets within each other`);
    const tree = this.#choice();
    if (!this.#take(')')) throw new PatternFault('a ( without its )');
    this.#depth--;
    return tree;
  }

  /** What stands between (? and the group's content. True if it was only flags: (?i). */
  #groupHead(): boolean {
    const head = /(?:P?<(?![=!])\w+>)|(?:<?[=!])|(?:([a-zA-Z]*(?:-[a-zA-Z]+)?)([:)]))/y;
    head.lastIndex = this.#position;
    const found = head.exec(this.#text);
    if (found === null) throw new PatternFault('an unknown kind of group (?…');
    const [whole, flags, end] = found;
    if (/^<?[=!]$/.test(whole)) {
      throw new PatternFault(
        'looking ahead or behind, (?=, (?!, (?<= and (?<!, is not supported: it takes more than linear time',
      );
    }
    // Case never counts, there are no lines in a name, and greed makes no difference.
    const unknown = flags?.replaceAll(/[imsU-]/g, '');
    if (unknown !== undefined && unknown !== '') throw new PatternFault(`unknown flag ${unknown[0]} in a group`);
    this.#position += whole.length;
    return end === ')';
  }

  #escape(): PatternTree {
    const character = this.#text[this.#position];
    if (character === undefined) throw new PatternFault('a \\ at the end');
    if (/[1-9]/.test(character) || /^k[<{']/.test(this.#text.slice(this.#position, this.#position + 2))) {
      throw new PatternFault('back-references are not supported: they take more than linear time');
    }
    const assertion = ASSERTIONS.get(character);
    const set = LETTER_SETS.get(character);
    if (assertion !== undefined || set !== undefined) this.#position++;
    if (assertion !== undefined) return { kind: 'assertion', assertion };
    if (set !== undefined) return { kind: 'set', set: foldCharacters(set) };
    const { code, end } = escapedCharacter(this.#text, this.#position);
    this.#position = end;
    return literal(code);
  }

  #isAt(text: string): boolean {
    return this.#text.startsWith(text, this.#position);
  }

  #take(text: string): boolean {
    if (!this.#isAt(text)) return false;
    this.#position += text.length;
    return true;
  }
}

function literal(code: number): PatternTree {
  return { kind: 'set', set: foldCharacters(oneCharacter(code)) };
}
