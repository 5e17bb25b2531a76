// What became of the lines of one list: rules by kind, and what was left out, by reason. Bounded, and plain values: it is kept
// beside the copy of the list and shown.

import type { AddressRule, PatternRule, RuleShape, Scope } from '../../memory/block-table/rule-model.ts';
import type { FilterRule } from '../../policy/rule-syntax/filter-rule.ts';
import { RULE_SKIP } from '../../policy/rule-syntax/skip-reason.ts';
import { CountedRules, type RuleCounts, ruleCount } from './counted-rules.ts';
import { isFault, type SkipReason, skipReasonText } from './formats/line-fault.ts';
import type { RuleSink } from './formats/line-format.ts';

/** Of each kind the first ones are told. */
export const LINES_KEPT = 5;
const LINE_TEXT_MAX = 80;
/** So many rules that only browsers can follow to one address of a web page, at least, make a list one for browsers. */
const FOR_BROWSERS_LEAST = 1 / 20;

export interface SkippedLine {
  /** 1-based. */
  readonly lineNumber: number;
  /** Shortened and printable. */
  readonly text: string;
}

export interface ReasonedLine extends SkippedLine {
  readonly reason: string;
}

export interface SkippedLines {
  readonly reason: SkipReason;
  /** The same for people. */
  readonly reasonText: string;
  /** Something is wrong with them; else they are for others. */
  readonly isFault: boolean;
  readonly lines: number;
  /** The first few. */
  readonly first: readonly SkippedLine[];
}

export interface ListReport {
  /** As they are read: which of them the table has is known where it is built. */
  readonly rules: RuleCounts;
  /** By reason, the most lines first. */
  readonly skipped: readonly SkippedLines[];
}

/** Counts what passes through it on the way to another sink. */
export class ListReporter implements RuleSink {
  readonly #next: RuleSink;
  readonly #counts = new CountedRules();
  readonly #skipped = new Map<SkipReason, { lines: number; readonly first: SkippedLine[] }>();

  constructor(next: RuleSink) {
    this.#next = next;
  }

  /** Rules taken, without those that only take others away. */
  get rules(): number {
    return ruleCount(this.#counts) - this.#counts.removals;
  }

  /** Rules that only browsers can follow are among the lines, and not just one among many addresses of web pages. */
  get isForBrowsers(): boolean {
    const forBrowsers = this.#linesOf(RULE_SKIP.COSMETIC) + this.#linesOf(RULE_SKIP.BROWSER_OPTION);
    return forBrowsers > 0 && forBrowsers >= this.#linesOf(RULE_SKIP.WEB_ADDRESS) * FOR_BROWSERS_LEAST;
  }

  onName(wire: Uint8Array, length: number, scope: Scope, shape: RuleShape, lineNumber: number): void {
    this.#counts.addName(scope, shape);
    this.#next.onName(wire, length, scope, shape, lineNumber);
  }

  onPattern(rule: PatternRule): void {
    this.#counts.addPattern(rule.shape);
    this.#next.onPattern(rule);
  }

  onAddress(rule: AddressRule): void {
    this.#counts.addAddresses(rule.shape);
    this.#next.onAddress(rule);
  }

  onRemoval(rule: FilterRule, lineNumber: number): void {
    this.#counts.addRemoval();
    this.#next.onRemoval(rule, lineNumber);
  }

  endZone(): void {
    this.#next.endZone?.();
  }

  skip(lineNumber: number, reason: SkipReason, bytes: Uint8Array, start: number, end: number): void {
    let known = this.#skipped.get(reason);
    if (known === undefined) {
      known = { lines: 0, first: [] };
      this.#skipped.set(reason, known);
    }
    known.lines++;
    if (known.first.length < LINES_KEPT) known.first.push({ lineNumber, text: printable(bytes.subarray(start, end)) });
  }

  report(): ListReport {
    const skipped = [...this.#skipped]
      .map(([reason, { lines, first }]) => ({
        reason,
        reasonText: skipReasonText(reason),
        isFault: this.#isFault(reason),
        lines,
        first,
      }))
      .sort((a, b) => b.lines - a.lines);
    return { rules: { ...this.#counts }, skipped };
  }

  #linesOf(reason: SkipReason): number {
    return this.#skipped.get(reason)?.lines ?? 0;
  }

  /** Addresses of web pages are for browsers where other lines are; a list of nothing else was made for something else. */
  #isFault(reason: SkipReason): boolean {
    return reason === RULE_SKIP.WEB_ADDRESS ? !this.isForBrowsers : isFault(reason);
  }
}

/** How many lines these are, and the first of them. */
export function togetherOf(skipped: readonly SkippedLines[]): {
  readonly lines: number;
  readonly first: readonly ReasonedLine[];
} {
  return {
    lines: skipped.reduce((sum, { lines }) => sum + lines, 0),
    first: skipped
      .flatMap(({ reasonText, first }) => first.map((line) => ({ ...line, reason: reasonText })))
      .sort((a, b) => a.lineNumber - b.lineNumber)
      .slice(0, LINES_KEPT),
  };
}

/** Text of a list for logs and terminals: it is a stranger's, so nothing but plain characters gets through. */
export function printable(line: Uint8Array, maxBytes = LINE_TEXT_MAX): string {
  const text = Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, maxBytes)).toString('utf8');
  return text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, ' ').trim();
}
