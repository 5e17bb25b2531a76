import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import type { PolicySettings } from '../../policy/policy-settings.ts';
import { parseRule } from '../../policy/rule.ts';
import { ProbeNotices } from './probe-notices.ts';

const POLICY: PolicySettings = {
  mode: 'blocklist',
  blockResponse: { kind: 'nxdomain' },
  blockTtlSeconds: 60,
  start: 'answer',
  rebindingProtection: false,
};

function tableOf(list: readonly string[], rules: readonly string[] = []): SharedArrayBuffer {
  const sources = [
    { kind: 'rules', name: 'rules', action: 'block' },
    { kind: 'list', name: 'trackers', action: 'block' },
  ] as const;
  const builder = new BlockTableBuilder({ hashKey: new Uint8Array(16).fill(7), contentId: '', sources });
  for (const [source, texts] of [rules, list].entries())
    for (const text of texts) {
      const rule = parseRule(text);
      assert.ok(typeof rule !== 'string');
      builder.add(source, rule.name, rule.name.length, rule.scope, rule.action);
    }
  return builder.finish();
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
