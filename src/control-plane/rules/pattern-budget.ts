// How much all patterns of a table may cost together: a name that nothing else settles meets every one of them, on a thread that answers
// everybody. What goes beyond is left out and counted. Control plane.

import { conditionParts } from '../../memory/block-table/condition-parts.ts';
import type { PatternRule } from '../../memory/block-table/rule-model.ts';
import { makePattern } from '../../policy/patterns/made-pattern.ts';

/** Of a table, all sources together. */
export interface PatternBounds {
  /** Patterns; those that match a name are looked at for each question. */
  readonly patterns: number;
  /**
   * What running those of different text may cost a new name, in runs: one that only names with a rare piece of text are run for counts
   * once, one with a common piece, or with a piece that others have too, up to four times. A run takes a look into a table for each
   * character.
   */
  readonly runs: number;
  /** Those of different text that are run for every name, since no piece of text is in all names that match. */
  readonly forAllNames: number;
  /** Octets of their automata, which each query thread holds; of each text once. */
  readonly automataBytes: number;
  /** Clients, types, tags and names in their conditions, which are asked of every query that they match, remembered or not. */
  readonly conditionParts: number;
}

export const PATTERN_BOUNDS: PatternBounds = {
  patterns: 6000,
  runs: 3000,
  forAllNames: 400,
  automataBytes: 4 << 20,
  conditionParts: 2000,
};

/** Runs of a pattern by the characters of its shortest piece of text; one for longer ones. */
const RUNS_BY_CHARACTERS: readonly number[] = [4, 4, 4, 4, 3, 2];
/**
 * Of patterns whose pieces begin alike the second counts two runs at least, the third three, and all others so many: one name may have
 * them all run. At each place of it only so many pieces begin that differ in their first characters.
 */
const RUNS_MAX = 4;
const ALIKE_CHARACTERS = 6;
/** Begins an octet that is no character, of which a name can have four times as many pieces: they cost most. */
const ESCAPE = '\\';

/** Of one source: after so many that cannot be used or find no place none is looked at any more, for that takes a millisecond each. */
const REFUSED_MAX = 500;
/** Lines shown of each reason, and characters of each. */
const FIRST_MAX = 5;
const TEXT_MAX = 80;
const NO_ROOM = 'a pattern beyond what all patterns together may cost a question';
const NOT_LOOKED_AT = 'a pattern behind too many that were left out';

/** Patterns of one source that were left out for one reason. */
export interface LeftOutPatterns {
  readonly reasonText: string;
  lines: number;
  readonly first: { readonly lineNumber: number; readonly text: string }[];
}

type Use = { -readonly [bound in keyof PatternBounds]: number };

/** Takes patterns of the sources of a table, and hands those for which there is room, ready to be run, to `place`. */
export interface PatternTaker {
  /** False, and nothing else, where the source has said it before. */
  take(source: number, rule: PatternRule, place: (prepared: PatternRule) => void): boolean;
}

export class PatternBudget implements PatternTaker {
  readonly #bounds: PatternBounds;
  readonly #shareOfSource: number;
  /** Whose automata are there already, for whichever source. */
  readonly #texts = new Set<string>();
  /** How many of those have a piece of text that begins so. */
  readonly #alike = new Map<string, number>();
  readonly #used: Use = nothing();
  readonly #usedBySource = new Map<number, Use>();
  readonly #leftOutBySource = new Map<number, LeftOutPatterns[]>();
  /** Of each source those that were looked at and left out. */
  readonly #refusedCounts = new Map<number, number>();

  /** `shareOfSource`: of everything one source gets this part at the most, so that those behind it find something. */
  constructor(bounds = PATTERN_BOUNDS, shareOfSource = 1) {
    this.#bounds = bounds;
    this.#shareOfSource = shareOfSource;
  }

  /** Takes what is said again as if it were new. */
  take(source: number, rule: PatternRule, place: (prepared: PatternRule) => void): boolean {
    const prepared = this.prepare(source, rule);
    if (prepared !== undefined) place(prepared);
    return true;
  }

