// Sets of ASCII characters, one bit each. Patterns see names in lower case, so a set that has a capital letter means the small one.

export type CharacterSet = bigint;

export const CHARACTERS = 128;
export const NO_CHARACTER: CharacterSet = 0n;
const ALL: CharacterSet = (1n << BigInt(CHARACTERS)) - 1n;
/** Of one character each, by its code. */
const SINGLE: readonly CharacterSet[] = Array.from({ length: CHARACTERS }, (_, code) => 1n << BigInt(code));
const CAPITALS = characterRange(0x41, 0x5a);
const CASE_BIT = 0x20n;
const WORD_BITS = 32;

/** From `first` to `last`, codes; both belong to it. */
export function characterRange(first: number, last: number): CharacterSet {
  return (1n << BigInt(last + 1)) - (1n << BigInt(first));
}

export function oneCharacter(code: number): CharacterSet {
  return SINGLE[code]!;
}

export function everythingBut(set: CharacterSet): CharacterSet {
  return ALL & ~set;
}

/** With the small letter for every capital. */
export function foldCharacters(set: CharacterSet): CharacterSet {
  const capitals = set & CAPITALS;
  return capitals === 0n ? set : (set & ~capitals) | (capitals << CASE_BIT);
}

/** Patterns use the same few sets again and again. */
const KEPT_FLAGS_MAX = 1000;
const keptFlags = new Map<CharacterSet, Uint8Array>();

/** By code: 1 for those in it. Kept for others who ask: not to be written to. */
export function characterFlags(set: CharacterSet): Uint8Array {
  const kept = keptFlags.get(set);
  if (kept !== undefined) return kept;
  const flags = new Uint8Array(CHARACTERS);
  for (let code = 0, rest = set; code < CHARACTERS; rest >>= BigInt(WORD_BITS)) {
    const word = Number(BigInt.asUintN(WORD_BITS, rest));
    for (let bit = 0; bit < WORD_BITS; bit++) flags[code++] = (word >>> bit) & 1;
  }
  if (keptFlags.size === KEPT_FLAGS_MAX) keptFlags.clear();
  keptFlags.set(set, flags);
  return flags;
}

/** The codes in it, ascending; undefined if there are more than `most`. */
export function charactersOf(set: CharacterSet, most: number): number[] | undefined {
  const codes: number[] = [];
  const flags = characterFlags(set);
  for (let code = flags.indexOf(1); code >= 0; code = flags.indexOf(1, code + 1)) {
    if (codes.length === most) return undefined;
    codes.push(code);
  }
  return codes;
}

const DIGITS = characterRange(0x30, 0x39);
const SMALL = characterRange(0x61, 0x7a);
const WORD = DIGITS | SMALL | CAPITALS | oneCharacter(0x5f);
const WHITE = characterRange(0x09, 0x0d) | oneCharacter(0x20);
const PRINTED = characterRange(0x21, 0x7e);

export const CHARACTER_SETS = { ALL, WORD };

/** `\d` and its like, by the letter. */
export const LETTER_SETS: ReadonlyMap<string, CharacterSet> = new Map([
  ['d', DIGITS],
  ['D', everythingBut(DIGITS)],
  ['w', WORD],
  ['W', everythingBut(WORD)],
  ['s', WHITE],
  ['S', everythingBut(WHITE)],
]);

/** POSIX `[:alpha:]` and its like, by name. */
export const NAMED_SETS: ReadonlyMap<string, CharacterSet> = new Map([
  ['alnum', DIGITS | SMALL | CAPITALS],
  ['alpha', SMALL | CAPITALS],
  ['ascii', ALL],
  ['blank', oneCharacter(0x20) | oneCharacter(0x09)],
  ['cntrl', characterRange(0, 0x1f) | oneCharacter(0x7f)],
  ['digit', DIGITS],
  ['graph', PRINTED],
  // Case does not count in names.
  ['lower', SMALL],
  ['print', PRINTED | oneCharacter(0x20)],
  ['punct', PRINTED & ~(DIGITS | SMALL | CAPITALS)],
  ['space', WHITE],
  ['upper', CAPITALS],
  ['word', WORD],
  ['xdigit', DIGITS | characterRange(0x61, 0x66) | characterRange(0x41, 0x46)],
]);
