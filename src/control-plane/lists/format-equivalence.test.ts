// One real list in each of its formats: what it says must not depend on which of them is read.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { blockersOf, compileList } from '../../../test/fixtures/lists/verdicts.ts';
import { wireText } from '../../../test/fixtures/lists/wire-names.ts';
import { readTestData } from '../../../test/setup/test-data.ts';
import { type Scope, SCOPE } from '../../memory/block-table/rule-model.ts';
import { ListReader, NO_SINK, type ReadOptions } from './list-reader.ts';

const EXACT = ['hosts-light', 'hosts-light-compressed', 'domains-light'];
const WIDENING = ['wildcard-light', 'adblock-light', 'dnsmasq-light', 'rpz-light'];
const BARE = 'wildcard-light-onlydomains';

/** What a list names, by scope; a name in two scopes has both bits. Undefined where the list is not there. */
function namesOf(t: TestContext, list: string, subdomains = false): Map<string, Scope> | undefined {
  const bytes = readTestData(t, `blocklists/hagezi-${list}.txt.gz`);
  if (bytes === undefined) return undefined;
  const names = new Map<string, Scope>();
  const reader = new ListReader(
    { format: 'auto', subdomains },
    {
      ...NO_SINK,
      onName: (wire, length, scope) => {
        const name = wireText(wire, length);
        names.set(name, ((names.get(name) ?? 0) | scope) as Scope);
      },
    },
  );
  reader.push(bytes);
  assert.equal(reader.finish().refusal, undefined);
  return names;
}

function tableOf(t: TestContext, list: string, options: Partial<ReadOptions> = {}): SharedArrayBuffer | undefined {
  const bytes = readTestData(t, `blocklists/hagezi-${list}.txt.gz`);
  return bytes && compileList(bytes, { format: 'auto', subdomains: false, ...options });
}

/** What the widened exact names cover beyond one another: only the tops. */
function tops(names: Iterable<string>): Set<string> {
  const all = new Set(names);
  return new Set([...all].filter((name) => !parentsOf(name).some((parent) => all.has(parent))));
}

function parentsOf(name: string): string[] {
  const labels = name.split('.');
  return labels.slice(1).map((_, index) => labels.slice(index + 1).join('.'));
}

describe('one list in all its formats', () => {
  test('the exact formats name the same names, exactly', (t) => {
    const first = namesOf(t, EXACT[0]!);
    if (first === undefined) return;
    assert.ok([...first.values()].every((scope) => scope === SCOPE.EXACT));
    for (const list of EXACT.slice(1)) assert.deepEqual(namesOf(t, list), first, list);
    t.diagnostic(`${EXACT.join(', ')}: ${first.size} names, the same in each`);
  });

  test('the widening formats name the same names, with everything below', (t) => {
    const first = namesOf(t, WIDENING[0]!);
    if (first === undefined) return;
    assert.ok([...first.values()].every((scope) => scope === SCOPE.SUBTREE));
    for (const list of WIDENING.slice(1)) assert.deepEqual(namesOf(t, list), first, list);
    assert.deepEqual(namesOf(t, BARE, true), first, BARE);
    t.diagnostic(`${WIDENING.join(', ')}, ${BARE} with subdomains = true: ${first.size} names, the same in each`);
  });

  test('all agree on every listed name, and subdomains = true makes the exact ones equal to the widening ones', (t) => {
    const exactNames = namesOf(t, EXACT[0]!);
    const wideNames = namesOf(t, WIDENING[0]!);
    if (exactNames === undefined || wideNames === undefined) return;
    const listed = [...new Set([...exactNames.keys(), ...wideNames.keys()])];
    const narrow = EXACT.map((list) => tableOf(t, list)!);
    const wide = [
      ...WIDENING.map((list) => tableOf(t, list)!),
      tableOf(t, BARE, { subdomains: true })!,
      ...EXACT.map((list) => tableOf(t, list, { subdomains: true })!),
    ];
    const byNarrow = blockersOf(narrow);
    const byWide = blockersOf(wide);
    let narrowBlocked = 0;
    for (const name of listed) {
      const blockers = byNarrow(name);
      assert.ok(
        blockers.every((isBlocked) => isBlocked === exactNames.has(name)),
        name,
      );
      if (blockers[0]) narrowBlocked++;
      for (const covered of [name, `below.${name}`])
        assert.ok(
          byWide(covered).every((isBlocked) => isBlocked),
          covered,
        );
    }
    const onlyWide = listed.filter((name) => !exactNames.has(name));
    const widened = tops(exactNames.keys());
    t.diagnostic(
      `${listed.length} listed names: ${narrowBlocked} blocked by the exact formats, all of them and as many names below by ` +
        `each of ${wide.length} widening readings; ${onlyWide.length} tops that only the widening formats name; the exact ones have ${widened.size} tops`,
    );
  });

  test('they agree on popular names, listed or not', (t) => {
    const lists = [...EXACT, ...WIDENING];
    const tables = lists.flatMap((list) => tableOf(t, list) ?? []);
    if (tables.length < lists.length) return;
    const blockers = blockersOf(tables);
    const names = readTestData(t, 'names/umbrella-top-100k.txt.gz')?.toString().split('\n') ?? [];
    let blocked = 0;
    for (const line of names) {
      const name = line.trim().split(',').at(-1)!;
      if (!/^[\w-]+(?:\.[\w-]+)+$/.test(name)) continue;
      const found = blockers(name);
      const [exact, wide] = [found.slice(0, EXACT.length), found.slice(EXACT.length)];
      if (wide[0]) blocked++;
      assert.ok(exact.every((it) => it === exact[0]) && wide.every((it) => it === wide[0]), name);
      assert.ok(wide[0] || !exact[0], name);
    }
    t.diagnostic(`of ${names.length} popular names the widening formats block ${blocked}, each the same`);
  });
});