  /** What part of a bound the source has taken, of the one of which it has taken most. */
  shareOf(source: number): number {
    const used = this.#usedBySource.get(source);
    return used === undefined ? 0 : Math.max(...BOUNDS.map((bound) => used[bound] / this.#bounds[bound]));
  }

  /** Those of a source, by reason. */
  leftOutOf(source: number): readonly LeftOutPatterns[] {
    return this.#leftOutBySource.get(source) ?? [];
  }

  /** The rule with its pattern ready to be run; undefined, and counted, if there is no room for it, or it cannot be used. */
  prepare(source: number, rule: PatternRule): PatternRule | undefined {
    const refused = this.#refusedCounts.get(source) ?? 0;
    if (refused >= REFUSED_MAX) {
      this.passOver(source, rule);
      return undefined;
    }
    const prepared = this.#prepare(source, rule);
    if (typeof prepared !== 'string') return prepared;
    this.#refusedCounts.set(source, refused + 1);
    this.#leaveOut(source, rule, prepared);
    return undefined;
  }

  /** Leaves it out unseen. */
  passOver(source: number, rule: PatternRule): void {
    this.#leaveOut(source, rule, NOT_LOOKED_AT);
  }

  #leaveOut(source: number, { text, line }: PatternRule, reasonText: string): void {
    const all = this.#leftOutBySource.get(source) ?? [];
    this.#leftOutBySource.set(source, all);
    let alike = all.find((it) => it.reasonText === reasonText);
    if (alike === undefined) {
      alike = { reasonText, lines: 0, first: [] };
      all.push(alike);
    }
    alike.lines++;
    if (alike.first.length < FIRST_MAX) alike.first.push({ lineNumber: line, text: text.slice(0, TEXT_MAX) });
  }

  /** Or why not. */
  #prepare(source: number, rule: PatternRule): PatternRule | string {
    const made = makePattern(rule.kind, rule.text);
    if (typeof made === 'string') return `a pattern that cannot be used: ${made}`;
    const text = `${rule.kind} ${rule.text}`;
    const isKnown = this.#texts.has(text);
    const beginnings = new Set(isKnown ? [] : made.literals?.map((literal) => literal.slice(0, ALIKE_CHARACTERS)));
    const use: Use = {
      patterns: 1,
      runs: this.#runsOf(beginnings),
      forAllNames: isKnown || made.literals !== undefined ? 0 : 1,
      automataBytes: isKnown ? 0 : made.automaton.length,
      conditionParts: conditionParts(rule.shape.condition),
    };
    const ofSource = this.#usedBySource.get(source) ?? nothing();
    const fits = fitsIn(this.#bounds, 1, this.#used, use) && fitsIn(this.#bounds, this.#shareOfSource, ofSource, use);
    if (!fits) return NO_ROOM;
    this.#texts.add(text);
    for (const beginning of beginnings) this.#alike.set(beginning, this.#alikeTo(beginning) + 1);
    add(this.#used, use);
    add(ofSource, use);
    this.#usedBySource.set(source, ofSource);
    return { ...rule, made };
  }

  /** Without any beginning none: it is counted among those that are run for all names, or was counted before. */
  #runsOf(beginnings: ReadonlySet<string>): number {
    const all = [...beginnings].map((beginning) =>
      beginning.includes(ESCAPE)
        ? RUNS_MAX
        : Math.max(RUNS_BY_CHARACTERS[beginning.length] ?? 1, this.#alikeTo(beginning) + 1),
    );
    return Math.min(RUNS_MAX, Math.max(0, ...all));
  }

  #alikeTo(beginning: string): number {
    return this.#alike.get(beginning) ?? 0;
  }
}

const BOUNDS = Object.keys(PATTERN_BOUNDS) as (keyof PatternBounds)[];

function nothing(): Use {
  return { patterns: 0, runs: 0, forAllNames: 0, automataBytes: 0, conditionParts: 0 };
}

/** Whether both together stay below a part of the bounds. */
function fitsIn(bounds: PatternBounds, part: number, used: Use, more: Use): boolean {
  return BOUNDS.every((bound) => used[bound] + more[bound] <= part * bounds[bound] || more[bound] === 0);
}

function add(used: Use, more: Use): void {
  for (const bound of BOUNDS) used[bound] += more[bound];
}
