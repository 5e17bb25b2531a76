import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask, HASH_KEY } from '../../../test/fixtures/local-names.ts';
import { localSettings, NO_LOCAL_SETTINGS } from '../../../test/fixtures/local-settings.ts';
import { makeCertificate } from '../../../test/fixtures/make-certificate.ts';
import { lastKnown } from '../../sockets/local-addresses.ts';
import { LocalNames } from '../../memory/local-names/local-names.ts';
import { nameFromText, nameToText } from '../../wire/name-text.ts';
import { EXTENDED_ERROR } from '../../wire/numbers.ts';
import { rdataFromText } from '../../wire/rdata-from-text.ts';
import { typeFromText } from '../../wire/type-text.ts';
import { compileForOthers, compileLocalNames, NO_CONTENTS } from './compile-local-names.ts';
import {
  type DiscoveryParts,
  discoveryRecords,
  EMITTED_EXTENDED_ERRORS,
  type ListeningAddress,
} from './discovery-records.ts';
import { FollowedDiscovery } from './follow-discovery.ts';

const NAMES = ['dns.example.org', '*.example.org', '192.0.2.53', 'localhost'];
const CERTIFICATE = certificateFor(NAMES);
const DOT: ListeningAddress = { kind: 'dot', address: '192.0.2.53', port: 853 };
const PLAIN: ListeningAddress = { kind: 'udp', address: '192.0.2.53', port: 53 };

function certificateFor(names: readonly string[]): DiscoveryParts['certificates'][number] {
  const files = makeCertificate({ names });
  const chainPem = readFileSync(files.certPath, 'utf8');
  files.remove();
  return { names, chainPem };
}

function parts(listening: readonly ListeningAddress[], more: Partial<DiscoveryParts> = {}): DiscoveryParts {
  return {
    resolve: { discovery: 'answer', infoUrl: undefined },
    lists: [],
    certificates: [CERTIFICATE],
    listening: [PLAIN, ...listening],
    localAddresses: ['127.0.0.1', '192.0.2.53', '::1', '2001:db8::53', 'fe80::1%eth0'],
    ...more,
  };
}

type LocalSettings = Parameters<typeof compileLocalNames>[0];

function namesOf(discovery: ReturnType<typeof discoveryRecords>, records: LocalSettings['records'] = []): LocalNames {
  return new LocalNames(
    compileLocalNames({ ...NO_LOCAL_SETTINGS, records }, HASH_KEY, { ...NO_CONTENTS, discovery }).table,
  );
}

const SVCB = typeFromText('SVCB')!;

function bindings(owner: string, given: DiscoveryParts): string[] {
  return discoveryRecords(given)
    .filter((record) => record.type === SVCB && nameToText(record.owner) === owner)
    .map(({ rdata }) => Buffer.from(rdata).toString('hex'));
}

function hexOf(text: string): string {
  return Buffer.from(rdataFromText(SVCB, text) as Uint8Array).toString('hex');
}

test('R02 R06 R08 the encrypted listeners are told with ports, addresses and path, by the name of the certificate', () => {
  const given = parts([
    { kind: 'dot', address: '0.0.0.0', port: 853 },
    { kind: 'dot', address: '::', port: 853 },
    { kind: 'doh', address: '192.0.2.53', port: 8443 },
  ]);
  const expected = [
    '1 dns.example.org alpn=dot port=853 ipv4hint=192.0.2.53 ipv6hint=2001:db8::53',
    '2 dns.example.org alpn=h2 port=8443 ipv4hint=192.0.2.53 dohpath=/dns-query{?dns}',
  ].map(hexOf);
  assert.deepEqual(bindings('_dns.resolver.arpa', given), expected);
  assert.deepEqual(bindings('_dns.dns.example.org', given), expected);
  const [first] = discoveryRecords(given).filter(({ type }) => type === SVCB);
  assert.ok(first!.ttlSeconds <= 300);
  assert.deepEqual(
    first!.additional?.map(({ owner, rdata }) => `${nameToText(owner)} ${Buffer.from(rdata).toString('hex')}`),
    ['dns.example.org c0000235', 'dns.example.org 20010db8000000000000000000000053'],
  );
});

