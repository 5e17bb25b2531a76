import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, HASH_KEY, wire } from '../../../test/fixtures/local-names.ts';
import { localSettings } from '../../../test/fixtures/local-settings.ts';
import { LocalNames } from '../../memory/local-names/local-names.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { nameToText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { reverseName } from '../../wire/reverse-name.ts';
import { typeFromText } from '../../wire/type-text.ts';
import { compileLocalNames, type LocalNameContents, NO_CONTENTS } from './compile-local-names.ts';
import { LeaseTable } from './lease-table.ts';
import { parseHostsFile } from './parse-hosts-file.ts';
import { parseLeases } from './parse-lease-file.ts';
import { runAtOnce } from './slices.ts';

function compiled(toml: string, files: { readonly hosts?: string; readonly leases?: string } = {}): LocalNames {
  const settings = localSettings(toml);
  const hosts = runAtOnce(parseHostsFile(files.hosts ?? ''));
  const table = new LeaseTable();
  runAtOnce(parseLeases(files.leases ?? '', 'dnsmasq', table));
  const leases = table.records(settings.resolve.leaseDomain, 0);
  const contents = {
    ...NO_CONTENTS,
    hosts: { title: 'the hosts file', file: 'hosts', records: hosts.records },
    leases: [{ title: 'a lease', file: 'leases', records: leases.records }],
  };
  return new LocalNames(compileLocalNames(settings, HASH_KEY, contents).table);
}

function asks(names: LocalNames, expected: Readonly<Record<string, string>>): void {
  for (const [question, outcome] of Object.entries(expected)) {
    const [name = '', type = 'A'] = question.split(' ');
    assert.equal(ask(names, name, type), outcome, question);
  }
}

test('L02 L09 L10 names that no public zone has do not exist, and no other name of one label is ours', () => {
  const names = compiled('');
  for (const name of ['invalid', 'test', 'local', 'onion', 'alt', 'internal', 'wpad'])
    asks(names, { [`${name} A`]: `nxdomain in ${name}`, [`a.b.${name} TXT`]: `nxdomain in ${name}` });
  asks(names, {
    'router A': 'pass',
    'com NS': 'pass',
    'example.org A': 'pass',
    '. NS': 'pass',
    'arpa NS': 'pass',
    'lan A': 'pass',
  });
});

test('L01 localhost and everything below it has the loopback addresses and nothing else', () => {
  const names = compiled('');
  for (const name of ['localhost', 'a.localhost', 'a.b.localhost'])
    asks(names, { [`${name} A`]: 'records 1', [`${name} AAAA`]: 'records 1', [`${name} MX`]: 'nodata in localhost' });
});

test('L03 L04 every reverse zone of RFC 6303 and RFC 7793 is ours with SOA and NS, its neighbors are not', () => {
  const names = compiled('');
  const zones = [
    ...['0', '10', '127', '254.169', '168.192', '2.0.192', '100.51.198', '113.0.203', '255.255.255.255'],
    ...Array.from({ length: 16 }, (_, index) => `${16 + index}.172`),
    ...Array.from({ length: 64 }, (_, index) => `${64 + index}.100`),
  ].map((labels) => `${labels}.in-addr.arpa`);
  const nibbles = [
    'd.f',
    '8.e.f',
    '9.e.f',
    'a.e.f',
    'b.e.f',
    '8.b.d.0.1.0.0.2',
    `${'0.'.repeat(31)}0`,
    `1.${'0.'.repeat(30)}0`,
  ];
  for (const zone of [...zones, ...nibbles.map((labels) => `${labels}.ip6.arpa`)]) {
    asks(names, {
      [`${zone} SOA`]: 'records 1',
      [`${zone} NS`]: 'records 1',
      [`${zone} PTR`]: `nodata in ${zone}`,
      [`${zone} DS`]: 'pass',
      [`x.${zone} PTR`]: `nxdomain in ${zone}`,
    });
  }
  for (const labels of ['9', '11', '15.172', '32.172', '63.100', '128.100', '167.192', '1.0.192'])
    asks(names, { [`1.${labels}.in-addr.arpa PTR`]: 'pass' });
  asks(names, { '1.c.f.ip6.arpa PTR': 'pass', '1.c.e.f.ip6.arpa PTR': 'pass' });
});

test('L06 L07 D07 home.arpa and resolver.arpa stay here; the DS of home.arpa is asked for', () => {
  asks(compiled(''), {
    'home.arpa SOA': 'records 1',
    'nas.home.arpa A': 'nxdomain in home.arpa',
    'home.arpa DS': 'pass',
    'nas.home.arpa DS': 'nxdomain in home.arpa',
    'resolver.arpa A': 'nodata in resolver.arpa',
    'resolver.arpa DS': 'nodata in resolver.arpa',
    '_dns.resolver.arpa SVCB': 'nodata in resolver.arpa',
    'a.b.resolver.arpa TXT': 'nodata in resolver.arpa',
    'home\\.arpa A': 'pass',
    'xhome.arpa A': 'pass',
    'service.arpa A': 'pass',
    'ipv4only.arpa A': 'pass',
  });
});

