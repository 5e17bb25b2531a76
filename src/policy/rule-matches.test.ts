import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ANYBODY, listSource, OWN_RULES, tableOfRules, testGroup } from '../../test/fixtures/policy.ts';
import { RANKS, type RuleSource } from '../memory/block-table/rule-model.ts';
import { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { knownName } from '../wire/name-text.ts';
import { TYPE } from '../wire/numbers.ts';
import { Decision, decide, decideAddress } from './decide.ts';
import { PolicyTables } from './policy-tables.ts';
import { addressMatchesOf, decidingRule, matchesOf } from './rule-matches.ts';
import { sourceMask } from './source-mask.ts';

const HASH_KEY = new Uint8Array(16).fill(2);
const KIDS: RuleSource = { name: 'kids', kind: 'group-rules', tier: 0 };
const CHAT: RuleSource = { name: 'chat', kind: 'service', tier: 2 };
const LISTS = [listSource('a'), listSource('b')];
const RULE_SOURCES = [OWN_RULES, KIDS, CHAT];

const subject = fc.constantFrom(
  '||example^',
  '||ads.example^',
  '|www.ads.example^',
  '*.ads.example',
  '/ads/',
  '/^www[.]/',
  '||other.example^',
);
const option = fc.constantFrom('', 'important', 'dnstype=A', 'dnstype=TXT', 'dnsrewrite=192.0.2.1', 'badfilter');
const rule = fc.oneof(
  fc.tuple(fc.constantFrom('', '@@'), subject, option).map(([exception, about, options]) => {
    const isRewriting = options.startsWith('dnsrewrite');
    const own = exception !== '' && isRewriting ? 'dnsrewrite' : options;
    return `${exception}${about}${own === '' ? '' : `$${own}`}`;
  }),
  fc.constantFrom('192.0.2.0/24', '192.0.2.7', '@@192.0.2.7', '192.0.2.7$important', '192.0.2.7$dnstype=TXT'),
);
const rulesOf = fc.array(rule, { maxLength: 6 });
const picked = fc.subarray([0, 1, 2]);

test('of all rules about a name, the first that nothing stands against and that does more than lift is the one that decides', () => {
  const hasher = new NameHasher(HASH_KEY);
  const name = knownName('www.ads.example');
  hasher.hash(name, name.length);
  const address = new Uint8Array(16);
  parseAddress('192.0.2.7', address);
  const decision = new Decision();
  const rulesBySource = fc.tuple(rulesOf, rulesOf, rulesOf, rulesOf, rulesOf);
  fc.assert(
    fc.property(rulesBySource, picked, picked, ([a, b, ...others], lists, rules) => {
      const policy = new PolicyTables(
        tableOfRules(HASH_KEY, [
          [LISTS[0]!, a],
          [LISTS[1]!, b],
        ]),
        tableOfRules(
          HASH_KEY,
          RULE_SOURCES.map((source, index) => [source, others[index]!]),
        ),
        [testGroup()],
      );
      const group = testGroup({
        listSources: sourceMask(
          2,
          lists.filter((it) => it < 2),
        ),
        ruleSources: sourceMask(3, rules),
      });
      const question = [name, name.length, TYPE.A, hasher] as const;
      for (const isAddress of [false, true]) {
        if (isAddress) decideAddress(policy, group, ANYBODY, address, ...question, decision);
        else decide(policy, group, ANYBODY, ...question, decision);
        const matches = isAddress
          ? addressMatchesOf(policy, group, ANYBODY, address, ...question)
          : matchesOf(policy, group, ANYBODY, ...question);
        const winner = decidingRule(matches, decision);
        const first = matches.find(({ obstacle, condition }) => !obstacle && condition?.liftsResponsesOnly !== true);
        assert.equal(winner, first);
        assert.deepEqual(
          [decision.rank, decision.source, decision.suffix, decision.pattern, decision.scope],
          winner === undefined
            ? [RANKS, -1, -1, -1, 0]
            : [winner.rank, winner.source, winner.suffix, winner.pattern, winner.scope],
        );
        assert.equal(decision.response?.kind, winner?.response?.kind);
      }
    }),
    { seed: 616, numRuns: 1500 },
  );
});
