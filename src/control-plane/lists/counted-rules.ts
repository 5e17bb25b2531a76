// How many rules of each kind: counted while a list is read, and apart those that find no place in a table.

import { RULE_CLASS, type RuleShape, type Scope, SCOPE } from '../../memory/block-table/rule-model.ts';

export interface RuleCounts {
  /** Rules about exactly one name. */
  readonly names: number;
  /** About a name and everything below it. */
  readonly subtrees: number;
  /** About everything below a name. */
  readonly below: number;
  /** Regular expressions, and names with `*`. */
  readonly patterns: number;
  /** Addresses, networks and ranges. */
  readonly addresses: number;
  /** `$badfilter` and its like. */
  readonly removals: number;
  /** Among all of these: exceptions, rules with `$important`, with a condition, with a response of their own. */
  readonly exceptions: number;
  readonly important: number;
  readonly conditional: number;
  readonly responses: number;
}

const KINDS = ['names', 'subtrees', 'below', 'patterns', 'addresses', 'removals'] as const;
const TRAITS = ['exceptions', 'important', 'conditional', 'responses'] as const;

export class CountedRules implements RuleCounts {
  names = 0;
  subtrees = 0;
  below = 0;
  patterns = 0;
  addresses = 0;
  removals = 0;
  exceptions = 0;
  important = 0;
  conditional = 0;
  responses = 0;

  addName(scope: Scope, shape: RuleShape): void {
    if (scope === SCOPE.EXACT) this.names++;
    else if (scope === SCOPE.SUBTREE) this.subtrees++;
    else this.below++;
    this.#addShape(shape);
  }

  addPattern(shape: RuleShape): void {
    this.patterns++;
    this.#addShape(shape);
  }

  addAddresses(shape: RuleShape): void {
    this.addresses++;
    this.#addShape(shape);
  }

  addRemoval(): void {
    this.removals++;
  }

  #addShape(shape: RuleShape): void {
    if (shape.class !== RULE_CLASS.BLOCK) {
      if (shape.class !== RULE_CLASS.IMPORTANT_BLOCK) this.exceptions++;
      if (shape.class !== RULE_CLASS.ALLOW) this.important++;
    }
    if (shape.condition !== undefined) this.conditional++;
    if (shape.response !== undefined) this.responses++;
  }
}

/** All rules, also those that take others away. */
export function ruleCount(counts: RuleCounts): number {
  return KINDS.reduce((sum, kind) => sum + counts[kind], 0);
}

/** `all` less `some` of them. */
export function without(all: RuleCounts, some: RuleCounts): RuleCounts {
  const left = new CountedRules();
  for (const key of [...KINDS, ...TRAITS]) left[key] = all[key] - some[key];
  return { ...left };
}
