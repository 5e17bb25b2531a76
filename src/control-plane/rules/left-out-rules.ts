// Own rules that found no place in the table: how many, and of the first few why. Control plane.

import type { ToldAddresses } from '../../memory/block-table/told-addresses.ts';
import type { OwnRule } from './own-rule.ts';

const SHOWN_MAX = 10;
const TOO_MANY_COVER = 'too many rules of the same place are about some of its addresses already';

export interface LeftOutRule {
  /** 1-based; 0 where it is not known. */
  readonly line: number;
  readonly text: string;
  /** The end of a sentence that begins with the rule. */
  readonly reason: string;
}

export class LeftOutRules {
  count = 0;
  readonly first: LeftOutRule[] = [];

  /** `why` is asked of those alone that are shown: it may take its time. */
  add({ line, text }: Pick<OwnRule, 'line' | 'text'>, why: () => string): void {
    if (this.count++ < SHOWN_MAX) this.first.push({ line, text, reason: why() });
  }

  /** Those about addresses, of which it is known when all are there. `rules`: among which they are. */
  addAddresses(told: ToldAddresses, rules: readonly OwnRule[]): void {
    this.count += told.rules;
    for (const range of told.first) {
      const own = rules.find(
        ({ line, rule: { subject, removes } }) =>
          line === range.line &&
          !removes &&
          subject.kind === 'addresses' &&
          range.firstHex.endsWith(subject.firstHex) &&
          range.lastHex.endsWith(subject.lastHex),
      );
      if (own === undefined || this.first.length === SHOWN_MAX) return;
      this.first.push({ line: own.line, text: own.text, reason: TOO_MANY_COVER });
    }
  }
}

/** `place`: the file that they are written in. */
export function leftOutText(place: string, { count, first }: LeftOutRules): string {
  const told = first.map(({ line, text, reason }) => `${place}${line > 0 ? `:${line}` : ''}: "${text}": ${reason}`);
  const more = count > first.length ? [`and ${count - first.length} more`] : [];
  return [...told, ...more].join('; ');
}