test('R04 nothing is told without encrypted listeners, without a name that can be checked, or where it is switched off', () => {
  const dot: ListeningAddress = DOT;
  assert.equal(bindings('_dns.resolver.arpa', parts([dot])).length, 1);
  assert.deepEqual(bindings('_dns.resolver.arpa', parts([])), []);
  const unnamed = { ...CERTIFICATE, names: ['localhost', '127.0.0.1', '*.example.org', 'gateway'] };
  assert.deepEqual(bindings('_dns.resolver.arpa', parts([dot], { certificates: [unnamed] })), []);
  // A name that the settings want and the certificate does not have.
  const other = { ...CERTIFICATE, names: ['other.example.com'] };
  assert.deepEqual(bindings('_dns.resolver.arpa', parts([dot], { certificates: [other] })), []);
  const off = { resolve: { discovery: 'nodata', infoUrl: undefined } } as const;
  assert.deepEqual(bindings('_dns.resolver.arpa', parts([dot], off)), []);
});

test('a client that goes by a name below a wildcard certificate is told too, and nothing else below is ours', () => {
  const certificates = [certificateFor(['dns.example.org', '*.dns.example.org'])];
  const given = parts([DOT], { certificates });
  const discovery = discoveryRecords(given);
  const namesWith = (records: LocalSettings['records']) => namesOf(discovery, records);
  const address = (owner: string) => ({
    owner: nameFromText(owner)!,
    type: 1,
    ttlSeconds: 60,
    rdata: Uint8Array.of(10, 0, 0, 1),
    line: 0,
  });
  const below = (names: LocalNames) => [
    ask(names, '_dns.phone.dns.example.org', 'SVCB'),
    ask(names, '_dns.phone.dns.example.org', 'A'),
    ask(names, 'phone.dns.example.org', 'A'),
    ask(names, 'phone.dns.example.org', 'SVCB'),
    ask(names, '_https.phone.dns.example.org', 'SVCB'),
    ask(names, '_dns.big.phone.dns.example.org', 'SVCB'),
    ask(names, '_dns.phone.other.example.org', 'SVCB'),
  ];
  const alone = ['records 1', 'pass', 'pass', 'pass', 'pass', 'pass', 'pass'];
  assert.deepEqual(below(namesWith([])), alone);
  assert.deepEqual(below(namesWith([address('dns.example.org')])), alone);
  const forAll = namesWith([address('dns.example.org'), address('*.dns.example.org')]);
  const besideAddresses = ['records 1', 'records 1', 'records 1', 'nodata', 'nodata', 'nodata', 'pass'];
  assert.deepEqual(below(forAll), besideAddresses);
  const ofPhone = namesWith([address('phone.dns.example.org')]);
  assert.deepEqual(below(ofPhone).slice(0, 3), ['records 1', 'pass', 'records 1']);
  const alias = { ...address('*.dns.example.org'), type: 5, rdata: nameFromText('home.example.org')! };
  assert.equal(below(namesWith([alias]))[0], 'records 1');
  assert.equal(ask(namesWith([address('dns.example.org')]), '_dns.dns.example.org', 'SVCB'), 'records 1');
  assert.deepEqual(bindings('*.dns.example.org', { ...given, certificates: [CERTIFICATE] }), []);
});

test('every name with a wildcard below it has records of its own, wherever it stands in the certificate', () => {
  const written = ['example.org', 'www.example.org', 'DNS.example.org', '*.dns.example.org', '*.other.example.org'];
  const certificates = [certificateFor(written)];
  const discovery = discoveryRecords(parts([DOT], { certificates }));
  const names = namesOf(discovery);
  for (const owner of ['_dns.example.org', '_dns.dns.example.org', '_dns.phone.dns.example.org', '_dns.resolver.arpa'])
    assert.equal(ask(names, owner, 'SVCB'), 'records 1', owner);
  assert.equal(ask(names, 'dns.example.org', 'RESINFO'), 'records 1');
  for (const owner of [
    '_dns.www.example.org',
    '_dns.phone.example.org',
    '_dns.other.example.org',
    '_dns.a.other.example.org',
  ])
    assert.equal(ask(names, owner, 'SVCB'), 'pass', owner);
  // A gateway with very many of them has not as many records.
  const many = Array.from({ length: 40 }, (_, index) => [`n${index}.example.org`, `*.n${index}.example.org`]).flat();
  const ofMany = [certificateFor(many)];
  const all = discoveryRecords(parts([DOT], { certificates: ofMany }));
  assert.equal(all.filter(({ owner, type }) => type === SVCB && nameToText(owner).startsWith('_dns.n')).length, 17);
});

