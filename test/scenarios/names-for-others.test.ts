// Who may ask, and does not get the names of this network: strangers and phones on the road where `access.encrypted` is "any".

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LocalNameContents } from '../../src/control-plane/local-names/compile-local-names.ts';
import { LeaseTable } from '../../src/control-plane/local-names/lease-table.ts';
import { parseHostsFile } from '../../src/control-plane/local-names/parse-hosts-file.ts';
import { parseLeases } from '../../src/control-plane/local-names/parse-lease-file.ts';
import { runAtOnce } from '../../src/control-plane/local-names/slices.ts';
import { addressOf, answerWith, Conversation, encodeAsk, readReply, sharedByThreads, soa } from './conversation.ts';
import { localSettings } from '../fixtures/local-settings.ts';
import { CacheFlusher } from '../../src/memory/answer-cache/flush.ts';
import { knownName } from '../../src/wire/name-text.ts';

const STRANGER = '203.0.113.77';
const DEVICE = '192.168.1.50';
const LAN = addressOf('192.168.1.20').subarray(12).join('.');

const CONFIG = `[access]
encrypted = ["any"]
[resolve]
lease_files = ["leases"]
hosts_file = "hosts"
[resolve.rewrites]
"to-corp.example" = "wiki.corp.example"
"to-lease.example" = "laptop.lan"
[[record]]
name = "nas.example"
type = "A"
value = "192.168.1.20"
[[zone]]
name = ["corp.example", "10.20.0.0/16"]
forward = ["192.168.1.1"]
`;

function talkOf({ config = CONFIG, rebindingProtection = false, shared = sharedByThreads() } = {}): Conversation {
  const settings = localSettings(config);
  const table = new LeaseTable();
  runAtOnce(parseLeases('0 02:00 192.168.1.30 laptop *\n0 02:00 2001:db8::30 tablet *\n', 'dnsmasq', table));
  const hosts = runAtOnce(parseHostsFile('192.168.1.40 printer.example.org printer\n'));
  const contents: LocalNameContents = {
    hosts: { title: 'the hosts file', file: 'hosts', records: hosts.records },
    leases: [{ title: 'a lease', file: 'leases', records: table.records(settings.resolve.leaseDomain, 0).records }],
    discovery: [],
  };
  const talk = new Conversation([], { rebindingProtection }, ['any'], {}, settings, shared, contents);
  talk.script = (question) => answerWith(question, [address(question, '198.51.100.1', '2001:db8::1')]);
  talk.lanScript = (question) => answerWith(question, [address(question, '192.168.1.9', 'fd00::9')]);
  return talk;
}

function address(question: { readonly name: string; readonly type: string }, ipv4: string, ipv6: string) {
  return question.type === 'AAAA'
    ? ({ type: 'AAAA', name: question.name, ttl: 300, data: ipv6 } as const)
    : ({ type: 'A', name: question.name, ttl: 300, data: ipv4 } as const);
}

/** RCODE and data, in one text. */
async function told(talk: Conversation, client: string, name: string, type = 'A'): Promise<string> {
  const { packet } = await talk.ask({ name, type, client });
  const data = (packet.answers ?? []).map((record) => ('data' in record ? String(record.data) : ''));
  return [packet.rcode, ...data].join(' ');
}

test('a stranger hears nothing of leases, their reverse names and the hosts file; a device of the house does', async () => {
  const talk = talkOf();
  const reverse = '30.1.168.192.in-addr.arpa';
  assert.equal(await told(talk, DEVICE, 'laptop.lan'), 'NOERROR 192.168.1.30');
  assert.equal(await told(talk, DEVICE, reverse, 'PTR'), 'NOERROR laptop.lan');
  assert.equal(await told(talk, STRANGER, 'laptop.lan'), 'NXDOMAIN');
  assert.equal(await told(talk, STRANGER, reverse, 'PTR'), 'NXDOMAIN');
  assert.equal(await told(talk, STRANGER, '40.1.168.192.in-addr.arpa', 'PTR'), 'NXDOMAIN');
  assert.deepEqual(talk.asked, []);
  // A name that the public may know as well.
  assert.equal(await told(talk, DEVICE, 'printer.example.org'), 'NOERROR 192.168.1.40');
  assert.equal(await told(talk, STRANGER, 'printer.example.org'), 'NOERROR 198.51.100.1');
});

test('what the operator wrote is for everybody, but for the reverse names of its private addresses', async () => {
  const talk = talkOf();
  for (const client of [DEVICE, STRANGER]) assert.equal(await told(talk, client, 'nas.example'), `NOERROR ${LAN}`);
  assert.equal(await told(talk, DEVICE, '20.1.168.192.in-addr.arpa', 'PTR'), 'NOERROR nas.example');
  assert.equal(await told(talk, STRANGER, '20.1.168.192.in-addr.arpa', 'PTR'), 'NXDOMAIN');
  assert.equal(await told(talk, STRANGER, 'localhost'), 'NOERROR 127.0.0.1');
});

