// What every list format is to the reader of a list: whole lines in, rules out.

import {
  type AddressRule,
  type PatternRule,
  RULE_CLASS,
  type RuleShape,
  type Scope,
  SCOPE,
} from '../../../memory/block-table/rule-model.ts';
import type { FilterRule } from '../../../policy/rule-syntax/filter-rule.ts';
import { FAULT, type LineFault, type SkipReason } from './line-fault.ts';

/** Takes the rules of one list. Line numbers begin with 1; for rules made of several lines it is the first one's. */
export interface RuleSink {
  /** `wire`: a lower-cased uncompressed wire name, valid during the call only. */
  onName(wire: Uint8Array, length: number, scope: Scope, shape: RuleShape, lineNumber: number): void;
  onPattern(rule: PatternRule): void;
  onAddress(rule: AddressRule): void;
  /** `$badfilter`: such rules of the list go, before or after. */
  onRemoval(rule: FilterRule, lineNumber: number): void;
  /** The end of a list that is a zone: rules about everything below a name are its wildcards, which say nothing of names that it has. */
  endZone?(): void;
}

/** Takes one line that is left out; `start` and `end` bound its text in `bytes`. */
export type SkipSink = (lineNumber: number, reason: SkipReason, bytes: Uint8Array, start: number, end: number) => void;

/** How the operator wants the list to be read. */
export interface Reading {
  /** Names without a sign of their scope cover everything below them too. */
  readonly subdomains: boolean;
  /** Every rule that would block allows instead, whatever it would answer. */
  readonly allows: boolean;
  /** Of `adblock`: `*.name` is about the name too, as in a list of names. */
  readonly wildcardsCoverNames?: boolean;
}

export interface LineFormat {
  /** Lines seen so far, also empty ones. */
  readonly lineNumber: number;
  /** Lines that held at least one rule, or an entry that is known to mean nothing. */
  readonly goodLines: number;
  /** Lines that are left out; a hosts line can be good and left out in part. */
  readonly skippedLines: number;
  /** Rules about names that cover everything below them. */
  readonly subtrees: number;
  /** Reads whole lines: `start` is the first octet of a line, `end` lies after a line end or at the end of the file. */
  parse(bytes: Uint8Array, start: number, end: number): void;
  /** Counts a line that was too long to be handed over. */
  lineTooLong(): void;
  /** The end of the list: hands over what several lines made together. */
  finish(): void;
}

export const BLOCK: RuleShape = { class: RULE_CLASS.BLOCK };
export const ALLOW: RuleShape = { class: RULE_CLASS.ALLOW };

/** The counting that all formats share. */
export abstract class CountedLines implements LineFormat {
  lineNumber = 0;
  goodLines = 0;
  skippedLines = 0;
  subtrees = 0;
  protected readonly sink: RuleSink;
  /** What a line that says no more means. */
  protected readonly plainShape: RuleShape;
  /** What a bare name covers. */
  protected readonly bareScope: Scope;
  private readonly onSkipped: SkipSink;

  constructor({ subdomains, allows }: Reading, sink: RuleSink, onSkipped: SkipSink) {
    this.sink = sink;
    this.onSkipped = onSkipped;
    this.plainShape = allows ? ALLOW : BLOCK;
    this.bareScope = subdomains ? SCOPE.SUBTREE : SCOPE.EXACT;
  }

  abstract parse(bytes: Uint8Array, start: number, end: number): void;

  finish(): void {}

  lineTooLong(): void {
    this.lineNumber++;
    this.skippedLines++;
    this.onSkipped(this.lineNumber, FAULT.LINE_TOO_LONG, NOTHING, 0, 0);
  }

  protected takeName(wire: Uint8Array, length: number, scope: Scope, shape: RuleShape): void {
    if (scope !== SCOPE.EXACT) this.subtrees++;
    this.sink.onName(wire, length, scope, shape, this.lineNumber);
  }

  protected skip(reason: SkipReason, bytes: Uint8Array, lineStart: number, end: number): void {
    this.skippedLines++;
    this.onSkipped(this.lineNumber, reason, bytes, lineStart, lineEnd(bytes, lineStart, end));
  }
}

export type { LineFault };

const NOTHING = new Uint8Array(0);

/** Offset of the line feed that ends the line, or `end`. */
export function lineEnd(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end && bytes[at] !== 0x0a) at++;
  return at;
}