test('in a zone of ours the names of clients lead to the gateway as well', () => {
  const certificates = [certificateFor(['gw.home.arpa', '*.gw.home.arpa'])];
  const listening: readonly ListeningAddress[] = [DOT, { kind: 'dot', address: '2001:db8::53', port: 853 }];
  const discovery = discoveryRecords(parts(listening, { certificates }));
  const namesWith = (records: LocalSettings['records']) => namesOf(discovery, records);
  const names = namesWith([]);
  for (const type of ['A', 'AAAA'] as const) assert.equal(ask(names, 'phone.gw.home.arpa', type), 'records 1', type);
  assert.equal(ask(names, '_dns.phone.gw.home.arpa', 'SVCB'), 'records 1');
  assert.equal(ask(names, 'phone.gw.home.arpa', 'MX'), 'nodata in home.arpa');
  assert.equal(ask(names, 'phone.home.arpa', 'A'), 'nxdomain in home.arpa');
  const record = { type: 1, ttlSeconds: 60, rdata: Uint8Array.of(10, 0, 0, 1), line: 1 };
  const replaced = namesWith([{ ...record, owner: nameFromText('*.gw.home.arpa')! }]);
  assert.equal(ask(replaced, 'phone.gw.home.arpa', 'A'), 'records 1');
  assert.equal(ask(replaced, 'phone.gw.home.arpa', 'AAAA'), 'nodata in home.arpa');
  assert.equal(ask(replaced, '_dns.phone.gw.home.arpa', 'SVCB'), 'records 1');
});

test('right below a zone of ours, and where devices have names, a name that nobody has does not lead to the gateway', () => {
  const askedBelow = (name: string, toml: string, hosts: readonly string[] = []) => {
    const certificates = [certificateFor([name, `*.${name}`])];
    const listening: readonly ListeningAddress[] = [DOT, { kind: 'dot', address: '2001:db8::53', port: 853 }];
    const records = hosts.map((host) => ({
      owner: nameFromText(host)!,
      type: 1,
      ttlSeconds: 60,
      rdata: Uint8Array.of(10, 0, 0, 7),
      line: 1,
    }));
    const contents = {
      ...NO_CONTENTS,
      discovery: discoveryRecords(parts(listening, { certificates })),
      hosts: { title: 'the hosts file', file: 'hosts', records },
    };
    const names = new LocalNames(compileLocalNames(localSettings(toml), HASH_KEY, contents).table);
    // The name itself and the records of its clients are as ever.
    assert.equal(ask(names, name, 'A'), 'records 1', name);
    assert.equal(ask(names, `_dns.phone.${name}`, 'SVCB'), 'records 1', name);
    for (const host of hosts) assert.equal(ask(names, host, 'A'), 'records 1', host);
    const answers = ['nosuchhost', 'wpad', 'www.google.com'].flatMap((label) =>
      (['A', 'AAAA'] as const).map((type) => ask(names, `${label}.${name}`, type)),
    );
    return [...new Set(answers)];
  };
  const leases = (domain: string) => `[resolve]\nlease_files = ["leases"]\nlease_domain = "${domain}"\n`;
  assert.deepEqual(askedBelow('home.example.org', leases('home.example.org')), ['nxdomain in home.example.org']);
  assert.deepEqual(askedBelow('home.arpa', ''), ['nxdomain in home.arpa']);
  assert.deepEqual(askedBelow('gw.home.arpa', leases('lan.gw.home.arpa')), ['nxdomain in home.arpa']);
  assert.deepEqual(askedBelow('gw.home.arpa', '', ['nas.gw.home.arpa']), ['nxdomain in home.arpa']);
  // Devices beside it, or one of its very name, take nothing from its clients.
  assert.deepEqual(askedBelow('gw.home.arpa', leases('home.arpa'), ['nas.home.arpa']), ['records 1']);
});

