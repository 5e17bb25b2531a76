// The text of policy.rules_file -> rules, and what is wrong with the rest, line by line. Pure.

import { measurePattern, type PatternKind } from '../../policy/patterns/pattern-fault.ts';
import { parseRule } from '../../policy/rule.ts';
import { ITEMS_PER_SLICE, runAtOnce, type Sliced } from '../local-names/slices.ts';
import type { OwnRule } from './own-rule.ts';
import { PATTERN_BOUNDS } from './pattern-budget.ts';

const RULES_MAX = 100_000;
const LINE_MAX_CHARACTERS = 4_096;
const FAULTS_SHOWN = 10;
/** About a millisecond. */
const CHARACTERS_PER_SLICE = 4_000;

export interface RulesFileContent {
  readonly rules: readonly OwnRule[];
  /** The first few, by line. */
  readonly faults: readonly { readonly line: number; readonly message: string }[];
  readonly faultCount: number;
}

/** `#` and `!` begin a comment, but for `##`, `#@#` and the like, which are rules for web pages and said to be some. Empty lines are passed over. */
export function parseRulesFile(text: string): RulesFileContent {
  return runAtOnce(parsingRulesFile(text));
}

/** The same in slices. */
export function* parsingRulesFile(text: string): Sliced<RulesFileContent> {
  const rules: OwnRule[] = [];
  const faults: { line: number; message: string }[] = [];
  let faultCount = 0;
  const fault = (line: number, message: string): void => {
    if (faultCount++ < FAULTS_SHOWN) faults.push({ line, message });
  };
  const patterns = new MeasuredPatterns();
  let line = 0;
  let charactersSinceYield = 0;
  for (const written of linesOf(text)) {
    line++;
    if (line % ITEMS_PER_SLICE === 0) yield;
    const rule = written.trim();
    if (rule === '' || rule.startsWith('!') || /^#(?!#|[@$?%]#)/.test(rule)) continue;
    if (rule.length > LINE_MAX_CHARACTERS) {
      fault(line, `longer than ${LINE_MAX_CHARACTERS} characters`);
      continue;
    }
    if (rules.length === RULES_MAX) {
      fault(line, `at most ${RULES_MAX.toLocaleString('en-US')} rules; a [[list]] holds more`);
      break;
    }
    const patternsBefore = patterns.count;
    const read = parseRule(rule, patterns.faultOf);
    charactersSinceYield += rule.length;
    if (charactersSinceYield > CHARACTERS_PER_SLICE || patterns.count > patternsBefore) {
      charactersSinceYield = 0;
      yield;
    }
    if (typeof read === 'string') fault(line, read);
    else rules.push({ text: rule, rule: read, line });
  }
  return { rules, faults, faultCount };
}

/** Whether they can be run at all turns out when the table is built. */
class MeasuredPatterns {
  count = 0;

  readonly faultOf = (kind: PatternKind, text: string): string | undefined => {
    if (this.count >= PATTERN_BOUNDS.patterns) return 'there are too many patterns before it';
    this.count++;
    const size = measurePattern(kind, text);
    return typeof size === 'string' ? size : undefined;
  };
}

function* linesOf(text: string): Generator<string> {
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  while (start < text.length) {
    const lineFeed = text.indexOf('\n', start);
    const end = lineFeed === -1 ? text.length : lineFeed;
    yield text.slice(start, end);
    start = end + 1;
  }
}
