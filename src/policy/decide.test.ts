import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapStatistics } from 'node:v8';
import fc from 'fast-check';
import { BlockTable, type RuleAction, type RuleScope, type TableSource } from '../memory/block-table/block-table.ts';
import { BlockTableBuilder } from '../memory/block-table/block-table-builder.ts';
import { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { nameFromText } from '../wire/name-text.ts';
import { ACTION, type Action, Decision, decide, REASON, type Reason } from './decide.ts';
import type { PolicySettings } from './policy-settings.ts';

const HASH_KEY = Uint8Array.from({ length: 16 }, (_, index) => index * index);
const SOURCES: readonly TableSource[] = [
  { name: 'ads', kind: 'list', action: 'block' },
  { name: 'trackers', kind: 'list', action: 'block' },
  { name: 'good', kind: 'list', action: 'allow' },
  { name: 'rules', kind: 'rules', action: 'block' },
];
const [ADS, TRACKERS, GOOD, RULES] = [0, 1, 2, 3];

interface Entry {
  readonly source: number;
  readonly name: string;
  readonly scope: RuleScope;
  readonly action: RuleAction;
}

const BLOCKLIST: PolicySettings = {
  mode: 'blocklist',
  blockResponse: { kind: 'nxdomain' },
  blockTtlSeconds: 60,
  start: 'answer',
  rebindingProtection: false,
};
const REFUSING: PolicySettings = { ...BLOCKLIST, start: 'refuse' };
const ALLOWLIST: PolicySettings = { ...BLOCKLIST, mode: 'allowlist', start: 'refuse' };

const hasher = new NameHasher(HASH_KEY);

function tableOf(entries: readonly Entry[]): BlockTable {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  for (const { source, name, scope, action } of entries) {
    const wireName = nameFromText(name)!;
    builder.add(source, wireName, wireName.length, scope, action);
  }
  return new BlockTable(builder.finish());
}

interface Verdict {
  readonly action: Action;
  readonly reason: Reason;
  readonly source: number;
  readonly suffix: number;
}

function verdict(table: BlockTable, settings: PolicySettings, name: string, listsComplete = true): Verdict {
  const wireName = nameFromText(name)!;
  hasher.hash(wireName, wireName.length);
  const decision = new Decision();
  decide(table, settings, listsComplete, wireName, wireName.length, hasher, decision);
  const { action, reason, source, suffix } = decision;
  return { action, reason, source, suffix };
}

function entry(source: number, name: string, scope: RuleScope, action: RuleAction): Entry {
  return { source, name, scope, action };
}

const NONE = { source: -1, suffix: -1 };

test('in blocklist mode a name that nothing names is allowed, and one that a list names is blocked by that list', () => {
  const table = tableOf([entry(TRACKERS, 'example.org', 'subtree', 'block')]);
  assert.deepEqual(verdict(table, BLOCKLIST, 'www.example.com'), {
    action: ACTION.ALLOW,
    reason: REASON.NO_RULE,
    ...NONE,
  });
  assert.deepEqual(verdict(table, BLOCKLIST, 'a.www.example.org'), {
    action: ACTION.BLOCK,
    reason: REASON.LIST_BLOCKS,
    source: TRACKERS,
    suffix: 1,
  });
});

test('F09 own rules go before lists, and allowing before blocking in each, however long the match', () => {
  const lines = [
    entry(RULES, 'org', 'subtree', 'allow'),
    entry(RULES, 'a.example.org', 'exact', 'block'),
    entry(GOOD, 'example.org', 'subtree', 'allow'),
    entry(ADS, 'a.example.org', 'exact', 'block'),
  ];
  const expected = [
    { action: ACTION.ALLOW, reason: REASON.RULE_ALLOWS, source: RULES, suffix: 0 },
    { action: ACTION.BLOCK, reason: REASON.RULE_BLOCKS, source: RULES, suffix: 2 },
    { action: ACTION.ALLOW, reason: REASON.LIST_ALLOWS, source: GOOD, suffix: 1 },
    { action: ACTION.BLOCK, reason: REASON.LIST_BLOCKS, source: ADS, suffix: 2 },
  ];
  for (const [removed, wanted] of expected.entries()) {
    for (const settings of [BLOCKLIST, ALLOWLIST]) {
      assert.deepEqual(verdict(tableOf(lines.slice(removed)), settings, 'a.example.org'), wanted);
    }
  }
});

test('in allowlist mode only what a list or rule allows is answered', () => {
  const table = tableOf([
    entry(GOOD, 'example.org', 'exact', 'allow'),
    entry(RULES, 'example.net', 'subtree', 'allow'),
    entry(ADS, 'ads.example.com', 'exact', 'block'),
  ]);
  assert.equal(verdict(table, ALLOWLIST, 'example.org').reason, REASON.LIST_ALLOWS);
  assert.equal(verdict(table, ALLOWLIST, 'www.example.net').reason, REASON.RULE_ALLOWS);
  const blocked = { action: ACTION.BLOCK, reason: REASON.NOT_ALLOWLISTED, ...NONE };
  assert.deepEqual(verdict(table, ALLOWLIST, 'www.example.org'), blocked);
  assert.deepEqual(verdict(table, ALLOWLIST, '.'), blocked);
  assert.equal(verdict(table, ALLOWLIST, 'ads.example.com').reason, REASON.LIST_BLOCKS);
});

test('while lists are missing, names without a verdict wait where the policy says so, and always in allowlist mode', () => {
  const table = tableOf([
    entry(RULES, 'blocked.example', 'subtree', 'block'),
    entry(RULES, 'allowed.example', 'subtree', 'allow'),
    entry(ADS, 'listed.example', 'subtree', 'block'),
  ]);
  const waiting = { action: ACTION.NOT_READY, reason: REASON.LISTS_MISSING, ...NONE };
  assert.deepEqual(verdict(table, REFUSING, 'example.org', false), waiting);
  assert.deepEqual(verdict(table, ALLOWLIST, 'example.org', false), waiting);
  assert.deepEqual(verdict(table, { ...ALLOWLIST, start: 'answer' }, 'example.org', false), waiting);
  assert.equal(verdict(table, BLOCKLIST, 'example.org', false).action, ACTION.ALLOW);
  assert.equal(verdict(table, REFUSING, 'example.org', true).action, ACTION.ALLOW);
  for (const settings of [BLOCKLIST, REFUSING, ALLOWLIST]) {
    assert.equal(verdict(table, settings, 'blocked.example', false).reason, REASON.RULE_BLOCKS);
    assert.equal(verdict(table, settings, 'allowed.example', false).reason, REASON.RULE_ALLOWS);
    assert.equal(verdict(table, settings, 'listed.example', false).reason, REASON.LIST_BLOCKS);
  }
});

test("Android's probe names pass lists and modes, but not the operator's own rules", () => {
  const listed = tableOf([entry(ADS, 'gstatic.com', 'subtree', 'block')]);
  const ruled = tableOf([entry(RULES, 'metric.gstatic.com', 'subtree', 'block')]);
  for (const probe of ['1a2b3c4d-dnsotls-ds.metric.gstatic.com', 'x-dnsohttps-ds.metric.gstatic.com']) {
    for (const settings of [BLOCKLIST, REFUSING, ALLOWLIST]) {
      for (const listsComplete of [true, false]) {
        const wanted = { action: ACTION.ALLOW, reason: REASON.CLIENT_PROBE, ...NONE };
        assert.deepEqual(verdict(listed, settings, probe, listsComplete), wanted);
      }
      assert.equal(verdict(ruled, settings, probe).reason, REASON.RULE_BLOCKS);
    }
  }
  for (const other of [
    'metric.gstatic.com',
    'dnsotls-ds.metric.gstatic.com',
    'www.metric.gstatic.com',
    'a.x-dnsotls-ds.metric.gstatic.com',
    'x-dnsotls-ds.a.metric.gstatic.com',
    'x-dnsotls-ds.metrics.gstatic.com',
    'x-dnsotls-dsx.metric.gstatic.com',
    'x-dnsotls-ds.gstatic.com',
    'x-dnsotls-ds.a.b.octets\\006metric\\007gstatic\\003com',
  ]) {
    assert.notEqual(verdict(listed, BLOCKLIST, other).reason, REASON.CLIENT_PROBE, other);
  }
});

const names = fc
  .oneof(
    {
      weight: 12,
      arbitrary: fc.array(fc.constantFrom('a', 'b', 'ads', 'example', 'org'), { minLength: 1, maxLength: 4 }),
    },
    { weight: 1, arbitrary: fc.constant(['7-dnsotls-ds', 'metric', 'gstatic', 'com']) },
    { weight: 1, arbitrary: fc.constant(['gstatic', 'com']) },
  )
  .map((labels) => labels.join('.'));
const entries = fc.array(
  fc.record({
    source: fc.nat(SOURCES.length - 1),
    name: names,
    scope: fc.constantFrom<RuleScope>('exact', 'subtree'),
    action: fc.constantFrom<RuleAction>('block', 'allow'),
  }),
  { maxLength: 25 },
);

test('F09 the decision is the one that a plain reading of the rules gives', () => {
  fc.assert(
    fc.property(
      entries,
      fc.array(names, { minLength: 1, maxLength: 10 }),
      fc.constantFrom(BLOCKLIST, REFUSING, ALLOWLIST),
      fc.boolean(),
      (given, asked, settings, listsComplete) => {
        const table = tableOf(given);
        for (const name of [...asked, ...given.map((line) => line.name)]) {
          assert.deepEqual(
            verdict(table, settings, name, listsComplete),
            plainVerdict(given, settings, listsComplete, name),
          );
        }
      },
    ),
    { seed: 31337, numRuns: 300 },
  );
});

/** Written from the manual rather than from the code: names in a Map, verdicts by a list of questions. */
function plainVerdict(
  given: readonly Entry[],
  settings: PolicySettings,
  listsComplete: boolean,
  name: string,
): Verdict {
  const byName = new Map<string, Entry[]>();
  for (const line of given) byName.set(line.name, [...(byName.get(line.name) ?? []), line]);
  const labels = name.split('.');

  const spoken = (kind: TableSource['kind'], action: RuleAction): Pick<Verdict, 'source' | 'suffix'> | undefined => {
    for (let skipped = 0; skipped < labels.length; skipped++) {
      const sources = (byName.get(labels.slice(skipped).join('.')) ?? [])
        .filter((line) => line.action === action && SOURCES[line.source]!.kind === kind)
        .filter((line) => skipped === 0 || line.scope === 'subtree')
        .map((line) => line.source);
      if (sources.length > 0) return { source: Math.min(...sources), suffix: labels.length - 1 - skipped };
    }
    return undefined;
  };

  const ruleAllows = spoken('rules', 'allow');
  if (ruleAllows) return { action: ACTION.ALLOW, reason: REASON.RULE_ALLOWS, ...ruleAllows };
  const ruleBlocks = spoken('rules', 'block');
  if (ruleBlocks) return { action: ACTION.BLOCK, reason: REASON.RULE_BLOCKS, ...ruleBlocks };
  if (/^[^.]*-dnso(tl|http)s-ds\.metric\.gstatic\.com$/.test(name)) {
    return { action: ACTION.ALLOW, reason: REASON.CLIENT_PROBE, ...NONE };
  }
  const listAllows = spoken('list', 'allow');
  if (listAllows) return { action: ACTION.ALLOW, reason: REASON.LIST_ALLOWS, ...listAllows };
  const listBlocks = spoken('list', 'block');
  if (listBlocks) return { action: ACTION.BLOCK, reason: REASON.LIST_BLOCKS, ...listBlocks };
  if (settings.mode === 'blocklist' && (listsComplete || settings.start === 'answer')) {
    return { action: ACTION.ALLOW, reason: REASON.NO_RULE, ...NONE };
  }
  if (!listsComplete) return { action: ACTION.NOT_READY, reason: REASON.LISTS_MISSING, ...NONE };
  return { action: ACTION.BLOCK, reason: REASON.NOT_ALLOWLISTED, ...NONE };
}

test('deciding allocates nothing', (t) => {
  if (allocatedBytes() === undefined) return t.skip('this Node.js does not count allocated bytes');
  const table = tableOf([
    entry(ADS, 'example.org', 'subtree', 'block'),
    entry(GOOD, 'a.example.org', 'exact', 'allow'),
  ]);
  const wireNames = ['www.example.org', 'a.example.org', 'x-dnsotls-ds.metric.gstatic.com', 'example.com'].map(
    (name) => nameFromText(name)!,
  );
  const decision = new Decision();
  const calls = 300_000;
  // The smallest object takes 16 octets; V8 counts in steps of its allocation buffers.
  const unavoidable = 2 * calls;
  let least = Number.POSITIVE_INFINITY;
  // The first rounds run before the compiler has settled.
  for (let round = 0; round < 20 && least > unavoidable; round++) {
    const before = allocatedBytes()!;
    for (let call = 0; call < calls; call++) {
      const name = wireNames[call % 4]!;
      hasher.hash(name, name.length);
      decide(table, BLOCKLIST, true, name, name.length, hasher, decision);
    }
    least = Math.min(least, allocatedBytes()! - before);
  }
  assert.ok(least <= unavoidable, `${least} octets in ${calls} calls`);
});

function allocatedBytes(): number | undefined {
  return (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes;
}