test('in a zone of ours, addresses of this network are for those who get its names', () => {
  const certificates = [certificateFor(['gw.home.arpa', '*.gw.home.arpa'])];
  const listening: readonly ListeningAddress[] = [
    { kind: 'dot', address: '192.168.1.2', port: 853 },
    { kind: 'dot', address: '2001:db8::53', port: 853 },
    { kind: 'dot', address: 'fd00::53', port: 853 },
  ];
  const discovery = discoveryRecords(parts(listening, { certificates }));
  const settings = localSettings('[access]\nencrypted = ["any"]\n');
  const ours = new LocalNames(compileLocalNames(settings, HASH_KEY, { ...NO_CONTENTS, discovery }).table);
  const others = new LocalNames(compileForOthers(settings, HASH_KEY, discovery)!);
  for (const name of ['gw.home.arpa', 'phone.gw.home.arpa']) {
    assert.deepEqual([ask(ours, name, 'A'), ask(ours, name, 'AAAA')], ['records 1', 'records 2'], name);
    assert.deepEqual([ask(others, name, 'A'), ask(others, name, 'AAAA')], ['nodata in home.arpa', 'records 1'], name);
  }
});

test('R02 those who do not get the names of this network are told no address of it', () => {
  const given = parts(
    [
      { kind: 'dot', address: '0.0.0.0', port: 853 },
      { kind: 'dot', address: '::', port: 853 },
      { kind: 'doh', address: '192.168.1.2', port: 443 },
    ],
    { localAddresses: ['127.0.0.1', '192.0.2.53', '192.168.1.2', '::1', 'fd00::53'] },
  );
  const discovery = discoveryRecords(given);
  const settings = localSettings('[access]\nencrypted = ["any"]\n');
  const [ours, others] = [
    compileLocalNames(settings, HASH_KEY, { ...NO_CONTENTS, discovery }).table,
    compileForOthers(settings, HASH_KEY, discovery)!,
  ].map((table) => Buffer.from(table));
  const holds = (octets: string) => [ours!, others!].map((table) => table.includes(Buffer.from(octets, 'hex')));
  assert.deepEqual(holds('c0000235'), [true, true]);
  for (const octets of ['c0a80102', 'fd000000000000000000000000000053']) assert.deepEqual(holds(octets), [true, false]);
  // What is left says the rest.
  for (const text of [
    '1 dns.example.org alpn=dot port=853 ipv4hint=192.0.2.53',
    '2 dns.example.org alpn=h2 port=443 dohpath=/dns-query{?dns}',
  ])
    assert.deepEqual(holds(hexOf(text)), [false, true], text);
});

test('a listener on loopback is told to nobody outside', () => {
  const dot: ListeningAddress = { kind: 'dot', address: '127.0.0.1', port: 853 };
  assert.deepEqual(bindings('_dns.resolver.arpa', parts([dot])), []);
  const inside = { ...parts([dot]), listening: [{ ...PLAIN, address: '127.0.0.1' }, dot] };
  assert.deepEqual(bindings('_dns.resolver.arpa', inside), [
    hexOf('1 dns.example.org alpn=dot port=853 ipv4hint=127.0.0.1'),
  ]);
});

test('discovery leaves everything else about the names as it is', () => {
  const discovery = discoveryRecords(parts([DOT]));
  const wildcard = {
    owner: Buffer.from('\x01*\x07example\x03org\x00'),
    type: 1,
    ttlSeconds: 60,
    rdata: Uint8Array.of(10, 0, 0, 1),
    line: 0,
  };
  const settings = { ...NO_LOCAL_SETTINGS, records: [wildcard] };
  const names = new LocalNames(compileLocalNames(settings, HASH_KEY, { ...NO_CONTENTS, discovery }).table);
  assert.equal(ask(names, '_dns.dns.example.org', 'SVCB'), 'records 1');
  assert.equal(ask(names, 'dns.example.org', 'RESINFO'), 'records 1');
  assert.equal(ask(names, 'dns.example.org', 'A'), 'records 1');
  const plain = namesOf(discovery);
  assert.equal(ask(plain, 'dns.example.org', 'A'), 'pass');
  assert.equal(ask(plain, '_dns.dns.example.org', 'A'), 'pass');
  assert.equal(ask(plain, '_dns.resolver.arpa', 'A'), 'nodata in resolver.arpa');
});

