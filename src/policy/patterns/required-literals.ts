// What must stand in a name for a pattern to be found in it: one of a few pieces of text. Most names have none of them, and then the
// pattern need not be run. START and END stand for the two ends of the name, so that `^ad` asks for more than an "ad" somewhere.

import { charactersOf } from './character-set.ts';
import { ASSERTION, type PatternTree } from './pattern-tree.ts';

/** No name has these in its text. */
export const START_MARK = 0x01;
export const END_MARK = 0x02;
const START = String.fromCharCode(START_MARK);
const END = String.fromCharCode(END_MARK);

const LITERALS_MAX = 16;
const LITERAL_CHARACTERS_MAX = 24;
const SET_CHARACTERS_MAX = 4;
/** Copies of a repeated part that are looked at. */
const COPIES_MAX = 8;
/** Characters, marks among them: shorter pieces stand in so many names that looking for them is not worth it. */
const CHARACTERS_LEAST = 3;
/** What every other name ends or begins with says little, long as it is; and so does what is a part of that. */
const TOP_LEVEL_DOMAIN = new RegExp(`^\\.?[a-z]{2,4}${END}$`);
const COMMONPLACE: readonly string[] = [`${START}www.`, `.com${END}`, `.net${END}`, `.org${END}`, '.co.'];
const COMMONPLACE_SCORE = 1.5;

interface Findings {
  /** All texts that the part can match; undefined for too many. */
  readonly exact: readonly string[] | undefined;
  /** One of these is in every text that the part matches; undefined if nothing can be said. */
  readonly required: readonly string[] | undefined;
}

const EMPTY_TEXT: readonly string[] = [''];

/** The pieces of which every match has at least one; undefined where there are none worth looking for. */
export function requiredLiterals(tree: PatternTree): readonly string[] | undefined {
  const literals = best(findingsOf(tree));
  return literals === undefined || shortest(literals) < CHARACTERS_LEAST ? undefined : withoutLonger(literals);
}

function best({ exact, required }: Findings): readonly string[] | undefined {
  return score(exact) >= score(required) ? exact : required;
}

function findingsOf(tree: PatternTree): Findings {
  switch (tree.kind) {
    case 'set': {
      const codes = charactersOf(tree.set, SET_CHARACTERS_MAX);
      return { exact: codes?.map((code) => String.fromCharCode(code)), required: undefined };
    }
    case 'assertion':
      if (tree.assertion === ASSERTION.START) return { exact: [START], required: undefined };
      if (tree.assertion === ASSERTION.END) return { exact: [END], required: undefined };
      // Takes no room; that it also asks for something may be left out.
      return { exact: EMPTY_TEXT, required: undefined };
    case 'sequence':
      return findingsInRow(tree.parts.map(findingsOf));
    case 'choice':
      return findingsOfEither(tree.branches.map(findingsOf));
    case 'repeat':
      return findingsOfRepeat(findingsOf(tree.part), tree.least, tree.most);
  }
}

/** Follows the texts as long as they are few; then the best of what came together counts, and it begins again. */
function findingsInRow(parts: readonly Findings[]): Findings {
  let isExact = true;
  let run: readonly string[] = EMPTY_TEXT;
  let required: readonly string[] | undefined;
  for (const findings of parts) {
    const joined = findings.exact === undefined ? undefined : joinAll(run, findings.exact);
    if (joined !== undefined) {
      run = joined;
      continue;
    }
    isExact = false;
    required = better(better(required, run), findings.required);
    run = findings.exact ?? EMPTY_TEXT;
  }
  return isExact ? { exact: run, required: undefined } : { exact: undefined, required: better(required, run) };
}

function findingsOfEither(branches: readonly Findings[]): Findings {
  const exact = few(branches.flatMap((findings) => findings.exact ?? [NOT_EXACT]));
  const required = few(branches.flatMap((findings) => best(findings) ?? EMPTY_TEXT));
  return { exact: exact?.includes(NOT_EXACT) ? undefined : exact, required };
}

/** Takes the place of a branch whose texts are not known. */
const NOT_EXACT = '\0';

function findingsOfRepeat(part: Findings, least: number, most: number): Findings {
  if (least === 0 && most === 1) return findingsOfEither([part, { exact: EMPTY_TEXT, required: undefined }]);
  const copies = findingsInRow(new Array<Findings>(Math.min(least, COPIES_MAX)).fill(part));
  if (least === most && least <= COPIES_MAX) return copies;
  return { exact: undefined, required: best(copies) };
}

function joinAll(lefts: readonly string[], rights: readonly string[]): readonly string[] | undefined {
  if (lefts.length * rights.length > LITERALS_MAX) return undefined;
  if (lefts.length === 1 && rights.length === 1) {
    const joined = join(lefts[0]!, rights[0]!);
    return joined.length <= LITERAL_CHARACTERS_MAX ? [joined] : undefined;
  }
  return few(lefts.flatMap((left) => rights.map((right) => join(left, right))));
}

/** The marks take no room: ^^a begins as ^a does. */
function join(left: string, right: string): string {
  const isDoubled = (left.endsWith(START) && right.startsWith(START)) || (left.endsWith(END) && right.startsWith(END));
  return isDoubled ? left + right.slice(1) : left + right;
}

function few(literals: readonly string[]): readonly string[] | undefined {
  const unlike = [...new Set(literals)];
  const isFew = unlike.length <= LITERALS_MAX && unlike.every((literal) => literal.length <= LITERAL_CHARACTERS_MAX);
  return isFew ? unlike : undefined;
}

function better(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): readonly string[] | undefined {
  return score(other) > score(one) ? other : one;
}

/** How rare names with one of these are, roughly: by the shortest of them, and how many there are. */
function score(literals: readonly string[] | undefined): number {
  if (literals === undefined || literals.length === 0) return 0;
  const least = shortest(literals);
  return least === 0 ? 0 : least - Math.log2(literals.length) / 4;
}

/** Characters of the shortest; what is commonplace counts as one of hardly any. */
function shortest(literals: readonly string[]): number {
  return Math.min(
    ...literals.map((text) => (isCommonplace(text) ? Math.min(text.length, COMMONPLACE_SCORE) : text.length)),
  );
}

function isCommonplace(text: string): boolean {
  return TOP_LEVEL_DOMAIN.test(text) || COMMONPLACE.some((whole) => whole.includes(text));
}

/** Without those that have another one inside, which is then found too. */
function withoutLonger(literals: readonly string[]): readonly string[] {
  return literals.filter((literal) => !literals.some((other) => other !== literal && literal.includes(other)));
}
