import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localSettings } from '../../../test/fixtures/local-settings.ts';
import { NO_GROUP_MEMBERS, noRules, OWN_RULES, tableOfRules, testGroup } from '../../../test/fixtures/policy.ts';
import { LocalNames } from '../../memory/local-names/local-names.ts';
import { CLIENT_SERVICES } from '../../memory/local-names/local-names-layout.ts';
import { compileForOthers, compileLocalNames, NO_CONTENTS, sourcesOf } from '../local-names/compile-local-names.ts';
import { PolicyTables } from '../../policy/policy-tables.ts';
import { readSettings } from '../settings/load-settings.ts';
import { nameFromText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { explanationToText } from '../../cli/explain/explanation-text.ts';
import { type ExplainContext, explainName } from './explain-name.ts';
import { readClient } from './who-asks.ts';

const HASH_KEY = new Uint8Array(16).fill(5);
const PLAIN = { hasColors: false, now: 0, notice: undefined };
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
  const groups = [testGroup({ ...settings.policy, listsComplete })];
  const ownRules = tableOfRules(HASH_KEY, [[OWN_RULES, rules]]);
  return {
    policy: new PolicyTables(noRules(HASH_KEY), ownRules, groups),
    groups,
    members: NO_GROUP_MEMBERS,
    groupStatus: [],
    findAnswer: () => Promise.resolve('nobody is asked'),
    localNames: new LocalNames(compileLocalNames(settings, HASH_KEY).table),
    localSources: sourcesOf(settings, NO_CONTENTS),
    hashKey: HASH_KEY,
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
    const text = explanationToText(explanation!, PLAIN);
    assert.match(text, /answer +.*zone lan\.example, asked in plain text/);
    assert.doesNotMatch(text, /upstream/);
  }
  assert.match(
    explanationToText((await explainName(context(true, ELSEWHERE), 'web.example'))!, PLAIN),
    /the upstream's/,
  );
  const silent = { ...context(true, ELSEWHERE), isZoneSilent: (it: string) => it === '192.168.1.1:53, [fd00::1]:5353' };
  const note = 'the resolver of its zone does not answer at the moment';
  assert.deepEqual((await explainName(silent, 'nas.lan.example'))?.notes, [note]);
  assert.deepEqual((await explainName(silent, 'web.example'))?.notes, []);
});

const TRANSLATED = `list = []
[[record]]
name = "router.example"
type = "A"
value = "203.0.114.7"
[[record]]
name = "nas.example"
type = "A"
value = "192.168.1.20"
[[record]]
name = "both.example"
type = "AAAA"
value = "2001:db8::7"
[[zone]]
name = "lan.example"
forward = ["192.168.1.1"]
[policy]
rules = ["||ads.example^"]
[resolve]
rewrites = { "box.example" = "203.0.114.8", "web.example" = "www.example.org" }
`;

test('with DNS64, a question for IPv6 addresses is explained by what a client gets: made of IPv4 addresses, or none', async () => {
  const own = context(true, `${TRANSLATED}dns64 = "2001:db8:64::/96"\n`);
  const wellKnown = context(true, `${TRANSLATED}dns64 = true\n`);
  const none = context(true, TRANSLATED);
  const localOf = async (where: ExplainContext, name: string) => (await explainName(where, name, TYPE.AAAA))?.local;
  for (const [name, ...expected] of [
    ['router.example', 'embedded', 'embedded', 'nodata'],
    ['box.example', 'embedded', 'embedded', 'nodata'],
    ['nas.example', 'embedded', 'nodata', 'nodata'],
    ['both.example', 'records', 'records', 'records'],
    ['ipv4only.arpa', 'embedded', 'embedded', undefined],
    ['web.example', 'alias', 'alias', 'alias'],
    ['absent.internal', 'nxdomain', 'nxdomain', 'nxdomain'],
  ] as const)
    assert.deepEqual(await Promise.all([own, wellKnown, none].map((it) => localOf(it, name))), expected, name);
  const router = await explainName(own, 'router.example', TYPE.AAAA);
  assert.match(router!.sentence, /a record of the configuration names it; it has no IPv6 address, so its IPv4/);
  assert.match(explanationToText(router!, PLAIN), /answer +IPv6 addresses made here of IPv4 addresses/);
  assert.equal(router!.line?.number, 2);
  assert.match((await explainName(wellKnown, 'nas.example', TYPE.AAAA))!.sentence, /private IPv4 addresses are never/);
});

test('with DNS64, names asked elsewhere are said to get IPv6 addresses where they have none', async () => {
  const own = context(true, `${TRANSLATED}dns64 = "2001:db8:64::/96"\n`);
  const notesOf = async (name: string, type: number) => (await explainName(own, name, type))!.notes.join();
  for (const name of ['www.example.org', 'web.example', 'pc.lan.example']) {
    assert.match(await notesOf(name, TYPE.AAAA), /given its IPv4 addresses as IPv6 addresses \(resolve\.dns64\)/);
    assert.equal(await notesOf(name, TYPE.A), '');
  }
  assert.equal(await notesOf('www.ads.example', TYPE.AAAA), '');
  assert.equal((await explainName(context(true, TRANSLATED), 'www.example.org', TYPE.AAAA))!.notes.join(), '');
});