test('L05 records, hosts and leases stand inside the zones that are ours', () => {
  const names = compiled(
    '[[record]]\nname = "db.internal"\ntype = "A"\nvalue = "10.0.0.5"\n[[record]]\nname = "nas.home.arpa"\ntype = "A"\nvalue = "10.0.0.6"\n[resolve]\nlease_files = ["leases"]',
    { hosts: '192.168.1.1 router.home.arpa\n', leases: '0 02:00 192.168.1.20 laptop *\n' },
  );
  asks(names, {
    'db.internal A': 'records 1',
    'internal A': 'nodata in internal',
    'x.internal A': 'nxdomain in internal',
    'nas.home.arpa A': 'records 1',
    'router.home.arpa AAAA': 'nodata in home.arpa',
    '5.0.0.10.in-addr.arpa PTR': 'records 1',
    '1.1.168.192.in-addr.arpa PTR': 'records 1',
    '20.1.168.192.in-addr.arpa PTR': 'records 1',
    '9.1.168.192.in-addr.arpa PTR': 'nxdomain in 168.192.in-addr.arpa',
    'laptop.lan A': 'records 1',
    'nobody.lan A': 'nxdomain in lan',
  });
});

test('records come before hosts, hosts before leases', () => {
  const names = compiled(
    '[[record]]\nname = "a.lan"\ntype = "A"\nvalue = "10.0.0.1"\n[[record]]\nname = "9.0.0.10.in-addr.arpa"\ntype = "PTR"\nvalue = "written.lan"\n[resolve]\nlease_files = ["leases"]',
    {
      hosts: '10.0.0.2 a.lan\n10.0.0.9 b.lan\nfd00::2 a.lan\n',
      leases: '0 02:00 10.0.0.3 a *\n0 02:00 10.0.0.4 b *\n0 02:00 10.0.0.8 b *\n',
    },
  );
  asks(names, {
    'a.lan A': 'records 1',
    'a.lan AAAA': 'nodata in lan',
    'a A': 'pass',
    'b.lan A': 'records 1',
    'b A': 'pass',
    '9.0.0.10.in-addr.arpa PTR': 'records 1',
    '8.0.0.10.in-addr.arpa PTR': 'nxdomain in 10.in-addr.arpa',
  });
});

test("a lease whose name is somebody else's has no short name and no reverse name, unless it has the same address", () => {
  const names = compiled(
    '[[record]]\nname = "nas.lan"\ntype = "A"\nvalue = "10.0.0.1"\n[[record]]\nname = "phone"\ntype = "A"\nvalue = "10.0.0.2"\n[resolve]\nlease_files = ["leases"]',
    {
      hosts: '10.0.0.5 tv.lan\n192.168.7.9 nas.lan\n',
      leases: [
        '0 02:00 10.0.0.66 nas *',
        '0 02:00 10.0.0.67 tv *',
        '0 02:00 10.0.0.68 phone *',
        '0 02:00 10.0.0.1 printer *',
        '0 02:00 10.0.0.69 free *',
        '',
      ].join('\n'),
    },
  );
  asks(names, {
    'nas.lan A': 'records 1',
    'nas A': 'pass',
    '66.0.0.10.in-addr.arpa PTR': 'nxdomain in 10.in-addr.arpa',
    'tv A': 'pass',
    '67.0.0.10.in-addr.arpa PTR': 'nxdomain in 10.in-addr.arpa',
    // A line of the hosts file is shadowed likewise.
    '9.7.168.192.in-addr.arpa PTR': 'nxdomain in 168.192.in-addr.arpa',
    // The short name alone is taken.
    'phone.lan A': 'records 1',
    '68.0.0.10.in-addr.arpa PTR': 'records 1',
    'free.lan A': 'records 1',
    'free A': 'records 1',
    '69.0.0.10.in-addr.arpa PTR': 'records 1',
  });
  const same = compiled('[resolve]\nlease_files = ["leases"]', {
    hosts: '10.0.0.5 tv.lan\n',
    leases: '0 02:00 10.0.0.5 tv *\n',
  });
  asks(same, { 'tv.lan A': 'records 1', 'tv A': 'records 1', '5.0.0.10.in-addr.arpa PTR': 'records 1' });
});

