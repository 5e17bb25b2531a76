import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listSource } from '../../../test/fixtures/policy.ts';
import { nameFromText } from '../../wire/name-text.ts';
import { NameHasher } from '../name-hash/name-hasher.ts';
import { NameArena } from './name-arena.ts';
import { NameIndex } from './name-index.ts';
import { RuleItems } from './rule-items.ts';
import { RULE_CLASS, type RuleShape, SCOPE } from './rule-model.ts';
import { RuleSets } from './rule-sets.ts';
import { ZoneWildcards } from './zone-wildcards.ts';

const BLOCK: RuleShape = { class: RULE_CLASS.BLOCK, response: { kind: 'nxdomain', isBlock: true } };

test('below a long chain of wildcards each name is walked up from once, not through all of them', () => {
  let finds = 0;
  class CountingIndex extends NameIndex {
    override find(hash: number, name: Uint8Array, length: number): number {
      finds++;
      return super.find(hash, name, length);
    }
  }
  const index = new CountingIndex(new NameArena(2));
  const items = new RuleItems([listSource('zone')]);
  const sets = new RuleSets(items);
  const hasher = new NameHasher(new Uint8Array(16).fill(7));
  const add = (text: string, scope: 1 | 2): void => {
    const name = nameFromText(text)!;
    hasher.hash(name, name.length);
    const reference = index.intern(hasher.fullHigh >>> 0, name, name.length);
    index.arena.changeSet(reference, sets.with(index.arena.set(reference), items.itemOf(0, scope, BLOCK)));
  };
  const depth = 100;
  const names = 2000;
  const chain = Array.from({ length: depth }, (_, level) => `${'a.'.repeat(level)}wide`);
  for (const name of chain) add(name, SCOPE.BELOW);
  for (let i = 0; i < names; i++) add(`n${i}.${chain.at(-1)}`, SCOPE.EXACT);
  let limited = 0;
  new ZoneWildcards(index, sets, items, hasher, 0).end(() => limited++);
  // The lowest has more names below it than a condition may have.
  assert.equal(limited, depth - 1);
  assert.ok(finds < 2 * (names + depth) + depth, `${finds} look-ups`);
});
