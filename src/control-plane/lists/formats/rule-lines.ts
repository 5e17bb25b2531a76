// What the formats share whose lines say more than a name: conditions, responses, patterns, addresses.

import { type PatternRule, RULE_CLASS, type RuleShape, type Scope } from '../../../memory/block-table/rule-model.ts';
import { matchesEmptyText, measurePattern, PATTERNS_SIZE_MAX } from '../../../policy/patterns/pattern-fault.ts';
import { CollectedPatterns } from '../../../policy/rule-syntax/collected-patterns.ts';
import { CollectedRecords } from '../../../policy/rule-syntax/collected-records.ts';
import { type FilterRule, internShape } from '../../../policy/rule-syntax/filter-rule.ts';
import type { RuleSubject } from '../../../policy/rule-syntax/rule-pattern.ts';
import { RULE_SKIP } from '../../../policy/rule-syntax/skip-reason.ts';
import { FAULT, type SkipReason } from './line-fault.ts';
import { CountedLines, type Reading, type RuleSink, type SkipSink } from './line-format.ts';

/**
 * In patterns that turned out to be none: finding out takes a microsecond or more for each character, where reading a name takes a tenth.
 */
const FAULTY_CHARACTERS_MAX = 200_000;

export abstract class RuleLines extends CountedLines {
  private readonly collected: CollectedRecords;
  private readonly collectedPatterns: CollectedPatterns;
  private readonly allows: boolean;
  private patternsSize = 0;
  private faultyCharacters = 0;

  constructor(reading: Reading, sink: RuleSink, onSkipped: SkipSink) {
    super(reading, sink, onSkipped);
    this.allows = reading.allows;
    this.collected = new CollectedRecords(({ wire, scope, shape, line }) =>
      sink.onName(wire, wire.length, scope, shape, line),
    );
    this.collectedPatterns = new CollectedPatterns((pattern) => sink.onPattern(pattern));
  }

  override finish(): void {
    this.collected.finish();
    this.collectedPatterns.finish();
  }

  /** Why the rule is not taken; undefined if it is. */
  protected takeRule(rule: FilterRule): SkipReason | undefined {
    const shape = this.shapeOf(rule.shape);
    if (!rule.removes) return this.takeSubject(rule.subject, shape);
    this.sink.onRemoval({ ...rule, shape }, this.lineNumber);
    if (rule.subject.kind === 'name')
      this.collected.remove(rule.subject.wire, rule.subject.wire.length, rule.subject.scope, shape);
    else if (rule.subject.kind !== 'addresses')
      this.collectedPatterns.remove(rule.subject.kind, rule.subject.text, shape);
    return undefined;
  }

  protected takeSubject(subject: RuleSubject, shape: RuleShape): SkipReason | undefined {
    switch (subject.kind) {
      case 'name':
        return this.takeShapedName(subject.wire, subject.wire.length, subject.scope, shape);
      case 'addresses':
        this.sink.onAddress({ firstHex: subject.firstHex, lastHex: subject.lastHex, shape, line: this.lineNumber });
        return undefined;
      default:
        return this.takePattern(subject.kind, subject.text, shape);
    }
  }

  private takePattern(kind: 'regex' | 'glob', text: string, shape: RuleShape): SkipReason | undefined {
    // Not even measured any more: a list of nothing else is to cost no more than its reading.
    if (this.patternsSize > PATTERNS_SIZE_MAX) return FAULT.TOO_MANY_PATTERNS;
    if (this.faultyCharacters >= FAULTY_CHARACTERS_MAX) return RULE_SKIP.REGEX;
    const size = measurePattern(kind, text);
    if (typeof size === 'string') {
      this.faultyCharacters += text.length;
      return /\P{ASCII}/u.test(text) ? RULE_SKIP.INTERNATIONAL_PATTERN : RULE_SKIP.REGEX;
    }
    if (kind === 'regex' && shape.condition === undefined && matchesEmptyText(kind, text)) {
      this.faultyCharacters += text.length;
      return RULE_SKIP.TOO_WIDE;
    }
    this.patternsSize += size;
    if (this.patternsSize > PATTERNS_SIZE_MAX) return FAULT.TOO_MANY_PATTERNS;
    return this.handOverPattern({ kind, text, shape, line: this.lineNumber });
  }

  /** One with records waits for others of the same text. */
  protected handOverPattern(pattern: PatternRule): SkipReason | undefined {
    const added = this.collectedPatterns.add(pattern);
    if (added === 'too-many') return FAULT.TOO_MANY_RECORDS;
    if (added === 'no-records') this.sink.onPattern(pattern);
    return undefined;
  }

  /** A name with a shape that may hold records, which wait for others of the same name; those that block have all they need. */
  protected takeShapedName(wire: Uint8Array, length: number, scope: Scope, shape: RuleShape): SkipReason | undefined {
    if (shape.response?.kind !== 'records' || shape.response.isBlock === true)
      this.takeName(wire, length, scope, shape);
    else if (!this.collected.add(wire, length, scope, shape, this.lineNumber)) return FAULT.TOO_MANY_RECORDS;
    return undefined;
  }

  /** In a list that allows, whatever would block or answer something else lets through. */
  protected shapeOf(shape: RuleShape): RuleShape {
    if (!this.allows) return shape;
    const { response: _, ...rest } = shape;
    if (shape.class === RULE_CLASS.BLOCK) return internShape({ ...rest, class: RULE_CLASS.ALLOW });
    if (shape.class === RULE_CLASS.IMPORTANT_BLOCK) return internShape({ ...rest, class: RULE_CLASS.IMPORTANT_ALLOW });
    return shape;
  }
}
