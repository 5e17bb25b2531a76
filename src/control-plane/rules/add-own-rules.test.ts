import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import { TIER } from '../../memory/block-table/rule-model.ts';
import type { FilterRule } from '../../policy/rule-syntax/filter-rule.ts';
import { parseRule } from '../../policy/rule.ts';
import { addingOwnRules } from './add-own-rules.ts';
import type { LeftOutRules } from './left-out-rules.ts';
import type { OwnRule } from './own-rule.ts';
import { PATTERN_BOUNDS, PatternBudget } from './pattern-budget.ts';

const SHOWN = 10;

describe('own rules that find no place', () => {
  test('are looked up among the others for no more than those that are shown', () => {
    const many = 5_000;
    let looks = 0;
    const rules = Array.from({ length: many }, (_, index) => {
      const own = ownRule(`||one.example^$client=c${index},dnsrewrite=192.0.2.1`, index + 1);
      return {
        text: own.text,
        get line() {
          looks++;
          return own.line;
        },
        get rule() {
          looks++;
          return own.rule;
        },
      };
    });
    const { leftOut } = add(rules);
    assert.equal(leftOut.count, many - 64);
    assert.deepEqual(
      leftOut.first.map(({ line, text }) => [line, text]),
      rules.slice(64, 64 + SHOWN).map(({ line, text }) => [line, text]),
    );
    assert.ok(looks < (SHOWN + 10) * many, `${looks}`);
  });

  test('are named, where several stand on one line', () => {
    const names = Array.from({ length: 64 }, (_, index) => ownRule(`||full.example^$client=192.0.2.${index}`, 7));
    const records = ['fine', 'full', 'other'].map((name) => ownRule(`||${name}.example^$dnsrewrite=192.0.2.1`, 7));
    const { leftOut } = add([...records.slice(0, 1), ...names, ...records.slice(1)]);
    assert.deepEqual(
      leftOut.first.map(({ line, text }) => `${line} ${text}`),
      ['7 ||full.example^$dnsrewrite=192.0.2.1'],
    );
  });

  test('are handed over in slices where they were held back, as records are', () => {
    const rules = Array.from({ length: 10_000 }, (_, index) =>
      ownRule(`||n${index}.example^$dnsrewrite=192.0.2.1`, index + 1),
    );
    const { slices } = add(rules);
    assert.ok(slices >= 2 * (rules.length / 200), `${slices}`);
  });
});

function ownRule(text: string, line: number): OwnRule {
  return { text, line, rule: parseRule(text) as FilterRule };
}

function add(rules: readonly OwnRule[]): { readonly leftOut: LeftOutRules; readonly slices: number } {
  const builder = new BlockTableBuilder({
    hashKey: new Uint8Array(16),
    contentId: '',
    sources: [{ name: 'rules', kind: 'rules', tier: TIER.OWN_RULES }],
  });
  const adding = addingOwnRules(builder, 0, rules, new PatternBudget(PATTERN_BOUNDS));
  for (let slices = 1; ; slices++) {
    const step = adding.next();
    if (step.done === true) return { leftOut: step.value, slices };
  }
}
