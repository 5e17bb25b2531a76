import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localSettings } from '../../../test/fixtures/local-settings.ts';
import { BlockTable } from '../../memory/block-table/block-table.ts';
import { LocalNames } from '../../memory/local-names/local-names.ts';
import { compileLocalNames, NO_CONTENTS, sourcesOf } from '../local-names/compile-local-names.ts';
import { buildTable } from '../lists/build-table.ts';
import { readSettings } from '../settings/load-settings.ts';
import { nameFromText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { explanationToText } from '../../cli/explain/explanation-text.ts';
import { type ExplainContext, explainName } from './explain-name.ts';

const HASH_KEY = new Uint8Array(16).fill(5);
const CONFIG = `state_dir = "state"
[[list]]
name = "late"
url = "https://lists.example.org/late"
[policy]
rules = ["||bücher.example^"]
`;

function context(listsComplete: boolean, config = CONFIG): ExplainContext {
  const environment = { workingDirectory: '/', cores: 1, hostName: 'gateway', platform: 'linux' } as const;
  const result = readSettings(config, '/etc/sotto/config.toml', environment);
  assert.ok(result.ok);
  const { settings } = result;
  const rules = settings.rules.map(({ text }) => text);
  const { table } = buildTable({ hashKey: HASH_KEY, lists: [], rules }, '0'.repeat(32));
  return {
    table: new BlockTable(table),
    localNames: new LocalNames(compileLocalNames(settings, HASH_KEY).table),
    localSources: sourcesOf(settings, NO_CONTENTS),
    hashKey: HASH_KEY,
    policy: settings.policy,
    listsComplete,
    settings,
  };
}

test('a name that nothing names is said to be preliminary while a list is missing', async () => {
  assert.equal((await explainName(context(false), 'example.org'))?.isPreliminary, true);
  assert.equal((await explainName(context(true), 'example.org'))?.isPreliminary, false);
  assert.equal((await explainName(context(false), 'bücher.example'))?.isPreliminary, false);
});

test('an international name is explained by the rule it is written in, with its line', async () => {
  const explanation = await explainName(context(true), 'www.BÜCHER.example');
  assert.equal(explanation?.name, 'www.xn--bcher-kva.example');
  assert.deepEqual(explanation?.line, { file: '/etc/sotto/config.toml', number: 6, text: '||bücher.example^' });
});

test('what is no name has no explanation', async () => {
  for (const text of ['', 'a..b', 'bücher.example/path', 'a b']) {
    assert.equal(await explainName(context(true), text), undefined);
  }
});

const ELSEWHERE = `list = []
[[zone]]
name = "lan.example"
forward = ["192.168.1.1", "[fd00::1]:5353"]
[resolve.rewrites]
"to-ads.example" = "www.ads.example"
"to-lan.example" = "nas.lan.example"
"to-web.example" = "web.example"
[policy]
rules = ["||ads.example^"]
`;

test('an alias whose target is blocked is explained as blocked, with the rule', async () => {
  const explanation = await explainName(context(true, ELSEWHERE), 'to-ads.example');
  assert.equal(explanation?.action, 'block');
  assert.equal(explanation.response, 'nxdomain');
  assert.equal(explanation.local, undefined);
  assert.match(explanation.sentence, /alias that leads to www\.ads\.example.*; www\.ads\.example is blocked: a rule/);
  assert.equal(explanation.line?.text, '||ads.example^');
  const web = await explainName(context(true, ELSEWHERE), 'to-web.example');
  assert.deepEqual([web?.local, web?.action, web?.plaintext], ['alias', 'allow', undefined]);
});

test("a name is explained by the line it is answered from, and by none that somebody else's name shadows", async () => {
  const plain = context(true, '[[record]]\nname = "nas.lan"\ntype = "A"\nvalue = "10.0.0.1"\n');
  const address = (owner: string, type: number, rdata: number[], line: number) => ({
    owner: nameFromText(owner)!,
    type,
    ttlSeconds: 60,
    rdata: Uint8Array.from(rdata),
    line,
  });
  const hosts = {
    title: 'the hosts file',
    file: '/etc/hosts',
    records: [address('nas.lan', TYPE.A, [10, 0, 0, 5], 3)],
  };
  const leases = {
    title: 'a lease',
    file: '/var/leases',
    records: [
      address('nas.lan', TYPE.AAAA, new Array<number>(16).fill(0xfd), 8),
      address('tv.lan', TYPE.A, [10, 0, 0, 5], 9),
    ],
  };
  const contents = { ...NO_CONTENTS, hosts, leases: [leases] };
  const settings = localSettings('[[record]]\nname = "nas.lan"\ntype = "A"\nvalue = "10.0.0.1"\n');
  const table = new LocalNames(compileLocalNames(settings, HASH_KEY, contents).table);
  const both = { ...plain, localNames: table, localSources: sourcesOf(settings, contents) };
  const lineOf = async (name: string, type: number) => (await explainName(both, name, type))?.sentence;
  assert.match((await lineOf('5.0.0.10.in-addr.arpa', TYPE.PTR))!, /a lease names it$/);
  assert.match((await lineOf('1.0.0.10.in-addr.arpa', TYPE.PTR))!, /a record of the configuration names it$/);
  assert.match((await lineOf('nas.lan', TYPE.AAAA))!, /a record of the configuration names it$/);
  assert.equal((await explainName(both, '5.0.0.10.in-addr.arpa', TYPE.PTR))?.line?.number, 9);
});

test('names of a [[zone]], and aliases into it, are said to be asked there in plain text', async () => {
  for (const name of ['nas.lan.example', 'to-lan.example']) {
    const explanation = await explainName(context(true, ELSEWHERE), name);
    assert.match(
      explanation!.sentence,
      /zone lan\.example, which is asked in plain text at 192\.168\.1\.1:53, \[fd00::1\]:5353$/,
    );
    assert.equal(
      explanation!.plaintext,
      'of the zone lan.example, asked in plain text at 192.168.1.1:53, [fd00::1]:5353',
    );
    const text = explanationToText(explanation!, 1);
    assert.match(text, /answer +.*zone lan\.example, asked in plain text/);
    assert.doesNotMatch(text, /upstream/);
  }
  assert.match(explanationToText((await explainName(context(true, ELSEWHERE), 'web.example'))!, 1), /the upstream's/);
});
