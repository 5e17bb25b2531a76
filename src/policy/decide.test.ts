import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { getHeapStatistics } from 'node:v8';
import fc from 'fast-check';
import { ANYBODY, listSource, OWN_RULES, tableOfRules, testGroup } from '../../test/fixtures/policy.ts';
import type { RuleAction, RuleSource } from '../memory/block-table/rule-model.ts';
import { RANKS, TIER } from '../memory/block-table/rule-model.ts';
import { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { nameFromText } from '../wire/name-text.ts';
import { TYPE } from '../wire/numbers.ts';
import { ACTION, type Action, Decision, decide, decideAddress, REASON, type Reason } from './decide.ts';
import type { GroupPolicy } from './group-policy.ts';
import { PolicyTables } from './policy-tables.ts';
import { sourceMask } from './source-mask.ts';

const HASH_KEY = Uint8Array.from({ length: 16 }, (_, index) => index * index);
const [ADS, TRACKERS, GOOD, RULES] = [0, 1, 2, 3];
const LISTS = ['ads', 'trackers', 'good'].map(listSource);
const SERVICE: RuleSource = { name: 'chat', kind: 'service', tier: TIER.GROUP_CHOICES };
const GROUP_RULES: RuleSource = { name: 'kids', kind: 'group-rules', tier: TIER.GROUP_RULES };

interface Entry {
  /** Of LISTS, or RULES. */
  readonly source: number;
  readonly name: string;
  readonly scope: 'exact' | 'subtree';
  readonly action: RuleAction;
}

const BLOCKLIST = testGroup();
const REFUSING = testGroup({ start: 'refuse' });
const ALLOWLIST = testGroup({ mode: 'allowlist', start: 'refuse' });

const hasher = new NameHasher(HASH_KEY);

/** Rules as people write them, of each list and of the operator. */
function policyOf(
  listed: readonly (readonly string[])[],
  own: readonly string[] = [],
  more: readonly (readonly [RuleSource, readonly string[]])[] = [],
): PolicyTables {
  const lists = tableOfRules(
    HASH_KEY,
    LISTS.map((source, index) => [source, listed[index] ?? []]),
  );
  const rules = tableOfRules(HASH_KEY, [[OWN_RULES, own], ...more]);
  return new PolicyTables(lists, rules, [BLOCKLIST]);
}

function tableOf(entries: readonly Entry[]): PolicyTables {
  const textOf = ({ name, scope, action }: Entry): string =>
    `${action === 'allow' ? '@@' : ''}${scope === 'subtree' ? '||' : '|'}${name}^`;
  const rulesOf = (source: number): string[] => entries.filter((it) => it.source === source).map(textOf);
  return policyOf([ADS, TRACKERS, GOOD].map(rulesOf), rulesOf(RULES));
}

interface Verdict {
  readonly action: Action;
  readonly reason: Reason;
  readonly source: number;
  readonly suffix: number;
}

function verdict(policy: PolicyTables, group: GroupPolicy, name: string, type: number = TYPE.A): Verdict {
  const { action, reason, source, suffix } = decided(policy, group, name, type);
  return { action, reason, source, suffix };
}

function decided(policy: PolicyTables, group: GroupPolicy, name: string, type: number = TYPE.A): Decision {
  const wireName = nameFromText(name)!;
  hasher.hash(wireName, wireName.length);
  const decision = new Decision();
  decide(policy, group, ANYBODY, wireName, wireName.length, type, hasher, decision);
  return decision;
}

function entry(source: number, name: string, scope: Entry['scope'], action: RuleAction): Entry {
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
  assert.deepEqual(verdict(table, { ...REFUSING, listsComplete: false }, 'example.org'), waiting);
  assert.deepEqual(verdict(table, { ...ALLOWLIST, listsComplete: false }, 'example.org'), waiting);
  assert.deepEqual(verdict(table, { ...ALLOWLIST, start: 'answer', listsComplete: false }, 'example.org'), waiting);
  assert.equal(verdict(table, { ...BLOCKLIST, listsComplete: false }, 'example.org').action, ACTION.ALLOW);
  assert.equal(verdict(table, REFUSING, 'example.org').action, ACTION.ALLOW);
  for (const settings of [BLOCKLIST, REFUSING, ALLOWLIST]) {
    assert.equal(verdict(table, { ...settings, listsComplete: false }, 'blocked.example').reason, REASON.RULE_BLOCKS);
    assert.equal(verdict(table, { ...settings, listsComplete: false }, 'allowed.example').reason, REASON.RULE_ALLOWS);
    assert.equal(verdict(table, { ...settings, listsComplete: false }, 'listed.example').reason, REASON.LIST_BLOCKS);
  }
});

