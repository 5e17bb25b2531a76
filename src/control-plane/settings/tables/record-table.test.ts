// [[record]] and the keys of [resolve] that name files and tell clients about the gateway.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameToText } from '../../../wire/name-text.ts';
import { typeToText } from '../../../wire/type-text.ts';
import { readSettings } from '../load-settings.ts';

function read(toml: string) {
  return readSettings(toml, '/etc/sotto/config.toml', {
    workingDirectory: '/',
    cores: 1,
    hostName: 'gateway',
    localAddresses: [],
  });
}

function faults(toml: string): string[] {
  const result = read(toml);
  return result.ok ? [] : result.faults.map(({ line, key, message }) => `${line} ${key}: ${message}`);
}

const record = (name: string, type: string, value: string) =>
  `[[record]]\nname = ${name}\ntype = ${type}\nvalue = ${value}\n`;

test('records keep their line, their TTL or five minutes, and wildcards', () => {
  const result = read(
    `${record('"NAS.home.example"', '"a"', '"192.0.2.1"')}ttl = "1h"\n${record('"*.home.example"', '"AAAA"', '"2001:db8::1"')}`,
  );
  assert.ok(result.ok, JSON.stringify(result));
  assert.deepEqual(
    result.settings.records.map(
      ({ owner, type, ttlSeconds, line }) => `${nameToText(owner)} ${typeToText(type)} ${ttlSeconds} ${line}`,
    ),
    ['nas.home.example A 3600 1', '*.home.example AAAA 300 6'],
  );
});

test('every fault of a record is named with its line and what is allowed', () => {
  assert.deepEqual(faults(record('"a..b"', '"A"', '"192.0.2.1"')), [
    '2 record[0].name: "a..b" is not a name; allowed: "nas.example.org", or "*.example.org" for every name below that has no record',
  ]);
  assert.match(
    faults(record('"a.example"', '"NAPTR"', '"x"'))[0]!,
    /^3 record\[0\]\.type: "NAPTR" is not a type of record here; allowed: A, CNAME/,
  );
  assert.match(
    faults(record('"a.example"', '"MX"', '"mail.example"'))[0]!,
    /^4 record\[0\]\.value: "mail\.example" is not the value of a record of type MX: write it as "10 mail\.example"$/,
  );
  assert.match(faults('[[record]]\nttl = 5')[0]!, /^1 record\[0\]: has no name; write name = /);
  for (const name of ['"*"', '"."', '"a.*.b"', '"*.*.b"', '""'])
    assert.equal(faults(record(name, '"A"', '"192.0.2.1"')).length, 1, name);
});

test('an alias stands alone and leads out of the circle', () => {
  const both = record('"a.example"', '"A"', '"192.0.2.1"') + record('"a.example"', '"CNAME"', '"b.example"');
  assert.match(faults(both)[0]!, /^5 record\[1\]: is a CNAME beside other records of the same name/);
  const circle = record('"a.example"', '"CNAME"', '"B.example"') + record('"b.example"', '"CNAME"', '"a.example"');
  assert.match(faults(circle)[0]!, /leads back to itself through CNAME records/);
  assert.deepEqual(
    faults(record('"a.example"', '"CNAME"', '"b.example"') + record('"b.example"', '"CNAME"', '"c.example"')),
    [],
  );
});

test('files that are not there yet are a notice, other mistakes of [resolve] are faults', () => {
  const result = read(
    '[resolve]\nhosts_file = "nowhere/hosts"\nlease_files = ["nowhere/leases"]\nlease_domain = "Home.Example"\n',
  );
  assert.ok(result.ok, JSON.stringify(result));
  assert.deepEqual(
    result.notices.map(({ key, message }) => `${key}: ${message}`),
    [
      'resolve.hosts_file: /etc/sotto/nowhere/hosts is not there yet; its names come when it is',
      'resolve.lease_files[0]: /etc/sotto/nowhere/leases is not there yet; its names come when it is',
    ],
  );
  assert.equal(nameToText(result.settings.resolve.leaseDomain), 'home.example');
  const wrong = faults(
    '[resolve]\nhosts_file = "/"\nlease_domain = "a..b"\ninfo_url = "http://example.org"\nddr = "no"\nprivate_relay = true\n',
  );
  assert.deepEqual(
    wrong.map((text) => text.split(':')[0]),
    [
      '2 resolve.hosts_file',
      '3 resolve.lease_domain',
      '4 resolve.info_url',
      '5 resolve.ddr',
      '6 resolve.private_relay',
    ],
  );
});