test('no device takes the name of a zone: its resolver is asked for it, while the lease lasts and when it has ended', () => {
  const settings = localSettings(
    '[resolve]\nlease_files = ["leases"]\n[[zone]]\nname = ["corp", "in.office"]\nforward = ["192.168.1.1"]',
  );
  const table = new LeaseTable();
  runAtOnce(parseLeases('0 02:00 10.0.0.1 corp *\n0 02:00 10.0.0.2 test *\n0 02:00 10.0.0.3 tv *\n', 'dnsmasq', table));
  const leases = [
    { title: 'a lease', file: 'leases', records: table.records(settings.resolve.leaseDomain, 0).records },
  ];
  const ended = ['corp', 'test', 'tv', 'pc.in.office', 'gone'].map(wire);
  const later = {
    'corp A': 'pass to resolver 0',
    'test A': 'nxdomain in test',
    'pc.in.office A': 'pass to resolver 1',
    'gone A': 'nodata',
  };
  const tableOf = (contents: Partial<LocalNameContents>) =>
    new LocalNames(compileLocalNames(settings, HASH_KEY, { ...NO_CONTENTS, ...contents }).table);
  asks(tableOf({ leases, ended }), { ...later, 'corp.lan A': 'records 1', 'tv A': 'records 1' });
  asks(tableOf({ ended }), { ...later, 'tv A': 'nodata' });
});

test('a lease under the name of the gateway itself has neither a short name nor a reverse name', () => {
  const settings = localSettings('[resolve]\nlease_files = ["leases"]');
  const table = new LeaseTable();
  runAtOnce(parseLeases('0 02:00 10.6.6.6 gw *\n', 'dnsmasq', table));
  const { records } = table.records(settings.resolve.leaseDomain, 0);
  const own = { owner: wire('gw.lan'), type: TYPE.A, ttlSeconds: 60, rdata: Uint8Array.of(10, 0, 0, 1) };
  const leases = [{ title: 'a lease', file: 'leases', records }];
  const contents = { ...NO_CONTENTS, discovery: [{ ...own, inOwnZoneOnly: true }], leases };
  const names = new LocalNames(compileLocalNames(settings, HASH_KEY, contents).table);
  asks(names, {
    'gw.lan A': 'records 1',
    'gw A': 'pass',
    '6.6.6.10.in-addr.arpa PTR': 'nxdomain in 10.in-addr.arpa',
  });
});

test('what the gateway says of itself stands beside a record, a hosts line and a lease of the same name', () => {
  const settings = localSettings(
    '[[record]]\nname = "a.example"\ntype = "A"\nvalue = "10.0.0.1"\n[resolve]\nlease_files = ["leases"]',
  );
  const about = (name: string) => ({
    owner: wire(name),
    type: typeFromText('RESINFO')!,
    ttlSeconds: 60,
    rdata: Uint8Array.of(1, 0x78),
    standsAlone: true,
  });
  const address = (name: string) => ({
    owner: wire(name),
    type: TYPE.A,
    ttlSeconds: 60,
    rdata: Uint8Array.of(10, 0, 0, 9),
  });
  const contents = {
    discovery: ['a.example', 'b.example', 'c.example', 'd.example'].map(about),
    hosts: { title: 'the hosts file', file: 'hosts', records: [{ ...address('b.example'), line: 1 }] },
    leases: [{ title: 'a lease', file: 'leases', records: [{ ...address('c.example'), line: 1 }] }],
  };
  const names = new LocalNames(compileLocalNames(settings, HASH_KEY, contents).table);
  for (const name of ['a.example', 'b.example', 'c.example'])
    asks(names, { [`${name} RESINFO`]: 'records 1', [`${name} A`]: 'records 1', [`${name} AAAA`]: 'nodata' });
  asks(names, { 'd.example RESINFO': 'records 1', 'd.example A': 'pass' });
});

test('L03 names of private addresses inside 64:ff9b::/96 are answered like those of the addresses themselves', () => {
  const nameOf = (address: string): string => {
    const octets = new Uint8Array(16);
    assert.ok(parseAddress(address, octets));
    return nameToText(reverseName(octets));
  };
  const names = compiled('');
  const isLocal = (ipv4: string) => !ask(names, `${nameOf(`64:ff9b::${ipv4}`)}`, 'PTR').startsWith('pass');
  for (const first of [0, 10, 127]) assert.deepEqual([`${first}.0.0.0`, `${first}.255.1.2`].map(isLocal), [true, true]);
  const here = ['169.254.0.0', '172.16.0.1', '172.31.255.255', '192.168.1.5', '100.64.0.1', '100.127.255.255'];
  const special = ['192.0.2.1', '198.51.100.1', '203.0.113.255', '255.255.255.255'];
  const elsewhere = ['9.9.9.9', '11.0.0.0', '126.1.1.1', '128.0.0.1', '172.15.255.255', '172.32.0.0', '100.63.255.255'];
  const others = ['100.128.0.0', '192.167.0.1', '192.169.0.1', '169.253.1.1', '192.0.3.1', '255.255.255.254'];
  // As of the IPv4 addresses.
  for (const address of [...here, ...special, ...elsewhere, ...others])
    assert.equal(isLocal(address), !ask(names, nameOf(address), 'PTR').startsWith('pass'), address);
  assert.deepEqual(
    [...here, ...special].map(isLocal),
    [...here, ...special].map(() => true),
  );
  assert.match(
    ask(names, nameOf('64:ff9b::192.168.1.5'), 'PTR'),
    /^nxdomain in 8\.a\.0\.c\.(?:0\.){16}b\.9\.f\.f\.4\.6\.0\.0\.ip6\.arpa$/,
  );
  assert.equal(ask(names, nameOf('64:ff9c::192.168.1.5'), 'PTR'), 'pass');
});

