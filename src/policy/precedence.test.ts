// Which of two rules wins, for every two ranks: the ladder of precedence. With conditions, responses, safe search and modes it is a matrix:
// precedence-pairs.test.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANYBODY, testGroup } from '../../test/fixtures/policy.ts';
import { BlockTableBuilder } from '../memory/block-table/block-table-builder.ts';
import {
  rankOf,
  RULE_CLASS,
  type RuleClass,
  type RuleResponse,
  type RuleSource,
  SCOPE,
  TIER,
  type Tier,
} from '../memory/block-table/rule-model.ts';
import { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { knownName } from '../wire/name-text.ts';
import { TYPE } from '../wire/numbers.ts';
import { ACTION, Decision, decide, decideLedTo, REASON } from './decide.ts';
import type { GroupPolicy } from './group-policy.ts';
import { PolicyTables } from './policy-tables.ts';
import { matchesOf } from './rule-matches.ts';
import { sourceMask } from './source-mask.ts';

const HASH_KEY = Uint8Array.from({ length: 16 }, (_, index) => 7 * index);
const NAME = knownName('www.ads.example.org');

/** From what wins to what loses; written from the manual, not from the code. */
const TIERS: readonly Tier[] = [TIER.GROUP_RULES, TIER.OWN_RULES, TIER.GROUP_CHOICES, TIER.LISTS];
const CLASSES: readonly RuleClass[] = [
  RULE_CLASS.IMPORTANT_ALLOW,
  RULE_CLASS.IMPORTANT_BLOCK,
  RULE_CLASS.ALLOW,
  RULE_CLASS.BLOCK,
];
/** Who speaks in each tier. */
const KINDS = {
  [TIER.GROUP_RULES]: 'group-rules',
  [TIER.OWN_RULES]: 'rules',
  [TIER.GROUP_CHOICES]: 'service',
  [TIER.LISTS]: 'list',
} as const;
const SUBJECTS = ['www.ads.example.org', 'ads.example.org', 'org', 'pattern'] as const;
const PLACES = ['first', 'second'] as const;

interface Rung {
  readonly tier: Tier;
  readonly class: RuleClass;
  readonly subject: (typeof SUBJECTS)[number];
  readonly label: string;
}

/** Every kind of rule about NAME, the strongest first. Each has a source of its own. */
const LADDER: readonly Rung[] = TIERS.flatMap((tier) =>
  CLASSES.flatMap((ruleClass) =>
    SUBJECTS.flatMap((subject) =>
      PLACES.map((place) => ({
        tier,
        class: ruleClass,
        subject,
        label: `tier ${tier}, class ${ruleClass}, ${subject}, ${place} source`,
      })),
    ),
  ),
);

/** Where two rungs differ in more than their source, the weaker one's source comes first. */
const SOURCE_ORDER = LADDER.map((_, rung) => rung).sort((a, b) => (b >> 1) - (a >> 1) || a - b);

function tableOf(isOurs: (rung: Rung) => boolean): { table: SharedArrayBuffer; rungOfSource: readonly number[] } {
  const rungOfSource = SOURCE_ORDER.filter((rung) => isOurs(LADDER[rung]!));
  const sources = rungOfSource.map((rung): RuleSource => {
    const { label, tier } = LADDER[rung]!;
    return { name: label, kind: KINDS[tier], tier };
  });
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources });
  for (const [source, rung] of rungOfSource.entries()) {
    const { subject, class: ruleClass } = LADDER[rung]!;
    const shape = { class: ruleClass };
    if (subject === 'pattern') {
      builder.addPattern(source, { kind: 'regex', text: 'ads', shape, line: 1 });
      continue;
    }
    const name = knownName(subject);
    builder.add(source, name, name.length, name.length === NAME.length ? SCOPE.EXACT : SCOPE.SUBTREE, shape);
  }
  return { table: builder.finish(), rungOfSource };
}

