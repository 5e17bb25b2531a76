// Any two rules of whatever kind, and any few: who wins, beside a plain reading of the manual (test/fixtures/plain-verdict.ts). The ladder
// of ranks alone is in precedence.test.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ASKING_ID, KINDS, plainVerdict, speakerOf, type Verdict, verdict } from '../../test/fixtures/plain-verdict.ts';
import { testGroup } from '../../test/fixtures/policy.ts';
import { BlockTableBuilder } from '../memory/block-table/block-table-builder.ts';
import { type RuleSource, SCOPE, TIER } from '../memory/block-table/rule-model.ts';
import { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { knownName } from '../wire/name-text.ts';
import { TYPE } from '../wire/numbers.ts';
import { ACTION, Decision, decide, REASON } from './decide.ts';
import type { GroupPolicy } from './group-policy.ts';
import { PolicyTables } from './policy-tables.ts';
import { decidingRule, matchesOf } from './rule-matches.ts';
import { sourceMask } from './source-mask.ts';

const HASH_KEY = Uint8Array.from({ length: 16 }, (_, index) => 11 * index);
const ASKER = { clientAddress: new Uint8Array(16), clientId: ASKING_ID, groupIndex: 0 };
const TIERS = [TIER.GROUP_RULES, TIER.OWN_RULES, TIER.GROUP_CHOICES, TIER.LISTS];

/** An ordinary name, and one that Android asks for. */
const NAMES = [
  { name: 'www.ads.example.org', parent: 'ads.example.org', isProbe: false },
  { name: 'x-dnsotls-ds.metric.gstatic.com', parent: 'gstatic.com', isProbe: true },
] as const;
type Asked = (typeof NAMES)[number];

const GROUPS: Readonly<Record<string, Partial<GroupPolicy>>> = {
  blocklist: {},
  'blocklist, lists missing': { start: 'refuse', listsComplete: false },
  allowlist: { mode: 'allowlist', start: 'refuse' },
  'allowlist, lists missing': { mode: 'allowlist', start: 'refuse', listsComplete: false },
};

/** All rules about one name, each with a source of its own. */
class Gateway {
  readonly policy: PolicyTables;
  readonly hasher = new NameHasher(HASH_KEY);
  readonly name: Uint8Array<ArrayBuffer>;
  readonly #listed: readonly number[];
  readonly #ruled: readonly number[];
  readonly #decision = new Decision();

  constructor(asked: Asked) {
    this.name = knownName(asked.name);
    this.hasher.hash(this.name, this.name.length);
    const numbers = [...KINDS.keys()];
    this.#listed = numbers.filter((rule) => KINDS[rule]!.source === 'list');
    this.#ruled = numbers.filter((rule) => KINDS[rule]!.source !== 'list');
    this.policy = new PolicyTables(tableOf(this.#listed, asked), tableOf(this.#ruled, asked), [testGroup()]);
  }

  groupObeying(rules: readonly number[], changes: Partial<GroupPolicy>): GroupPolicy {
    const maskOf = (among: readonly number[]) =>
      sourceMask(
        among.length,
        rules.map((rule) => among.indexOf(rule)).filter((source) => source >= 0),
      );
    return testGroup({ ...changes, listSources: maskOf(this.#listed), ruleSources: maskOf(this.#ruled) });
  }

  verdict(group: GroupPolicy): Verdict {
    const decision = this.#decision;
    decide(this.policy, group, ASKER, this.name, this.name.length, TYPE.A, this.hasher, decision);
    const { action, reason, source, response } = decision;
    return verdict(action, reason, source < 0 ? -1 : this.#ruleOf(source), response?.kind);
  }

  /** What `sotto explain` marks as the rule that decided. */
  marked(group: GroupPolicy): number {
    const matches = matchesOf(this.policy, group, ASKER, this.name, this.name.length, TYPE.A, this.hasher);
    const decided = decidingRule(matches, this.#decision);
    return decided === undefined ? -1 : this.#ruleOf(decided.source);
  }

  #ruleOf(source: number): number {
    return [...this.#listed, ...this.#ruled][source]!;
  }
}

function tableOf(rules: readonly number[], { name, parent }: Asked): SharedArrayBuffer {
  const sources = rules.map((rule): RuleSource => {
    const { source: kind, label } = KINDS[rule]!;
    return { kind, name: label, tier: TIERS[speakerOf(KINDS[rule]!)]! };
  });
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources });
  for (const [source, rule] of rules.entries()) {
    const { subject, class: ruleClass, condition, response } = KINDS[rule]!;
    const shape = { class: ruleClass, ...(condition && { condition }), ...(response && { response }) };
    const wire = knownName(subject === 'the name' ? name : parent);
    const scope = subject === 'the name' ? SCOPE.EXACT : SCOPE.SUBTREE;
    const isTaken =
      subject === 'a pattern'
        ? builder.addPattern(source, { kind: 'regex', text: '[.]', shape, line: 1 })
        : builder.add(source, wire, wire.length, scope, shape);
    assert.ok(isTaken);
  }
  return builder.finish();
}

const GATEWAYS = NAMES.map((asked) => ({ asked, gateway: new Gateway(asked) }));

function expectPlainVerdict(
  rules: readonly number[],
  { asked, gateway }: (typeof GATEWAYS)[number],
  changes: Partial<GroupPolicy>,
): void {
  const group = gateway.groupObeying(rules, changes);
  const expected = plainVerdict(rules, group, asked.isProbe);
  const given = gateway.verdict(group);
  const isSame =
    given.action === expected.action &&
    given.reason === expected.reason &&
    given.rule === expected.rule &&
    given.response === expected.response;
  if (!isSame)
    assert.deepEqual(given, expected, `${asked.name}: ${rules.map((rule) => KINDS[rule]!.label).join(' | ')}`);
}

for (const [what, changes] of Object.entries(GROUPS))
  for (const each of GATEWAYS)
    test(`F09 F17 of any two rules about ${each.asked.name} the manual’s one decides: ${what}`, () => {
      for (let one = 0; one < KINDS.length; one++)
        for (let other = one; other < KINDS.length; other++) expectPlainVerdict([one, other], each, changes);
    });

test('F09 F17 of any few rules the manual’s one decides, and it is the one that an explanation marks', () => {
  const rule = fc.nat(KINDS.length - 1);
  fc.assert(
    fc.property(
      fc.uniqueArray(rule, { maxLength: 6 }),
      fc.constantFrom(...GATEWAYS),
      fc.constantFrom(...Object.values(GROUPS)),
      (rules, each, changes) => {
        expectPlainVerdict(rules, each, changes);
        const group = each.gateway.groupObeying(rules, changes);
        assert.equal(each.gateway.marked(group), each.gateway.verdict(group).rule);
      },
    ),
    { seed: 20_261_122, numRuns: 5000 },
  );
});

test('F14 no rule of any kind counts while filtering is paused, nor for a type that the group does not get', () => {
  for (const { gateway } of GATEWAYS)
    for (const rule of KINDS.keys()) {
      const paused = gateway.groupObeying([rule], { isFiltering: false, mode: 'allowlist' });
      assert.deepEqual(gateway.verdict(paused), verdict(ACTION.ALLOW, REASON.PAUSED));
      const narrow = gateway.groupObeying([rule], { allowedTypes: new Uint8Array(8192) });
      assert.deepEqual(gateway.verdict(narrow), verdict(ACTION.BLOCK, REASON.TYPE_NOT_ALLOWED, -1, 'nodata'));
    }
});
