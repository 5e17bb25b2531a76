import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameFromText, nameToText } from '../../wire/name-text.ts';
import { typeToText } from '../../wire/type-text.ts';
import { hostName } from './host-name.ts';
import { LeaseTable } from './lease-table.ts';
import { parseLeases, recognizeLeases } from './parse-lease-file.ts';
import { runAtOnce } from './slices.ts';

const NOW = Date.UTC(2030, 0, 1) / 1000;
const LAN = nameFromText('lan')!;

function leases(text: string, nowSeconds = NOW) {
  const format = recognizeLeases(text);
  assert.ok(format !== undefined);
  const table = new LeaseTable();
  runAtOnce(parseLeases(text, format, table));
  const { records, nextExpirySeconds } = table.records(LAN, nowSeconds);
  const addresses = records
    .filter((_, index) => index % 2 === 0)
    .map(
      ({ owner, type, rdata, ttlSeconds }) =>
        `${nameToText(owner)} ${typeToText(type)} ${Buffer.from(rdata).toString('hex')} ${ttlSeconds}`,
    );
  return {
    format,
    addresses,
    bare: records.map(({ owner }) => nameToText(owner)),
    nextExpirySeconds,
    faults: table.faults,
  };
}

const DNSMASQ = `${NOW + 3600} 02:00:00:00:00:01 192.168.1.20 Laptop 01:02:00:00:00:00:01
0 02:00:00:00:00:02 192.168.1.21 printer *
${NOW - 1} 02:00:00:00:00:03 192.168.1.22 gone *
${NOW + 20} 02:00:00:00:00:04 192.168.1.23 soon *
0 02:00:00:00:00:05 192.168.1.24 * *
0 02:00:00:00:00:06 192.168.1.25 wpad *
duid 00:01:00:01:2c:00:00:00:02:00:00:00:00:09
${NOW + 3600} 15728640 fd00::20 laptop 00:01:00:01:2c
`;

const KEA4 = `address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id
192.168.1.20,02:00:00:00:00:01,01:02,3600,${NOW - 600},1,0,0,old-name,0,,0
192.168.1.20,02:00:00:00:00:01,01:02,3600,${NOW + 3600},1,0,0,laptop.home.example.org.,0,{ "a": 1&#x2c "b": 2 },0
192.168.1.21,02:00:00:00:00:02,,3600,${NOW + 3600},1,0,0,declined,1,,0
192.168.1.22,02:00:00:00:00:03,,3600,${NOW + 3600},1,0,0,released,0,,0
192.168.1.22,02:00:00:00:00:03,,0,${NOW + 3600},1,0,0,released,0,,0
192.168.1.23,02:00:00:00:00:04,,4294967295,${NOW - 9},1,0,0,forever,0,,0
`;

const KEA6 = `address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id
2001:db8::20,00:01,4000,${NOW + 4000},1,3000,0,1,128,0,0,laptop,,0,,,,0
2001:db8:1::,00:01,4000,${NOW + 4000},1,3000,2,1,64,0,0,router,,0,,,,0
`;

const DHCPD = `# The format of this file is documented in the dhcpd.leases(5) manual page.
authoring-byte-order little-endian;

lease 192.168.1.20 {
  starts 1 2029/12/31 22:00:00;
  ends 1 2029/12/31 23:00:00;
  binding state active;
  client-hostname "laptop";
}
lease 192.168.1.20 {
  starts 1 2029/12/31 23:00:00;
  ends 2 2030/01/01 01:00:00;
  cltt 1 2029/12/31 23:00:00;
  binding state active;
  next binding state free;
  hardware ethernet 02:00:00:00:00:01;
  uid "\\001\\002";
  on expiry {
    set x = "}";
  }
  client-hostname "laptop";
}
lease 192.168.1.21 {
  ends never;
  binding state active;
  client-hostname "printer";
}
lease 192.168.1.22 {
  ends epoch ${NOW + 60}; # some day
  binding state free;
  client-hostname "freed";
}
lease 192.168.1.23 {
  binding state active;
  client-hostname "cut-sh`;

const DHCPD6 = `server-duid "\\000\\001";
ia-na "abc" {
  cltt 2 2030/01/01 00:00:00;
  iaaddr fd00::20 {
    binding state active;
    preferred-life 375;
    max-life 600;
    ends epoch ${NOW + 600};
    set ddns-fwd-name = "laptop.home.example.org";
  }
}
`;