test('nothing is asked in plain text for a stranger, and cached answers of zones stay on their side', async () => {
  for (const clients of [
    [STRANGER, DEVICE, STRANGER, DEVICE],
    [DEVICE, STRANGER, DEVICE, STRANGER],
  ]) {
    const talk = talkOf();
    for (const client of clients) {
      const expected = client === DEVICE ? 'NOERROR 192.168.1.9' : 'NOERROR 198.51.100.1';
      assert.equal(await told(talk, client, 'wiki.corp.example'), expected);
    }
    assert.deepEqual(talk.askedInLan, ['0 wiki.corp.example A']);
    assert.deepEqual(talk.asked, ['wiki.corp.example A']);
    assert.equal(await told(talk, STRANGER, '1.0.20.10.in-addr.arpa', 'PTR'), 'NXDOMAIN');
    assert.equal(talk.askedInLan.length, 1);
  }
});

test('a stranger and a device that ask at the same time do not wait for one answer, also where nothing is kept', async () => {
  const talk = talkOf({ config: `${CONFIG}[cache]\nexclude = ["corp.example"]\n` });
  const answers = await Promise.all(
    [STRANGER, DEVICE, STRANGER].map((client) => told(talk, client, 'wiki.corp.example')),
  );
  assert.deepEqual(answers, ['NOERROR 198.51.100.1', 'NOERROR 192.168.1.9', 'NOERROR 198.51.100.1']);
});

test('TTLs tell a stranger of no name: they are those of a gateway that has none, whatever is asked in whatever order', async () => {
  const known = talkOf();
  const others = new Conversation([], {}, ['any'], {}, localSettings('[access]\nencrypted = ["any"]\n'));
  for (const talk of [known, others])
    talk.script = (question) =>
      question.type === 'A' && question.name.startsWith('wiki')
        ? answerWith(question, [address(question, '198.51.100.1', '2001:db8::1')])
        : answerWith(question, [], { rcode: 3, authorities: [soa(question.name.split('.').at(-1)!, 300, 300)] });
  const ttlsOf = async (talk: Conversation, name: string, type: string) => {
    const { packet } = await talk.ask({ name, type, client: STRANGER });
    return [...(packet.answers ?? []), ...(packet.authorities ?? [])].map((record) =>
      'ttl' in record ? record.ttl : 0,
    );
  };
  const names = ['wiki.corp.example', 'corp.example', 'printer.example.org', 'example.org', 'printer', 'www.example'];
  for (const types of [
    ['A', 'AAAA', 'A'],
    ['NS', 'A', 'DS'],
    ['DS', 'A', 'NS'],
    ['DS', 'DS'],
  ]) {
    for (const name of names)
      for (const type of types) {
        for (const talk of [known, others]) talk.nowMilliseconds += 7_000;
        // A device that asks in between changes nothing, where it gets what the house has.
        if (!name.startsWith('www')) await told(known, DEVICE, name);
        assert.deepEqual(await ttlsOf(known, name, type), await ttlsOf(others, name, type), `${name} ${type}`);
      }
    for (const talk of [known, others]) talk.nowMilliseconds += 400_000;
  }
});

test('what is kept for strangers is renewed, given stale and fails on its own side', async () => {
  const talk = talkOf();
  const name = 'wiki.corp.example';
  const [publics, ours] = ['NOERROR 198.51.100.1', 'NOERROR 192.168.1.9'];
  for (let count = 0; count < 4; count++) {
    assert.equal(await told(talk, STRANGER, name), publics);
    assert.equal(await told(talk, DEVICE, name), ours);
  }
  talk.nowMilliseconds += 290_000;
  // About to expire: both are fetched anew, each where it came from.
  assert.equal(await told(talk, STRANGER, name), publics);
  assert.equal(await told(talk, DEVICE, name), ours);
  await new Promise(setImmediate);
  assert.deepEqual(talk.asked, [`${name} A`, `${name} A`]);
  assert.deepEqual(talk.askedInLan, [`0 ${name} A`, `0 ${name} A`]);
  talk.nowMilliseconds += 400_000;
  talk.script = talk.lanScript = () => ({ ok: false, code: 'timeout', detail: 'gone' });
  for (let count = 0; count < 2; count++) {
    assert.equal(await told(talk, STRANGER, name), publics);
    assert.equal(await told(talk, DEVICE, name), ours);
  }
  talk.lanScript = (question) => answerWith(question, [address(question, '192.168.1.10', 'fd00::9')]);
  assert.equal(await told(talk, STRANGER, 'git.corp.example'), 'SERVFAIL');
  assert.equal(await told(talk, DEVICE, 'git.corp.example'), 'NOERROR 192.168.1.10');
  assert.equal(await told(talk, STRANGER, 'git.corp.example'), 'SERVFAIL');
});

