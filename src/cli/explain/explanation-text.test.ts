// What people read, for one gateway with groups, lists and a schedule: kept as a golden text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'dns-packet';
import { explainContext } from '../../../test/fixtures/explain-context.ts';
import { assertGolden } from '../../../test/fixtures/golden.ts';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { explainName } from '../../control-plane/explain/explain-name.ts';
import { readClient } from '../../control-plane/explain/who-asks.ts';
import { typeFromText } from '../../wire/type-text.ts';
import { explanationToText } from './explanation-text.ts';

// Times are shown by the clock of the machine.
process.env.TZ = 'UTC';

const NOW = Date.UTC(2026, 10, 22, 21, 0);
const CONFIG = `
[[list]]
name = "ads"
url = "https://lists.example.org/ads"
format = "adblock"
[[list]]
name = "adult"
url = "https://lists.example.org/adult"
format = "adblock"
[access]
unknown_client_ids = "refuse"
[policy]
lists = ["ads"]
rules = ["@@||fine.ads.example^"]
[[group]]
name = "kids"
clients = ["192.168.1.0/24", "tablet"]
lists = ["ads", "adult"]
safe_search = ["google"]
[[group.when]]
schedule = "bedtime"
blocked_services = ["tiktok"]
[[schedule]]
name = "bedtime"
time_zone = "UTC"
windows = [{ days = ["sun"], from = "20:30", to = "22:00" }]
`;
const LISTS = {
  ads: ['||ads.example^', '@@|www.ads.example^$dnstype=TXT', '/^ads?[0-9]*[.]/', '203.0.113.0/24', '||tiktok.com^'],
  adult: ['||adult.example^', '||ads.example^$important'],
};

function findAnswer(name: string) {
  const answers = [
    { type: 'CNAME' as const, name, data: 'x.ads.example', ttl: 60 },
    { type: 'A' as const, name: 'x.ads.example', data: '203.0.113.9', ttl: 60 },
  ];
  const questions = [{ type: 'A' as const, name }];
  return {
    message: encode({
      type: 'response',
      id: 0,
      flags: 0x8180,
      questions,
      answers: name.startsWith('shop') ? answers : [],
    }),
    from: 'quad9',
  };
}

const QUESTIONS = [
  ['www.ads.example', 'A', undefined],
  ['www.ads.example', 'TXT', 'tablet'],
  ['x.fine.ads.example', 'A', undefined],
  ['adult.example', 'A', undefined],
  ['www.tiktok.com', 'A', '192.168.1.40'],
  ['www.google.com', 'A', 'tablet'],
  ['shop.example', 'A', undefined],
  ['example.org', 'A', undefined],
  ['example.org', 'A', 'stranger'],
] as const;

test('an explanation begins with its verdict, and shows all that it rests on', async (t) => {
  const { path, remove } = temporaryDirectory('explained');
  t.after(remove);
  const context = await explainContext({ directory: path, toml: CONFIG, lists: LISTS, now: NOW, findAnswer });
  const texts: string[] = [];
  for (const [name, type, client] of QUESTIONS) {
    const named = client === undefined ? undefined : readClient(client);
    const explanation = await explainName(context, name, typeFromText(type), named);
    assert.ok(explanation !== undefined);
    const words = [name, type, ...(client === undefined ? [] : ['--client', client])].join(' ');
    const text = explanationToText(explanation, { hasColors: false, now: NOW, notice: undefined });
    texts.push(`$ sotto explain ${words}\n${text}`);
  }
  assertGolden('explanations.txt', texts.join('\n\n').replaceAll(path, '/DIRECTORY'));
});