test('a resolver of this network that has the names of a translator gets those of private addresses too', () => {
  const names = compiled('[[zone]]\nname = "64:ff9b::/96"\nforward = ["192.168.1.1"]');
  const octets = new Uint8Array(16);
  parseAddress('64:ff9b::192.168.1.5', octets);
  assert.equal(ask(names, nameToText(reverseName(octets)), 'PTR'), 'pass to resolver 0');
});

test('neither a device nor the hosts file adds an address of the other family to a name that somebody else has', () => {
  const record = (name: string, type: string, value: string) =>
    `[[record]]\nname = "${name}"\ntype = "${type}"\nvalue = "${value}"\n`;
  const names = compiled(
    `${record('nas.lan', 'A', '10.0.0.1')}${record('wiki', 'TXT', 'x')}[resolve]\nlease_files = ["leases"]`,
    {
      hosts: 'fd00::2 nas.lan\n10.0.0.2 wiki\n10.0.0.3 tv.lan\n',
      leases: '0 02:00 fd00::66 nas *\n0 02:00 fd00::67 tv *\n0 02:00 fd00::68 wiki *\n0 02:00 fd00::69 phone *\n',
    },
  );
  asks(names, {
    'nas.lan A': 'records 1',
    'nas.lan AAAA': 'nodata in lan',
    'wiki A': 'nodata',
    'wiki AAAA': 'nodata',
    'tv.lan A': 'records 1',
    'tv.lan AAAA': 'nodata in lan',
    'phone.lan AAAA': 'records 1',
    'phone.lan A': 'nodata in lan',
  });
});

test('L06 the DS of home.arpa is asked for also where it is the domain of leases; below it nothing is', () => {
  const leases = (domain: string) => `[resolve]\nlease_files = ["leases"]\nlease_domain = "${domain}"`;
  asks(compiled(leases('home.arpa')), {
    'home.arpa DS': 'pass',
    'home.arpa SOA': 'records 1',
    'x.home.arpa A': 'nxdomain in home.arpa',
  });
  asks(compiled(leases('lab.home.arpa')), { 'lab.home.arpa DS': 'nodata in lab.home.arpa' });
});

test('private addresses get reverse names by themselves, public ones only where a record says so', () => {
  const record = (name: string, type: string, value: string) =>
    `[[record]]\nname = "${name}"\ntype = "${type}"\nvalue = "${value}"\n`;
  const names = compiled(
    record('www.example.org', 'A', '203.0.114.5') +
      record('own.example.org', 'AAAA', 'fd12::1') +
      record('6.114.0.203.in-addr.arpa', 'PTR', 'mail.example.org') +
      record('*.wild.example.org', 'A', '10.9.9.9'),
  );
  asks(names, {
    '5.114.0.203.in-addr.arpa PTR': 'pass',
    '6.114.0.203.in-addr.arpa PTR': 'records 1',
    [`1.${'0.'.repeat(27)}2.1.d.f.ip6.arpa PTR`]: 'records 1',
    '9.9.9.10.in-addr.arpa PTR': 'nxdomain in 10.in-addr.arpa',
  });
});

test('F08 the canary of Firefox is NXDOMAIN unless switched off, that of Private Relay only where switched on', () => {
  asks(compiled(''), {
    'use-application-dns.net A': 'nxdomain in use-application-dns.net',
    'mask.icloud.com A': 'pass',
  });
  const names = compiled('[resolve]\nfirefox_canary = false\nprivate_relay = "block"');
  asks(names, { 'use-application-dns.net A': 'pass', 'icloud.com A': 'pass' });
  for (const name of ['mask.icloud.com', 'mask-h2.icloud.com', 'mask-canary.icloud.com'])
    for (const type of ['A', 'AAAA', 'HTTPS']) asks(names, { [`${name} ${type}`]: `nxdomain in ${name}` });
});

test('R07 _dns.resolver.arpa can be said not to exist', () => {
  asks(compiled('[resolve]\nddr = "nxdomain"'), {
    '_dns.resolver.arpa SVCB': 'nxdomain in _dns.resolver.arpa',
    'resolver.arpa A': 'nodata in resolver.arpa',
  });
});