test('what is known by now of a name is known on one side alone', async () => {
  for (const [asker, other] of [
    [STRANGER, DEVICE],
    [DEVICE, STRANGER],
  ] as const) {
    const talk = talkOf();
    const name = 'wiki.corp.example';
    const before = [await told(talk, asker, name), await told(talk, other, name)];
    const denied = (question: Parameters<Conversation['script']>[0]) =>
      answerWith(question, [], { rcode: 3, authorities: [soa('example', 300, 0)] });
    if (asker === DEVICE) talk.lanScript = denied;
    else talk.script = denied;
    assert.equal(await told(talk, asker, name, 'TXT'), 'NXDOMAIN');
    talk.nowMilliseconds += 400_000;
    talk.script = talk.lanScript = () => ({ ok: false, code: 'timeout', detail: 'gone' });
    assert.deepEqual([await told(talk, asker, name), await told(talk, other, name)], ['SERVFAIL', before[1]]);
  }
});

test('a name that exists for some is not said to exist for others', async () => {
  for (const [asker, other] of [
    [STRANGER, DEVICE],
    [DEVICE, STRANGER],
  ] as const) {
    const talk = talkOf();
    const denied: Conversation['script'] = (question) =>
      answerWith(question, [], { rcode: 3, authorities: [soa('example', 300, 300)] });
    const there = [talk.script, talk.lanScript] as const;
    talk.script = talk.lanScript = denied;
    const name = 'wiki.corp.example';
    for (const client of [asker, other]) assert.equal(await told(talk, client, name), 'NXDOMAIN');
    talk.nowMilliseconds += 400_000;
    [talk.script, talk.lanScript] = there;
    assert.match(await told(talk, asker, name), /^NOERROR/);
    talk.script = talk.lanScript = () => ({ ok: false, code: 'timeout', detail: 'gone' });
    assert.equal(await told(talk, other, name), 'NXDOMAIN', 'what it knew last');
  }
});

test('a flush of a name takes what strangers and devices had', async () => {
  for (const isSuffix of [false, true]) {
    const shared = sharedByThreads();
    const talk = talkOf({ shared });
    const name = 'wiki.corp.example';
    for (const client of [STRANGER, DEVICE, STRANGER, DEVICE]) await told(talk, client, name);
    const flusher = new CacheFlusher(shared.answerCache);
    let gone = 0;
    for (let stripe = 0; stripe < flusher.stripeCount; stripe++)
      gone += flusher.flushStripe(stripe, { name: knownName(isSuffix ? 'corp.example' : name), isSuffix });
    assert.equal(gone, 2);
    for (const client of [STRANGER, DEVICE]) await told(talk, client, name);
    assert.deepEqual([talk.asked.length, talk.askedInLan.length], [2, 2]);
  }
});

test('a zone that does not exist in public is not taken for one that the house has not, nor its failure for theirs', async () => {
  const talk = talkOf({ config: `${CONFIG}[cache]\nexclude = ["corp.example"]\n` });
  talk.script = (question) => answerWith(question, [], { rcode: 3, authorities: [soa('example', 300, 300)] });
  assert.equal(await told(talk, STRANGER, 'corp.example', 'DS'), 'NXDOMAIN');
  assert.equal(await told(talk, STRANGER, 'corp.example'), 'NXDOMAIN');
  assert.equal(await told(talk, DEVICE, 'corp.example'), 'NOERROR 192.168.1.9');
  talk.script = () => ({ ok: false, code: 'timeout', detail: 'gone' });
  assert.equal(await told(talk, STRANGER, 'git.corp.example'), 'SERVFAIL');
  assert.equal(await told(talk, DEVICE, 'git.corp.example'), 'NOERROR 192.168.1.9');
});

test('an alias into a zone or to a lease leads a stranger to what the public has', async () => {
  const talk = talkOf();
  assert.equal(await told(talk, STRANGER, 'to-corp.example'), 'NOERROR wiki.corp.example 198.51.100.1');
  assert.equal(await told(talk, DEVICE, 'to-corp.example'), 'NOERROR wiki.corp.example 192.168.1.9');
  assert.equal(await told(talk, STRANGER, 'to-corp.example'), 'NOERROR wiki.corp.example 198.51.100.1');
  assert.equal(await told(talk, DEVICE, 'to-lease.example'), 'NOERROR laptop.lan 192.168.1.30');
  assert.equal(await told(talk, STRANGER, 'to-lease.example'), 'NXDOMAIN laptop.lan');
  assert.deepEqual(talk.askedInLan, ['0 wiki.corp.example A']);
});

