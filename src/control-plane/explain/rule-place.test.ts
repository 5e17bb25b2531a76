import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ANYBODY, listSource, OWN_RULES, tableOfRules, testGroup } from '../../../test/fixtures/policy.ts';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import type { RuleSource } from '../../memory/block-table/rule-model.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { PolicyTables } from '../../policy/policy-tables.ts';
import { matchesOf } from '../../policy/rule-matches.ts';
import { knownName } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { copyPath } from '../lists/list-store.ts';
import { RULES_FILE_SOURCE } from '../rules/build-rules-table.ts';
import { readSettings } from '../settings/load-settings.ts';
import { placeOfRule } from './rule-place.ts';

const HASH_KEY = new Uint8Array(16).fill(6);
const LISTED = [
  '! a list',
  '@@||www.ads.example^$dnstype=TXT',
  '||ads.example^$important',
  '/^www[.]ads/',
  '||ads.example^',
];
const FILED = ['# own', '', '||ads.example^$dnstype=A'];
const RULES_FILE: RuleSource = { ...OWN_RULES, name: RULES_FILE_SOURCE };
const CONFIG = `[[list]]
name = "ads"
file = "ads.txt"
format = "adblock"
[policy]
rules_file = "rules.txt"
rules = ["|other.example^", "@@|www.ads.example^"]
`;

test('every rule that matches a name is found where it was written, whatever else is about that name', async (t: TestContext) => {
  const temporary = temporaryDirectory('rule-place');
  t.after(() => temporary.remove());
  const directory = temporary.path;
  writeFileSync(join(directory, 'ads.txt'), '');
  const environment = { workingDirectory: directory, cores: 1, hostName: 'gateway', platform: 'linux' } as const;
  const result = readSettings(`state_dir = "${directory}"\n${CONFIG}`, join(directory, 'config.toml'), environment);
  assert.ok(result.ok, JSON.stringify(result));
  const { settings } = result;
  const copy = copyPath(settings.stateDirectory, settings.lists[0]!);
  mkdirSync(dirname(copy), { recursive: true });
  writeFileSync(copy, LISTED.join('\n'));
  writeFileSync(settings.rulesFile!, FILED.join('\n'));

  const lists = tableOfRules(HASH_KEY, [[listSource('ads'), LISTED.slice(1)]]);
  const rules = tableOfRules(HASH_KEY, [
    [OWN_RULES, settings.rules.map(({ text }) => text)],
    [RULES_FILE, FILED.slice(2)],
  ]);
  const policy = new PolicyTables(lists, rules, [testGroup()]);
  const name = knownName('www.ads.example');
  const hasher = new NameHasher(HASH_KEY);
  hasher.hash(name, name.length);
  const places: (readonly [string | undefined, number | undefined, string | undefined])[] = [];
  for (const match of matchesOf(policy, testGroup(), ANYBODY, name, name.length, TYPE.A, hasher)) {
    if (match.obstacle !== undefined) continue;
    const place = await placeOfRule(settings, policy, match, name, hasher);
    places.push([place?.file, place?.number, place?.text]);
  }
  assert.deepEqual(places, [
    [join(directory, 'config.toml'), 8, '@@|www.ads.example^'],
    [join(directory, 'rules.txt'), 3, '||ads.example^$dnstype=A'],
    [join(directory, 'ads.txt'), 3, '||ads.example^$important'],
    [join(directory, 'ads.txt'), 5, '||ads.example^'],
    [join(directory, 'ads.txt'), 4, '/^www[.]ads/'],
  ]);
});