test('in a zone of ours the name of the gateway has its addresses, which no device can take and a record can replace', () => {
  const name = 'gw.home.arpa';
  const certificates = [certificateFor([name])];
  const listening: readonly ListeningAddress[] = [DOT, { kind: 'doh', address: '2001:db8::53', port: 443 }];
  const discovery = discoveryRecords(parts(listening, { certificates }));
  const line = (owner: string, type: 'A' | 'AAAA' | 'CNAME', value: string) => ({
    owner: nameFromText(owner)!,
    type: typeFromText(type)!,
    ttlSeconds: 60,
    rdata: rdataFromText(typeFromText(type)!, value) as Uint8Array,
    line: 1,
  });
  const compiled = (records: ReturnType<typeof line>[], leases: ReturnType<typeof line>[]) => {
    const contents = { ...NO_CONTENTS, discovery, leases: [{ title: 'a lease', file: 'leases', records: leases }] };
    return new LocalNames(compileLocalNames({ ...NO_LOCAL_SETTINGS, records }, HASH_KEY, contents).table);
  };
  const names = compiled([line('dns.home.arpa', 'CNAME', name)], [line(name, 'A', '10.6.6.6')]);
  assert.equal(ask(names, name, 'A'), 'records 1');
  assert.equal(ask(names, name, 'AAAA'), 'records 1');
  assert.equal(ask(names, name, 'RESINFO'), 'records 1');
  assert.equal(ask(names, name, 'MX'), 'nodata in home.arpa');
  assert.equal(ask(names, `_dns.${name}`, 'SVCB'), 'records 2');
  assert.equal(ask(names, 'dns.home.arpa', 'A'), 'records 2');
  const written = compiled([line(name, 'A', '10.0.0.1')], []);
  assert.equal(ask(written, name, 'A'), 'records 1');
  assert.equal(ask(written, name, 'AAAA'), 'nodata in home.arpa');
});

test('R09 RESINFO has the page and the errors that are really sent', () => {
  const [record] = discoveryRecords(
    parts([], { resolve: { discovery: 'nodata', infoUrl: 'https://example.org/dns' } }),
  );
  assert.equal(nameToText(record!.owner), 'resolver.arpa');
  assert.match(Buffer.from(record!.rdata).toString('latin1'), /^.exterr=[\d,-]+.infourl=https:\/\/example\.org\/dns$/s);
  // Where a code is compared, it is an upstream's that is being read.
  const source = globSync(join(import.meta.dirname, '../../data-plane/**/*.ts'))
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .filter((line) => !/[<>]=/.test(line))
    .join('\n');
  const sent = Object.entries(EXTENDED_ERROR).filter(([word]) => new RegExp(`\\b${word}\\b`).test(source));
  assert.deepEqual(
    EMITTED_EXTENDED_ERRORS,
    sent.map(([, code]) => code),
  );
});

test('R09 RESINFO has the error that the operator gives a list', () => {
  const errors = (lists: DiscoveryParts['lists']) => {
    const [record] = discoveryRecords(parts([], { lists }));
    return /exterr=[\d,-]+/.exec(Buffer.from(record!.rdata).toString('latin1'))![0];
  };
  assert.doesNotMatch(errors([{ extendedErrorCode: EXTENDED_ERROR.BLOCKED }]), /-16|,16|15-/);
  assert.match(errors([{ extendedErrorCode: EXTENDED_ERROR.CENSORED }]), /13-24/);
});

test('addresses that the system cannot list are those of before, and new certificates are told all the same', () => {
  let isOutOfDescriptors = false;
  const addresses = lastKnown(() => {
    if (isOutOfDescriptors) throw new Error('uv_interface_addresses returned Unknown system error 24');
    return ['192.0.2.99'];
  });
  let certificates: DiscoveryParts['certificates'] = [CERTIFICATE];
  const dot: ListeningAddress = { kind: 'dot', address: '0.0.0.0', port: 853 };
  const discovery = new FollowedDiscovery(() => parts([dot], { certificates, localAddresses: addresses() }));
  const told: number[] = [];
  discovery.start((records) => told.push(records.length));
  isOutOfDescriptors = true;
  discovery.refresh();
  assert.deepEqual(told, []);
  certificates = [];
  discovery.refresh();
  discovery.stop();
  assert.equal(told.length, 1);
});

test('a change of addresses or certificates is told once', () => {
  let given = parts([{ kind: 'dot', address: '0.0.0.0', port: 853 }]);
  const discovery = new FollowedDiscovery(() => given);
  const told: number[] = [];
  discovery.start((records) => told.push(records.length));
  discovery.refresh();
  given = { ...given, localAddresses: ['192.0.2.99'] };
  discovery.refresh();
  discovery.refresh();
  given = { ...given, certificates: [] };
  discovery.refresh();
  discovery.stop();
  assert.equal(told.length, 2);
});
