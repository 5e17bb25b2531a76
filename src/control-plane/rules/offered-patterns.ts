// Patterns of lists, kept until all lists have been read, then placed so that none takes the room of another: always the next one of the
// list that has taken least so far. In whichever order lists are configured, and however much some of them want, each gets the same.
// Control plane.

import type { PatternRule, RuleShape } from '../../memory/block-table/rule-model.ts';
import { type LeftOutPatterns, PATTERN_BOUNDS, PatternBudget, type PatternTaker } from './pattern-budget.ts';

/** Of one list: more would find no place if it were alone. */
const KEPT_MAX = 2 * PATTERN_BOUNDS.patterns;

interface Offered {
  readonly rule: PatternRule;
  readonly place: (prepared: PatternRule) => void;
}

interface Queue {
  readonly source: number;
  readonly offered: Offered[];
  next: number;
  /** What was said already; a list that says it again shall not pay for it again. */
  readonly seen: Map<RuleShape, Set<string>>;
}

export class OfferedPatterns implements PatternTaker {
  readonly #budget: PatternBudget;
  readonly #queues = new Map<number, Queue>();

  constructor(bounds = PATTERN_BOUNDS) {
    this.#budget = new PatternBudget(bounds);
  }

  take(source: number, rule: PatternRule, place: (prepared: PatternRule) => void): boolean {
    const queue = this.#queueOf(source);
    if (isSeen(queue.seen, rule)) return false;
    if (queue.offered.length < KEPT_MAX) queue.offered.push({ rule, place });
    else this.#budget.passOver(source, rule);
    return true;
  }

  /** Places what there is room for. To be called once, when all have been offered. */
  settle(): void {
    const queues = [...this.#queues.values()];
    while (queues.length > 0) {
      const queue = this.#poorest(queues);
      const offered = queue.offered[queue.next++];
      if (offered === undefined) queues.splice(queues.indexOf(queue), 1);
      else this.#budget.take(queue.source, offered.rule, offered.place);
    }
  }

  /** Those of a source, by reason. */
  leftOutOf(source: number): readonly LeftOutPatterns[] {
    return this.#budget.leftOutOf(source);
  }

  /** The one that has taken least; of several the one configured first. */
  #poorest(queues: readonly Queue[]): Queue {
    const shares = queues.map(({ source }) => this.#budget.shareOf(source));
    return queues[shares.indexOf(Math.min(...shares))]!;
  }

  #queueOf(source: number): Queue {
    let queue = this.#queues.get(source);
    if (queue === undefined) {
      queue = { source, offered: [], next: 0, seen: new Map() };
      this.#queues.set(source, queue);
    }
    return queue;
  }
}

function isSeen(seen: Map<RuleShape, Set<string>>, { kind, text, shape }: PatternRule): boolean {
  const texts = seen.get(shape) ?? new Set();
  seen.set(shape, texts);
  const key = `${kind} ${text}`;
  if (texts.has(key)) return true;
  texts.add(key);
  return false;
}
