// All patterns of a policy, ready to be asked which of them match a name. One per publication and thread. Nearly all patterns name a
// piece of text that must be there: one walk over the name says which of these it has, and only their patterns are run.

import type { MadePattern } from '../../memory/block-table/rule-model.ts';
import { LiteralFinder } from './literal-finder.ts';
import { isFoundIn, makePattern, type ReadyAutomaton, readAutomaton } from './made-pattern.ts';
import type { PatternKind } from './parse-pattern.ts';
import { PATTERN_TEXT_MAX_BYTES, writePatternText } from './pattern-text.ts';

export interface RankedPattern {
  readonly kind: PatternKind;
  readonly text: string;
  /** The lower, the earlier it is named. */
  readonly rank: number;
  /** Where no pattern of the same text has it, it is made here, which takes long. */
  readonly made?: MadePattern;
}

const BITS = 32;
/** Worse than every rank. */
const NO_RANK = 0x7fff_ffff;

export class PatternSet {
  readonly count: number;
  /** Lowest rank of a pattern; above every rank if there is none. */
  readonly bestRank: number;
  /** After `match`: the numbers of the patterns that match (their places in what the constructor was given), by rank, then number. */
  readonly found: Uint32Array;

  /** In order of rank: number; and automaton, which patterns of the same text share. */
  readonly #numbers: Uint32Array;
  readonly #automatonOf: Uint32Array;
  /** Undefined for a pattern that cannot be used, which is damage. */
  readonly #automata: readonly (ReadyAutomaton | undefined)[];
  /** Of each automaton the call of `match` in which it was run last, and what came out. */
  readonly #ranInCall: Int32Array;
  readonly #wasFound: Uint8Array;

  /** Which must be run, a bit each; `#always` whatever the name is. */
  readonly #wanted: Uint32Array;
  readonly #always: Uint32Array;
  readonly #literals: LiteralFinder;
  /** Which patterns need a literal: from `#firstOfLiteral` of it on, their places in the order of rank. */
  readonly #firstOfLiteral: Uint32Array;
  readonly #placesOfLiterals: Uint32Array;
  /** Of each literal the call of `match` that met it last. */
  readonly #metInCall: Int32Array;
  #call = 0;
  readonly #text = new Uint8Array(PATTERN_TEXT_MAX_BYTES);

  constructor(patterns: readonly RankedPattern[]) {
    const numbers = patterns.map((_, number) => number).sort((a, b) => patterns[a]!.rank - patterns[b]!.rank || a - b);
    this.count = patterns.length;
    this.bestRank = numbers.length === 0 ? NO_RANK : patterns[numbers[0]!]!.rank;
    this.found = new Uint32Array(patterns.length);
    this.#numbers = Uint32Array.from(numbers);
    const madeByText = madeOfEach(patterns);
    const made = numbers.map((number) => madeByText.get(keyOf(patterns[number]!)));
    this.#automata = [...madeByText.values()].map((it) => it && readAutomaton(it.automaton));
    const places = new Map([...madeByText.keys()].map((key, place) => [key, place]));
    this.#automatonOf = Uint32Array.from(numbers, (number) => places.get(keyOf(patterns[number]!))!);
    this.#ranInCall = new Int32Array(this.#automata.length);
    this.#wasFound = new Uint8Array(this.#automata.length);
    this.#wanted = new Uint32Array(Math.ceil(patterns.length / BITS));
    this.#always = new Uint32Array(this.#wanted.length);
    const placesByLiteral = this.#collectLiterals(made);
    this.#literals = new LiteralFinder([...placesByLiteral.keys()]);
    this.#firstOfLiteral = new Uint32Array(placesByLiteral.size + 1);
    [...placesByLiteral.values()].forEach((places, literal) => {
      this.#firstOfLiteral[literal + 1] = this.#firstOfLiteral[literal]! + places.length;
    });
    this.#metInCall = new Int32Array(placesByLiteral.size);
    this.#placesOfLiterals = Uint32Array.from([...placesByLiteral.values()].flat());
  }

  /** How many patterns match; which ones is in `found`. `name`: lower-case wire name. None matches the root. */
  match(name: Uint8Array, nameLength: number): number {
    if (this.count === 0 || nameLength <= 1) return 0;
    this.#call = (this.#call + 1) | 0;
    const text = this.#text;
    const length = writePatternText(name, nameLength, text);
    const wanted = this.#wanted;
    const always = this.#always;
    for (let word = 0; word < wanted.length; word++) wanted[word] = always[word]!;
    this.#literals.find(text, length, this);
    let found = 0;
    for (let word = 0; word < wanted.length; word++) {
      for (let bits = wanted[word]!; bits !== 0; bits &= bits - 1) {
        const place = word * BITS + BITS - 1 - Math.clz32(bits & -bits);
        if (this.#isFound(place, length)) this.found[found++] = this.#numbers[place]!;
      }
    }
    return found;
  }

  /** For LiteralFinder. */
  onLiteral(literal: number): void {
    if (this.#metInCall[literal] === this.#call) return;
    this.#metInCall[literal] = this.#call;
    const end = this.#firstOfLiteral[literal + 1]!;
    for (let index = this.#firstOfLiteral[literal]!; index < end; index++) {
      const place = this.#placesOfLiterals[index]!;
      this.#wanted[place >>> 5]! |= 1 << (place & 31);
    }
  }

  #isFound(place: number, length: number): boolean {
    const number = this.#automatonOf[place]!;
    if (this.#ranInCall[number] !== this.#call) {
      this.#ranInCall[number] = this.#call;
      const automaton = this.#automata[number];
      this.#wasFound[number] = automaton !== undefined && isFoundIn(automaton, this.#text, 1, length - 1) ? 1 : 0;
    }
    return this.#wasFound[number] === 1;
  }

  /** Of each literal the places of the patterns that need it; notes the patterns that need none. */
  #collectLiterals(patterns: readonly (MadePattern | undefined)[]): Map<string, number[]> {
    const placesByLiteral = new Map<string, number[]>();
    patterns.forEach((pattern, place) => {
      if (pattern === undefined) return;
      if (pattern.literals === undefined) this.#always[place >>> 5]! |= 1 << (place & 31);
      for (const literal of pattern.literals ?? []) {
        const places = placesByLiteral.get(literal);
        if (places === undefined) placesByLiteral.set(literal, [place]);
        else places.push(place);
      }
    });
    return placesByLiteral;
  }
}

/** By text; it is enough that one of the patterns that share it is ready to be run. */
function madeOfEach(patterns: readonly RankedPattern[]): Map<string, MadePattern | undefined> {
  const made = new Map<string, MadePattern | undefined>();
  for (const pattern of patterns) if (pattern.made !== undefined) made.set(keyOf(pattern), pattern.made);
  for (const pattern of patterns) if (!made.has(keyOf(pattern))) made.set(keyOf(pattern), makeNow(pattern));
  return made;
}

function keyOf({ kind, text }: RankedPattern): string {
  return `${kind} ${text}`;
}

/** Undefined for a pattern that cannot be used: whoever published it has refused it, so this is damage, and it matches nothing. */
function makeNow({ kind, text }: RankedPattern): MadePattern | undefined {
  const made = makePattern(kind, text);
  return typeof made === 'string' ? undefined : made;
}