test("Android's probe names pass lists and modes, but not the operator's own rules", () => {
  const listed = tableOf([entry(ADS, 'gstatic.com', 'subtree', 'block')]);
  const ruled = tableOf([entry(RULES, 'metric.gstatic.com', 'subtree', 'block')]);
  for (const probe of ['1a2b3c4d-dnsotls-ds.metric.gstatic.com', 'x-dnsohttps-ds.metric.gstatic.com']) {
    for (const settings of [BLOCKLIST, REFUSING, ALLOWLIST]) {
      for (const listsComplete of [true, false]) {
        const wanted = { action: ACTION.ALLOW, reason: REASON.CLIENT_PROBE, ...NONE };
        assert.deepEqual(verdict(listed, { ...settings, listsComplete }, probe), wanted);
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

test('choices of a group are beaten by client probes and by all rules, and go before lists', () => {
  const chosen = policyOf(
    [['||chat.example^', '||gstatic.com^']],
    [],
    [[SERVICE, ['||gstatic.com^', '||chat.example^']]],
  );
  assert.equal(verdict(chosen, BLOCKLIST, 'x-dnsotls-ds.metric.gstatic.com').reason, REASON.CLIENT_PROBE);
  assert.equal(verdict(chosen, BLOCKLIST, 'www.chat.example').reason, REASON.CHOICE_BLOCKS);
  assert.equal(verdict(chosen, BLOCKLIST, 'www.chat.example').source, LISTS.length + 1);
  const excepted = policyOf([], ['@@||chat.example^'], [[SERVICE, ['||chat.example^$important']]]);
  assert.equal(verdict(excepted, BLOCKLIST, 'chat.example').reason, REASON.RULE_ALLOWS);
  const probes = policyOf([], [], [[GROUP_RULES, ['||metric.gstatic.com^']]]);
  assert.equal(verdict(probes, BLOCKLIST, 'x-dnsotls-ds.metric.gstatic.com').reason, REASON.RULE_BLOCKS);
});

test('a group hears only the sources that it has picked', () => {
  const policy = policyOf(
    [['||ads.example^'], ['||ads.example^']],
    ['||own.example^'],
    [[SERVICE, ['||chat.example^']]],
  );
  const onlyTrackers = testGroup({ listSources: sourceMask(3, [TRACKERS]), ruleSources: sourceMask(2, [0]) });
  assert.equal(verdict(policy, onlyTrackers, 'ads.example').source, TRACKERS);
  assert.equal(verdict(policy, BLOCKLIST, 'ads.example').source, ADS);
  assert.equal(verdict(policy, onlyTrackers, 'own.example').action, ACTION.BLOCK);
  assert.equal(verdict(policy, onlyTrackers, 'chat.example').action, ACTION.ALLOW);
  const nothing = testGroup({ listSources: new Uint32Array(0), ruleSources: new Uint32Array(0) });
  for (const name of ['ads.example', 'own.example', 'chat.example'])
    assert.equal(verdict(policy, nothing, name).reason, REASON.NO_RULE);
});

test('while filtering is paused everything is answered, and no type is turned away', () => {
  const policy = policyOf([['||ads.example^']], ['||own.example^$important']);
  const paused = testGroup({
    mode: 'allowlist',
    listsComplete: false,
    isFiltering: false,
    allowedTypes: new Uint8Array(8192),
  });
  for (const name of ['ads.example', 'own.example', 'example.org'])
    assert.deepEqual(verdict(policy, paused, name), { action: ACTION.ALLOW, reason: REASON.PAUSED, ...NONE });
});

test('a type that the group does not get is answered with nothing, whatever the rules say', () => {
  const allowedTypes = new Uint8Array(8192);
  for (const type of [TYPE.A, TYPE.AAAA, 65_535]) allowedTypes[type >>> 3]! |= 1 << (type & 7);
  const group = testGroup({ allowedTypes });
  const policy = policyOf([], ['@@||example.org^']);
  assert.equal(decided(policy, group, 'example.org', TYPE.AAAA).action, ACTION.ALLOW);
  assert.equal(decided(policy, group, 'example.org', 65_535).action, ACTION.ALLOW);
  for (const type of [TYPE.HTTPS, TYPE.PTR, 65_534]) {
    const { action, reason, response } = decided(policy, group, 'example.org', type);
    assert.deepEqual([action, reason, response?.kind], [ACTION.BLOCK, REASON.TYPE_NOT_ALLOWED, 'nodata']);
  }
});

test('a rule whose condition is not met is not there, so that the next one decides', () => {
  const policy = policyOf([
    ['||ads.example^'],
    ['@@||ads.example^$dnstype=AAAA', '||ads.example^$dnstype=TXT,important'],
  ]);
  assert.equal(verdict(policy, BLOCKLIST, 'ads.example', TYPE.A).source, ADS);
  assert.equal(verdict(policy, BLOCKLIST, 'ads.example', TYPE.AAAA).reason, REASON.LIST_ALLOWS);
  assert.equal(verdict(policy, BLOCKLIST, 'ads.example', TYPE.TXT).source, TRACKERS);
});

test('a rule with a response of its own hands it on, and one without leaves it to the group', () => {
  const policy = policyOf(
    [['||ads.example^$dnsrewrite=192.0.2.1', '||plain.example^']],
    ['|safe.example^$dnsrewrite=other.example'],
  );
  const rewritten = decided(policy, BLOCKLIST, 'ads.example').response;
  assert.equal(rewritten?.kind, 'records');
  assert.deepEqual(rewritten.records, [{ type: TYPE.A, rdata: Uint8Array.of(192, 0, 2, 1) }]);
  const alias = decided(policy, BLOCKLIST, 'safe.example').response;
  assert.deepEqual([alias?.kind, alias?.target], ['alias', nameFromText('other.example')]);
  assert.equal(decided(policy, BLOCKLIST, 'plain.example').response, undefined);
});

test('of two sources the first one wins, whether or not its rule says more', () => {
  const policy = policyOf([['||ads.example^'], ['||ads.example^$dnsrewrite=192.0.2.1', '||ads.example^$dnstype=A']]);
  assert.equal(verdict(policy, BLOCKLIST, 'ads.example').source, ADS);
});

test('an exception from rewriting lifts weaker rules with a response and nothing else', () => {
  const lifting = ['@@||ads.example^$dnsrewrite'];
  const rewriting = '||ads.example^$dnsrewrite=192.0.2.1';
  const lifted = policyOf([[rewriting], lifting]);
  assert.equal(verdict(lifted, BLOCKLIST, 'ads.example').reason, REASON.NO_RULE);
  assert.equal(verdict(lifted, ALLOWLIST, 'ads.example').reason, REASON.NOT_ALLOWLISTED);
  const blockedStill = policyOf([[rewriting], lifting, ['||example^']]);
  assert.equal(verdict(blockedStill, BLOCKLIST, 'ads.example').source, GOOD);
  const stronger = policyOf([[`${rewriting},important`], lifting]);
  assert.equal(decided(stronger, BLOCKLIST, 'ads.example').response?.kind, 'records');
  const ofTheOperator = policyOf([[rewriting]], lifting);
  assert.equal(verdict(ofTheOperator, BLOCKLIST, 'ads.example').reason, REASON.NO_RULE);
  const ownRewriting = policyOf([lifting], [rewriting]);
  assert.equal(verdict(ownRewriting, BLOCKLIST, 'ads.example').reason, REASON.RULE_BLOCKS);
});

test('an address in an answer is judged by the rules about addresses, by the same precedence', () => {
  const policy = policyOf(
    [['192.0.2.7', '||ads.example^'], ['@@192.0.2.7$dnstype=AAAA', '203.0.113.0/24'], ['@@203.0.113.9']],
    ['203.0.113.9'],
  );
  const ask = (address: string, group = BLOCKLIST, type: number = TYPE.A): readonly [Action, Reason, number] => {
    const octets = new Uint8Array(16);
    assert.ok(parseAddress(address, octets));
    const name = nameFromText('www.example.org')!;
    hasher.hash(name, name.length);
    const decision = new Decision();
    decideAddress(policy, group, ANYBODY, octets, name, name.length, type, hasher, decision);
    assert.deepEqual([decision.suffix, decision.pattern], [-1, -1]);
    return [decision.action, decision.reason, decision.source];
  };
  assert.deepEqual(ask('192.0.2.7'), [ACTION.BLOCK, REASON.LIST_BLOCKS, ADS]);
  assert.deepEqual(ask('192.0.2.7', BLOCKLIST, TYPE.AAAA), [ACTION.ALLOW, REASON.LIST_ALLOWS, TRACKERS]);
  assert.deepEqual(ask('203.0.113.200'), [ACTION.BLOCK, REASON.LIST_BLOCKS, TRACKERS]);
  assert.deepEqual(ask('203.0.113.9'), [ACTION.BLOCK, REASON.RULE_BLOCKS, RULES]);
  assert.deepEqual(ask('198.51.100.1', ALLOWLIST), [ACTION.ALLOW, REASON.NO_RULE, -1]);
  assert.deepEqual(ask('203.0.113.9', testGroup({ isFiltering: false })), [ACTION.ALLOW, REASON.PAUSED, -1]);
  assert.deepEqual(ask('203.0.113.9', testGroup({ ruleSources: new Uint32Array(0) })), [
    ACTION.ALLOW,
    REASON.LIST_ALLOWS,
    GOOD,
  ]);
});

test('patterns speak where no stronger rule does, and a decision by one names it', () => {
  const policy = policyOf([['/^ads[0-9]+\\./', '@@||good.example^'], ['||ads7.example^']]);
  const decision = decided(policy, BLOCKLIST, 'ads12.example');
  assert.deepEqual(
    [decision.action, decision.source, decision.suffix, decision.pattern, decision.scope],
    [ACTION.BLOCK, ADS, -1, 0, 0],
  );
  assert.deepEqual(decided(policy, BLOCKLIST, 'ads7.example').pattern, -1);
  assert.equal(decided(policy, BLOCKLIST, 'ads12.good.example').reason, REASON.LIST_ALLOWS);
  assert.equal(decided(policy, BLOCKLIST, 'example.org').rank, RANKS);
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
    source: fc.nat(RULES),
    name: names,
    scope: fc.constantFrom<Entry['scope']>('exact', 'subtree'),
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
            verdict(table, { ...settings, listsComplete: listsComplete }, name),
            plainVerdict(given, settings, listsComplete, name),
          );
        }
      },
    ),
    { seed: 31337, numRuns: 300 },
  );
});