test('dnsmasq: leases that hold now, of both families, under their domain and alone', () => {
  const found = leases(DNSMASQ);
  assert.equal(found.format, 'dnsmasq');
  assert.deepEqual(found.addresses, [
    'laptop.lan A c0a80114 60',
    'printer.lan A c0a80115 60',
    'soon.lan A c0a80117 20',
    'laptop.lan AAAA fd000000000000000000000000000020 60',
  ]);
  assert.deepEqual(found.bare.slice(0, 4), ['laptop.lan', 'laptop', 'printer.lan', 'printer']);
  assert.equal(found.nextExpirySeconds, NOW + 20);
  assert.equal(found.faults.count, 0);
  assert.equal(leases(DNSMASQ, NOW + 20).addresses.length, 3);
});

test('Kea: the last row about an address counts, states and prefixes are minded, FQDNs give their first label', () => {
  assert.deepEqual(leases(KEA4).addresses, ['laptop.lan A c0a80114 60', 'forever.lan A c0a80117 60']);
  assert.deepEqual(leases(KEA6).addresses, ['laptop.lan AAAA 20010db8000000000000000000000020 60']);
});

test('ISC dhcpd: the last block about an address counts, and one that is being written does not', () => {
  const found = leases(DHCPD);
  assert.equal(found.format, 'dhcpd');
  assert.deepEqual(found.addresses, ['laptop.lan A c0a80114 60', 'printer.lan A c0a80115 60']);
  assert.equal(found.nextExpirySeconds, NOW + 3600);
  assert.deepEqual(leases(DHCPD6).addresses, ['laptop.lan AAAA fd000000000000000000000000000020 60']);
});

test('ISC dhcpd: blocks on one line, with whatever stands in quotes', () => {
  const found = leases(`lease 192.168.1.20 { ends never; binding state active; client-hostname "laptop"; }
lease 192.168.1.21 { ends never; uid "\\"};\\001{"; client-hostname "tv"; on expiry { set client-hostname "x"; } } # old
lease 192.168.1.22 { ends never; binding state free; client-hostname "gone"; } lease 192.168.1.23 { ends never;
  client-hostname "phone"; }
`);
  assert.equal(found.format, 'dhcpd');
  assert.deepEqual(found.addresses, ['laptop.lan A c0a80114 60', 'tv.lan A c0a80115 60', 'phone.lan A c0a80117 60']);
  assert.equal(found.faults.count, 0);
});

test('names that no device can have are counted by address, as far as they are given', () => {
  const table = new LeaseTable();
  const row = (address: string, name: string) => `0 02:00 ${address} ${name} *\n`;
  const text = `${row('10.0.0.1', '_dns')}${row('10.0.0.1', 'wpad')}${row('10.0.0.2', '*')}${row('10.0.0.3', 'a@b')}`;
  runAtOnce(parseLeases(text + row('10.0.0.4', 'tv') + row('10.0.0.5', '-x') + row('10.0.0.5', 'x'), 'dnsmasq', table));
  assert.equal(table.unusableNames, 2);
});

test('a file without leases is one too; anything else is none', () => {
  assert.equal(recognizeLeases(''), 'empty');
  assert.equal(recognizeLeases('# comment only\n'), 'empty');
  for (const text of ['hello', '192.168.1.1 name\n', '{}', '<html>', 'address\n1,2\n'])
    assert.equal(recognizeLeases(text), undefined, text);
});

test('broken lines are told with their numbers and cost nothing else', () => {
  const { addresses, faults } = leases(
    `0 02:00 192.168.1.20 laptop *\nx y z\n0 02:00 999.1.1.1 printer *\n0 02:00 192.168.1.21 tv *\n`,
  );
  assert.equal(addresses.length, 2);
  assert.deepEqual(faults.shown, [
    { line: 2, reason: 'not a lease' },
    { line: 3, reason: 'not an address' },
  ]);
});

test('a device cannot take a name that means something to others, nor one that is none', () => {
  const refused = [
    'wpad',
    'WPAD.lan',
    'isatap',
    'localhost',
    'local',
    'com',
    'arpa',
    '',
    '*',
    '_dns',
    '_',
    '-a',
    'a-',
    '10',
    'xn--80ak6aa92e',
  ];
  for (const name of [...refused, 'a\0b', 'a b', '..', 'x'.repeat(64), 'nä'])
    assert.equal(hostName(name), undefined, name);
  assert.equal(hostName('My-Phone.example.org'), 'my-phone');
  assert.equal(hostName('9lives'), '9lives');
  assert.equal(hostName('ESP_1A2B3C'), 'esp_1a2b3c');
  assert.equal(hostName('Galaxy_S21_'), 'galaxy_s21_');
});