test('DNS64 makes the addresses of a stranger of what the public has, and no reverse name tells a lease', async () => {
  const talk = talkOf({ config: CONFIG.replace('[resolve]', '[resolve]\ndns64 = "2001:db8:64::/96"') });
  const onlyIpv4 = (data: string) => (question: { readonly name: string; readonly type: string }) =>
    question.type === 'A'
      ? answerWith(question as never, [{ type: 'A', name: question.name, ttl: 300, data }])
      : answerWith(question as never, [], { authorities: [soa('example', 300, 300)] });
  talk.script = onlyIpv4('198.51.100.1');
  talk.lanScript = onlyIpv4('10.20.0.9');
  for (const name of ['wiki.corp.example', 'to-corp.example']) {
    const link = name === 'to-corp.example' ? 'wiki.corp.example ' : '';
    assert.equal(await told(talk, STRANGER, name, 'AAAA'), `NOERROR ${link}2001:db8:64::c633:6401`);
    assert.equal(await told(talk, DEVICE, name, 'AAAA'), `NOERROR ${link}2001:db8:64::a14:9`);
    assert.equal(await told(talk, STRANGER, name, 'AAAA'), `NOERROR ${link}2001:db8:64::c633:6401`);
  }
  assert.equal(await told(talk, DEVICE, 'laptop.lan', 'AAAA'), 'NOERROR 2001:db8:64::c0a8:11e');
  assert.equal(await told(talk, STRANGER, 'laptop.lan', 'AAAA'), 'NXDOMAIN');
  assert.equal(await told(talk, STRANGER, 'nas.example', 'AAAA'), 'NOERROR 2001:db8:64::c0a8:114');
  const nibbles = [...'20010db80064', ...'0'.repeat(12), ...'c0a8011e'].toReversed().join('.');
  assert.equal((await told(talk, DEVICE, `${nibbles}.ip6.arpa`, 'PTR')).endsWith('laptop.lan'), true);
  assert.match(await told(talk, STRANGER, `${nibbles}.ip6.arpa`, 'PTR'), /^NXDOMAIN/);
});

test('a private address in a public answer for a stranger is withheld under the name of a zone too', async () => {
  const talk = talkOf({ rebindingProtection: true });
  talk.script = (question) => answerWith(question, [address(question, '192.168.1.66', 'fd00::66')]);
  assert.equal(await told(talk, DEVICE, 'wiki.corp.example'), 'NOERROR 192.168.1.9');
  const { packet, extendedError } = await talk.ask({ name: 'wiki.corp.example', client: STRANGER });
  assert.deepEqual([packet.answers, extendedError?.code], [[], 15]);
});

test('so is one that was cached before, fresh or stale, once that is forbidden', async () => {
  for (const isStale of [false, true]) {
    const talk = talkOf();
    talk.script = (question) => answerWith(question, [address(question, '192.168.1.66', 'fd00::66')]);
    assert.equal(await told(talk, STRANGER, 'wiki.corp.example'), 'NOERROR 192.168.1.66');
    assert.equal(await told(talk, DEVICE, 'wiki.corp.example'), 'NOERROR 192.168.1.9');
    talk.setPolicy([], { rebindingProtection: true });
    if (isStale) {
      talk.nowMilliseconds += 400_000;
      talk.script = talk.lanScript = () => ({ ok: false, code: 'timeout', detail: 'gone' });
    }
    const { packet, extendedError } = await talk.ask({ name: 'wiki.corp.example', client: STRANGER });
    assert.deepEqual([packet.answers, extendedError?.code], [[], 15]);
    assert.equal(await told(talk, DEVICE, 'wiki.corp.example'), 'NOERROR 192.168.1.9');
  }
});

test('where everybody who may ask gets the names of this network, an address outside of the usual ranges does too', async () => {
  const talk = talkOf({ config: CONFIG.replace('"any"]', '"any"]\nlocal_names = ["loopback", "203.0.113.0/24"]') });
  assert.equal(await told(talk, STRANGER, 'laptop.lan'), 'NOERROR 192.168.1.30');
  assert.equal(await told(talk, DEVICE, 'laptop.lan'), 'NXDOMAIN');
  const all = talkOf({ config: CONFIG.replace('"any"]', '"any"]\nlocal_names = ["any"]') });
  assert.equal(await told(all, STRANGER, 'laptop.lan'), 'NOERROR 192.168.1.30');
});

test('names of the world are cached for everybody', async () => {
  const talk = talkOf();
  for (const client of [STRANGER, DEVICE])
    assert.equal(await told(talk, client, 'www.example'), 'NOERROR 198.51.100.1');
  assert.deepEqual(talk.asked, ['www.example A']);
  const reply = await talk.send(encodeAsk({ name: 'www.example' }), undefined, STRANGER);
  assert.equal(readReply(reply!).packet.rcode, 'NOERROR');
});
