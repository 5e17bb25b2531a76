// Rules of a list of which something is to be told: how many there are, and the first few with their lines. Bounded, however many come.

import { type RuleShape, type Scope, SCOPE } from '../../memory/block-table/rule-model.ts';
import type { ToldAddresses } from '../../memory/block-table/told-addresses.ts';
import type { RuleSubject } from '../../policy/rule-syntax/rule-pattern.ts';
import { nameRuleText, patternRuleText } from '../../policy/rule-text.ts';
import { addressToText } from '../../wire/ip-address.ts';
import { nameToText } from '../../wire/name-text.ts';
import { LINES_KEPT, printable, type SkippedLine } from './list-report.ts';

const MAPPED_IPV4 = '00000000000000000000ffff';

export interface NotedLines {
  readonly rules: number;
  /** The first few, with what the rule is about. */
  readonly first: readonly SkippedLine[];
}

/** A wire name may have anything behind its end. */
type Subject =
  | Exclude<RuleSubject, { kind: 'name' }>
  | { readonly kind: 'name'; readonly wire: Uint8Array; readonly scope: Scope };

export class NotedRules implements NotedLines {
  rules = 0;
  readonly first: SkippedLine[] = [];

  add(lineNumber: number, subject: Subject, shape: RuleShape): void {
    this.rules++;
    if (this.first.length === LINES_KEPT) return;
    this.first.push({ lineNumber, text: printable(Buffer.from(textOf(subject, shape))) });
  }
}

/** With those about addresses, which are known later. */
export function withAddresses({ rules, first }: NotedLines, told: ToldAddresses): NotedLines {
  const addresses = told.first.map(({ line, firstHex, lastHex }) => ({
    lineNumber: line,
    text: rangeText(firstHex, lastHex),
  }));
  const all = [...first, ...addresses].sort((a, b) => a.lineNumber - b.lineNumber);
  return { rules: rules + told.rules, first: all.slice(0, LINES_KEPT) };
}

function textOf(subject: Subject, shape: RuleShape): string {
  switch (subject.kind) {
    case 'name': {
      const { wire, scope } = subject;
      return scope === SCOPE.EXACT ? nameToText(wire) : nameRuleText(shape.class, scope, wire, 0);
    }
    case 'addresses':
      return rangeText(subject.firstHex, subject.lastHex);
    default:
      return patternRuleText({ ...subject, class: shape.class });
  }
}

function rangeText(firstHex: string, lastHex: string): string {
  return [...new Set([firstHex, lastHex])].map(addressText).join('-');
}

function addressText(hex: string): string {
  return addressToText(Buffer.from(hex.length === 8 ? MAPPED_IPV4 + hex : hex, 'hex'));
}