test('with DNS64, the name of an address under the prefix is explained by that of the IPv4 address inside', async () => {
  const own = context(true, `${TRANSLATED}dns64 = "2001:db8:64::/96"\n`);
  const explanation = await explainName(own, '2001:db8:64::c0a8:114');
  assert.equal(explanation?.local, 'records');
  assert.match(
    explanation.sentence,
    /^2001:db8:64::c0a8:114 is 192\.168\.1\.20 inside the prefix .*20\.1\.168\.192\.in/,
  );
  assert.equal((await explainName(own, '2001:db8:65::c0a8:114'))?.local, 'nxdomain', 'documentation');
});

test('an address stands for its reverse name, which is said', async () => {
  const plain = context(true, TRANSLATED);
  const explanation = await explainName(plain, '192.168.1.20');
  assert.deepEqual([explanation?.name, explanation?.local], ['20.1.168.192.in-addr.arpa', 'records']);
  assert.deepEqual(explanation?.notes, [
    '192.168.1.20 is an address; what is explained is its name, 20.1.168.192.in-addr.arpa, type PTR',
  ]);
  assert.match((await explainName(plain, 'fd00::20'))!.name, /^0\.2\.0\.0\..*\.d\.f\.ip6\.arpa$/);
});

test('names whose answers are not kept are said to be such, also behind an alias', async () => {
  const excluding = context(true, `${TRANSLATED}[cache]\nexclude = ["example.org", "router.example"]\n`);
  const notesOf = async (name: string, type?: number) => (await explainName(excluding, name, type))!.notes;
  const note = ['its answers are not kept (cache.exclude)'];
  assert.deepEqual(await notesOf('www.example.org'), note);
  assert.deepEqual(await notesOf('web.example'), note);
  assert.deepEqual(await notesOf('example.net'), []);
  assert.deepEqual(await notesOf('router.example'), [], 'its records are ours');
  assert.deepEqual(await notesOf('lan.example', TYPE.DS), []);
});

test('who says what is answered here: a rewrite, discovery, the lease domain, the devices of this network', async () => {
  const toml = '[resolve]\nlease_files = ["leases"]\nrewrites = { "box.example" = "192.0.2.8" }\n';
  const plain = context(
    true,
    `list = []\n${toml}[[record]]\nname = "dns.gw.example"\ntype = "A"\nvalue = "192.0.2.53"\n`,
  );
  const RESINFO = 261;
  const about = (owner: string, type: number) => ({
    owner: nameFromText(owner)!,
    type,
    ttlSeconds: 60,
    rdata: Uint8Array.of(1, 0x61),
    standsAlone: true,
  });
  const discovery = [
    about('_dns.resolver.arpa', TYPE.SVCB),
    about('dns.gw.example', RESINFO),
    { ...about('*.dns.gw.example', CLIENT_SERVICES), rdata: Uint8Array.of(0, 1, 0) },
  ];
  const contents = { ...NO_CONTENTS, discovery };
  const settings = localSettings(`${toml}[[record]]\nname = "dns.gw.example"\ntype = "A"\nvalue = "192.0.2.53"\n`);
  const table = new LocalNames(compileLocalNames(settings, HASH_KEY, contents).table);
  const it = { ...plain, localNames: table, localSources: sourcesOf(settings, contents) };
  const sentenceOf = async (name: string, type: number) => (await explainName(it, name, type))!.sentence;
  assert.match(await sentenceOf('box.example', TYPE.A), /: a rewrite \(resolve\.rewrites\) names it$/);
  assert.match(
    await sentenceOf('_dns.resolver.arpa', TYPE.SVCB),
    /: discovery, by which devices find the gateway, names/,
  );
  assert.match(await sentenceOf('_dns.phone.dns.gw.example', TYPE.SVCB), /: discovery, by which devices find/);
  assert.match(await sentenceOf('dns.gw.example', RESINFO), /: discovery, by which devices find/);
  assert.equal((await explainName(it, 'dns.gw.example', RESINFO))?.line, undefined);
  assert.match(await sentenceOf('dns.gw.example', TYPE.A), /: a record of the configuration names it$/);
  assert.match(await sentenceOf('dns.gw.example', TYPE.AAAA), /: a record of the configuration names it$/);
  assert.match(await sentenceOf('x.lan', TYPE.A), /names below lan are those of the devices of this network/);
  assert.match(await sentenceOf('_dns.resolver.arpa', TYPE.A), /devices ask for encrypted resolvers/);
  assert.match(await sentenceOf('x.internal', TYPE.A), /a special-use name, which is never sent to an upstream$/);
});

test('what others get is said beside what clients of this network get, and alone for a client who is none', async () => {
  const config = `list = []\n[access]\nencrypted = ["any"]\n${ELSEWHERE.replace('list = []\n', '')}`;
  const others = compileForOthers(localSettings(config), HASH_KEY);
  const both = { ...context(true, config), namesForOthers: new LocalNames(others!) };
  const explain = (name: string, client?: string) =>
    explainName(both, name, TYPE.A, client === undefined ? undefined : readClient(client));
  const zoned = await explain('nas.lan.example');
  assert.match(zoned!.plaintext!, /zone lan\.example/);
  assert.deepEqual(zoned!.notes, ['who is not in access.local_names gets what is public']);
  assert.deepEqual((await explain('web.example'))!.notes, []);
  const stranger = await explain('nas.lan.example', '203.0.113.7');
  assert.equal(stranger!.plaintext, undefined);
  assert.match(stranger!.notes.join(), /^this client is not in access\.local_names/);
  const device = await explain('nas.lan.example', '192.168.1.7');
  assert.deepEqual([device!.plaintext, device!.notes], [zoned!.plaintext, []]);
});