const lists = tableOf(({ tier }) => tier === TIER.LISTS);
const rules = tableOf(({ tier }) => tier !== TIER.LISTS);
const policy = new PolicyTables(lists.table, rules.table, [testGroup()]);
const rungOfSource = [...lists.rungOfSource, ...rules.rungOfSource];
const hasher = new NameHasher(HASH_KEY);
hasher.hash(NAME, NAME.length);

/** A group that obeys the sources of these rungs. */
function groupObeying(rungs: readonly number[]): GroupPolicy {
  const sourcesOf = ({ rungOfSource: all }: typeof lists) => rungs.map((it) => all.indexOf(it)).filter((it) => it >= 0);
  return testGroup({
    listSources: sourceMask(lists.rungOfSource.length, sourcesOf(lists)),
    ruleSources: sourceMask(rules.rungOfSource.length, sourcesOf(rules)),
  });
}

test('of any two rules the one that stands higher in the order of precedence decides', () => {
  const decision = new Decision();
  for (let winner = 0; winner < LADDER.length; winner++) {
    for (let loser = winner; loser < LADDER.length; loser++) {
      const group = groupObeying([winner, loser]);
      decide(policy, group, ANYBODY, NAME, NAME.length, TYPE.A, hasher, decision);
      const { tier, class: ruleClass, label } = LADDER[winner]!;
      assert.equal(LADDER[rungOfSource[decision.source]!]!.label, label, `against ${LADDER[loser]!.label}`);
      assert.equal(decision.rank, rankOf(tier, ruleClass));
      const isBlock = ruleClass === RULE_CLASS.BLOCK || ruleClass === RULE_CLASS.IMPORTANT_BLOCK;
      assert.equal(decision.action, isBlock ? ACTION.BLOCK : ACTION.ALLOW);
    }
  }
});

test('an explanation lists all matching rules in that very order', () => {
  const group = groupObeying(LADDER.map((_, rung) => rung));
  const matches = matchesOf(policy, group, ANYBODY, NAME, NAME.length, TYPE.A, hasher);
  assert.deepEqual(
    matches.map(({ source }) => LADDER[rungOfSource[source]!]!.label),
    LADDER.map(({ label }) => label),
  );
});

/** What a list can answer with in place of a block, an alias onto the name itself among it. */
const ANSWERS = {
  alias: { kind: 'alias', target: 'elsewhere.example' },
  'alias onto itself': { kind: 'alias', target: 'www.ads.example.org' },
  'tcp-only': { kind: 'truncate' },
  records: { kind: 'records', records: [{ type: TYPE.A, rdataHex: 'c0000201' }] },
} as const satisfies Readonly<Record<string, RuleResponse>>;
const ALLOWLIST = { mode: 'allowlist' } as const;
const SHUT = [ACTION.BLOCK, REASON.NOT_ALLOWLISTED, undefined];

interface Beside {
  /** Of the list. */
  readonly class?: RuleClass;
  /** Of a list behind it, of the operator, of the group's safe search; about the same name. */
  readonly listed?: RuleClass;
  readonly own?: RuleClass;
  readonly choice?: RuleResponse;
}

function answeringPolicy(response: RuleResponse, { class: ruleClass = RULE_CLASS.BLOCK, listed, own, choice }: Beside) {
  const sources = (tiers: readonly Tier[]) =>
    tiers.map((tier, at): RuleSource => ({ name: `${at}`, kind: KINDS[tier], tier }));
  const listing = new BlockTableBuilder({
    hashKey: HASH_KEY,
    contentId: '',
    sources: sources([TIER.LISTS, TIER.LISTS]),
  });
  const tiers = [TIER.OWN_RULES, TIER.GROUP_CHOICES];
  const ruling = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: sources(tiers) });
  listing.add(0, NAME, NAME.length, SCOPE.SUBTREE, { class: ruleClass, response });
  if (listed !== undefined) listing.add(1, NAME, NAME.length, SCOPE.SUBTREE, { class: listed });
  if (own !== undefined) ruling.add(0, NAME, NAME.length, SCOPE.SUBTREE, { class: own });
  if (choice !== undefined)
    ruling.add(1, NAME, NAME.length, SCOPE.SUBTREE, { class: RULE_CLASS.BLOCK, response: choice });
  return new PolicyTables(listing.finish(), ruling.finish(), [testGroup()]);
}