/** Written from the manual rather than from the code: names in a Map, verdicts by a list of questions. */
function plainVerdict(given: readonly Entry[], settings: GroupPolicy, listsComplete: boolean, name: string): Verdict {
  const byName = new Map<string, Entry[]>();
  for (const line of given) byName.set(line.name, [...(byName.get(line.name) ?? []), line]);
  const labels = name.split('.');

  const spoken = (kind: 'list' | 'rules', action: RuleAction): Pick<Verdict, 'source' | 'suffix'> | undefined => {
    for (let skipped = 0; skipped < labels.length; skipped++) {
      const sources = (byName.get(labels.slice(skipped).join('.')) ?? [])
        .filter((line) => line.action === action && (line.source === RULES ? 'rules' : 'list') === kind)
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
      decide(table, BLOCKLIST, ANYBODY, name, name.length, TYPE.A, hasher, decision);
    }
    least = Math.min(least, allocatedBytes()! - before);
  }
  assert.ok(least <= unavoidable, `${least} octets in ${calls} calls`);
});

function allocatedBytes(): number | undefined {
  return (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes;
}

describe('a choice of the group that leads to another name', () => {
  const SAFE_SEARCH: RuleSource = { name: 'video', kind: 'safe-search', tier: TIER.GROUP_CHOICES };
  const LEAD = '|www.video.example^$dnsrewrite=safe.video.example';
  const decidedAbout = (listed: readonly string[], own: readonly string[], group: GroupPolicy) => {
    const policy = policyOf([listed], own, [[SAFE_SEARCH, [LEAD]]]);
    const { action, reason, response } = decided(policy, group, 'www.video.example');
    return [action, reason, response?.kind];
  };
  const LED = [ACTION.BLOCK, REASON.CHOICE_BLOCKS, 'alias'];

  test('F17 leads on where the name would be answered, by list or mode', () => {
    assert.deepEqual(decidedAbout([], [], BLOCKLIST), LED);
    assert.deepEqual(decidedAbout(['@@||video.example^', '||video.example^'], [], BLOCKLIST), LED);
    assert.deepEqual(decidedAbout(['@@||video.example^'], [], ALLOWLIST), LED);
    assert.deepEqual(decidedAbout([], [], { ...BLOCKLIST, listsComplete: false }), LED);
    assert.deepEqual(decidedAbout(['|www.video.example^$dnsrewrite=elsewhere.example'], [], BLOCKLIST), LED);
  });

  test('F17 opens nothing that a list, the mode or missing lists keep shut', () => {
    const byList = [ACTION.BLOCK, REASON.LIST_BLOCKS, undefined];
    assert.deepEqual(decidedAbout(['||video.example^'], [], BLOCKLIST), byList);
    assert.deepEqual(decidedAbout(['||video.example^'], [], ALLOWLIST), byList);
    assert.deepEqual(decidedAbout([], [], ALLOWLIST), [ACTION.BLOCK, REASON.NOT_ALLOWLISTED, undefined]);
    assert.deepEqual(decidedAbout([], [], { ...REFUSING, listsComplete: false }), [
      ACTION.NOT_READY,
      REASON.LISTS_MISSING,
      undefined,
    ]);
  });

  test('what goes before it decides as ever', () => {
    assert.deepEqual(decidedAbout([], ['@@||video.example^'], BLOCKLIST), [
      ACTION.ALLOW,
      REASON.RULE_ALLOWS,
      undefined,
    ]);
    assert.deepEqual(decidedAbout([], ['||video.example^'], BLOCKLIST), [ACTION.BLOCK, REASON.RULE_BLOCKS, undefined]);
  });
});
