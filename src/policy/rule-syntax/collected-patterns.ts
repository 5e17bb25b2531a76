// Records that several rules give to the same pattern add up to one response, as those of a name do (collected-records.ts). Holds such
// patterns back until the source is read: they are few.

import type { PatternRule, RuleResponse, RuleShape } from '../../memory/block-table/rule-model.ts';
import { internShape } from './filter-rule.ts';

const RECORDS_OF_PATTERN_MAX = 100;
const REMOVALS_MAX = 10_000;

type RecordsResponse = Extract<RuleResponse, { kind: 'records' }>;
type Records = RecordsResponse['records'];

interface Collected {
  /** The first of them. */
  readonly pattern: PatternRule;
  records: Records;
}

export class CollectedPatterns {
  readonly #handOver: (pattern: PatternRule) => void;
  readonly #collected = new Map<string, Collected>();
  /** Records that `$badfilter` takes away, wherever it stands. */
  readonly #removals = new Set<string>();

  constructor(handOver: (pattern: PatternRule) => void) {
    this.#handOver = handOver;
  }

  /** "no-records": nothing that could add up, and not held back. */
  add(pattern: PatternRule): 'added' | 'no-records' | 'too-many' {
    const { kind, text, shape } = pattern;
    if (shape.response?.kind !== 'records' || shape.response.isBlock === true) return 'no-records';
    const key = keyOf(kind, text, shape);
    const known = this.#collected.get(key);
    if (known === undefined) {
      this.#collected.set(key, { pattern, records: shape.response.records });
      return 'added';
    }
    const held = known.records;
    const added = shape.response.records.filter((record) => !held.some((other) => isSame(record, other)));
    if (held.length + added.length > RECORDS_OF_PATTERN_MAX) return 'too-many';
    if (added.length > 0) known.records = [...held, ...added];
    return 'added';
  }

  /** Takes the records of such a rule out of what is held back, now or later. */
  remove(kind: PatternRule['kind'], text: string, shape: RuleShape): void {
    if (shape.response?.kind !== 'records' || this.#removals.size >= REMOVALS_MAX) return;
    const key = keyOf(kind, text, shape);
    for (const record of shape.response.records) this.#removals.add(removalOf(key, record));
  }

  /** Hands over what is left, in the order in which the patterns came first, and begins anew. */
  finish(): void {
    for (const _ of this.finishing());
  }

  /** The same one by one. */
  *finishing(): Generator<undefined, void> {
    for (const [key, { pattern, records }] of this.#collected) {
      const kept = records.filter((record) => !this.#removals.has(removalOf(key, record)));
      if (kept.length === 0) continue;
      const { shape } = pattern;
      const isWhole = shape.response?.kind === 'records' && shape.response.records.length === kept.length;
      this.#handOver(
        isWhole
          ? pattern
          : { ...pattern, shape: internShape({ ...shape, response: { kind: 'records', records: kept } }) },
      );
      yield;
    }
    this.#collected.clear();
    this.#removals.clear();
  }
}

/** The same for shapes that differ in their records alone. */
function keyOf(kind: PatternRule['kind'], text: string, { response: _, ...rest }: RuleShape): string {
  return `${kind} ${JSON.stringify(rest)} ${text}`;
}

function removalOf(key: string, { type, rdataHex }: Records[number]): string {
  return `${type} ${rdataHex} ${key}`;
}

function isSame(one: Records[number], other: Records[number]): boolean {
  return one.type === other.type && one.rdataHex === other.rdataHex;
}