function decidedBeside(response: RuleResponse, beside: Beside, group: Partial<GroupPolicy>, decideAbout = decide) {
  const decision = new Decision();
  const tables = answeringPolicy(response, beside);
  decideAbout(tables, testGroup(group), ANYBODY, NAME, NAME.length, TYPE.A, hasher, decision);
  return [decision.action, decision.reason, decision.response?.kind];
}

for (const [what, response] of Object.entries(ANSWERS)) {
  const given = [ACTION.BLOCK, REASON.LIST_BLOCKS, response.kind];

  test(`F17 ${what} of a list is given in blocklist mode, and in allowlist mode only for what would be answered without`, () => {
    const important = { class: RULE_CLASS.IMPORTANT_BLOCK };
    assert.deepEqual(decidedBeside(response, {}, {}), given);
    assert.deepEqual(decidedBeside(response, {}, ALLOWLIST), SHUT);
    assert.deepEqual(decidedBeside(response, important, ALLOWLIST), SHUT);
    assert.deepEqual(decidedBeside(response, { ...important, listed: RULE_CLASS.ALLOW }, ALLOWLIST), given);
    assert.deepEqual(decidedBeside(response, { listed: RULE_CLASS.BLOCK }, ALLOWLIST), [
      ...[ACTION.BLOCK, REASON.LIST_BLOCKS, undefined],
    ]);
    assert.deepEqual(decidedBeside(response, { own: RULE_CLASS.ALLOW }, ALLOWLIST), [
      ...[ACTION.ALLOW, REASON.RULE_ALLOWS, undefined],
    ]);
    assert.deepEqual(decidedBeside(response, {}, { ...ALLOWLIST, listsComplete: false }), [
      ...[ACTION.NOT_READY, REASON.LISTS_MISSING, undefined],
    ]);
  });

  test(`F17 a name that a list leads to has to be allowed in allowlist mode, whatever ${what} a list has for it`, () => {
    assert.deepEqual(decidedBeside(response, {}, {}, decideLedTo), [ACTION.ALLOW, REASON.NO_RULE, undefined]);
    assert.deepEqual(decidedBeside(response, {}, ALLOWLIST, decideLedTo), SHUT);
    for (const beside of [{ own: RULE_CLASS.ALLOW }, { listed: RULE_CLASS.ALLOW }])
      assert.equal(decidedBeside(response, beside, ALLOWLIST, decideLedTo)[0], ACTION.ALLOW);
  });
}

test('F17 a name that a list leads to is given to a group whose filtering is paused, and in no type that the group may not ask', () => {
  const own = RULE_CLASS.BLOCK;
  for (const mode of ['allowlist', 'blocklist'] as const) {
    const paused = decidedBeside(ANSWERS.alias, { own }, { mode, isFiltering: false }, decideLedTo);
    assert.deepEqual(paused.slice(0, 2), [ACTION.ALLOW, REASON.PAUSED]);
    const other = decidedBeside(ANSWERS.alias, {}, { mode, allowedTypes: new Uint8Array(8192) }, decideLedTo);
    assert.deepEqual(other, [ACTION.BLOCK, REASON.TYPE_NOT_ALLOWED, 'nodata']);
  }
});

test('F17 safe search leads past no list that keeps the name shut, but past one that wants a stream, or leads elsewhere', () => {
  const choice: RuleResponse = { kind: 'alias', target: 'safe.example' };
  const led = [ACTION.BLOCK, REASON.CHOICE_BLOCKS, 'alias'];
  for (const what of ['alias', 'tcp-only'] as const)
    assert.deepEqual(decidedBeside(ANSWERS[what], { choice }, {}), led, what);
  assert.deepEqual(decidedBeside(ANSWERS.records, { choice }, {}), [ACTION.BLOCK, REASON.LIST_BLOCKS, 'records']);
  for (const response of Object.values(ANSWERS)) assert.deepEqual(decidedBeside(response, { choice }, ALLOWLIST), SHUT);
});
