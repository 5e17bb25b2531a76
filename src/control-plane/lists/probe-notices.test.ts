import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listSource, OWN_RULES, tableOfRules, testGroup } from '../../../test/fixtures/policy.ts';
import { PolicyTables } from '../../policy/policy-tables.ts';
import { ProbeNotices } from './probe-notices.ts';

const HASH_KEY = new Uint8Array(16).fill(7);
const POLICY = testGroup();

function tableOf(list: readonly string[], rules: readonly string[] = []): PolicyTables {
  const lists = tableOfRules(HASH_KEY, [[listSource('trackers'), list]]);
  return new PolicyTables(lists, tableOfRules(HASH_KEY, [[OWN_RULES, rules]]), [POLICY]);
}

test('a list that blocks what Android asks for is told of once, until it does so anew', () => {
  const notices = new ProbeNotices();
  assert.equal(notices.look(tableOf(['||ads.example^', 'metric.gstatic.com']), POLICY), undefined);
  assert.match(
    notices.look(tableOf(['||gstatic.com^']), POLICY)!,
    /^the list "trackers" blocks .* answered all the same$/,
  );
  assert.equal(notices.look(tableOf(['||gstatic.com^', '||ads.example^']), POLICY), undefined);
  assert.equal(notices.look(tableOf([]), POLICY), undefined);
  assert.ok(notices.look(tableOf(['||metric.gstatic.com^']), POLICY));
});

test('a rule that blocks it does block it, and its operator hears what comes of that', () => {
  const notices = new ProbeNotices();
  const text = notices.look(tableOf(['||gstatic.com^'], ['||gstatic.com^']), POLICY);
  assert.match(text!, /^a rule of the policy blocks .*couldn't connect/);
  assert.equal(notices.look(tableOf(['||gstatic.com^'], ['@@||metric.gstatic.com^']), POLICY), undefined);
});

test('an allowlist that does not name it is no reason for a word', () => {
  assert.equal(new ProbeNotices().look(tableOf([]), { ...POLICY, mode: 'allowlist' }), undefined);
});
