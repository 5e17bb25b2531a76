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

test('a missing value is told beside a wrong type', () => {
  const told = faults('[[record]]\nname = "a.example"\ntype = "NAPTR"\n');
  assert.equal(told.length, 2);
  assert.match(told.join(' '), /has no value; write value/);
});

test('more records of a name and type than an answer has room for are a fault, once', () => {
  const texts = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      record('"a.example"', '"TXT"', `"${String(index).padStart(60, 'x')}"`),
    ).join('');
  assert.deepEqual(faults(texts(160)), []);
  const told = faults(texts(300));
  assert.equal(told.length, 1);
  assert.match(
    told[0]!,
    /^1 record\[0\]: is one of 300 TXT records of its name, 21900 octets in one answer; allowed: 12000$/,
  );
  assert.deepEqual(faults(record('"a.example"', '"TXT"', '"same"').repeat(900)), []);
});

test('a domain of leases that others have names in is refused', () => {
  for (const domain of ['com', 'ORG.', 'de', 'co.uk', 'arpa', 'in-addr.arpa', 'dev', 'localhost'])
    assert.match(
      faults(`[resolve]\nlease_domain = "${domain}"\n`).join(' '),
      /^2 resolve\.lease_domain: .*not of this network/,
    );
  for (const domain of ['lan', 'home.arpa', 'home.example.org', 'internal', 'fritz.box', 'example.co.uk'])
    assert.deepEqual(faults(`[resolve]\nlease_domain = "${domain}"\n`), [], domain);
});

test('a star among the names that are not cached is a fault, since it would stand for itself', () => {
  const told = faults('[cache]\nexclude = ["*.x.org", "y.org"]\n');
  assert.equal(told.length, 1);
  assert.match(told[0]!, /"\*\.x\.org" is not a name; .* without a star, since a name stands for everything below it/);
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

test('an alias has a fault that leads back by way of a wildcard, or over more aliases than are followed', () => {
  const rewrites = (...pairs: string[]) => faults(`[resolve.rewrites]\n${pairs.join('\n')}\n`);
  assert.match(rewrites('"*.w.example" = "y.w.example"')[0]!, /leads back to itself/);
  assert.match(rewrites('"a.example" = "b.w.example"', '"*.w.example" = "a.example"')[0]!, /leads back to itself/);
  // The wildcard stands for names that do not exist, and for none below those that do.
  assert.deepEqual(rewrites('"*.w.example" = "y.w.example"', '"y.w.example" = "192.0.2.1"'), []);
  assert.deepEqual(rewrites('"*.w.example" = "x.y.w.example"', '"y.w.example" = "192.0.2.1"'), []);
  assert.deepEqual(rewrites('"*.w.example" = "w.example"'), []);
  const zone = '[[zone]]\nname = "y.w.example"\nforward = ["192.168.1.1"]\n';
  assert.deepEqual(faults(`${zone}[resolve.rewrites]\n"*.w.example" = "x.y.w.example"\n`), []);

  // A file may give the name an address; an alias that is written out is one whatever stands in files.
  for (const file of ['hosts_file = "hosts"', 'lease_files = ["leases"]']) {
    const beside = (...pairs: string[]) => faults(`[resolve]\n${file}\n[resolve.rewrites]\n${pairs.join('\n')}\n`);
    assert.deepEqual(beside('"*.w.example" = "y.w.example"'), []);
    assert.deepEqual(beside('"a.example" = "b.w.example"', '"*.w.example" = "a.example"'), []);
    assert.match(beside('"a.example" = "b.example"', '"b.example" = "a.example"')[0]!, /leads back to itself/);
  }

  const chain = (links: number) =>
    Array.from({ length: links }, (_, index) => `"n${index}.example" = "n${index + 1}.example"`);
  assert.deepEqual(rewrites(...chain(8)), []);
  assert.deepEqual(rewrites(...chain(8), '"n8.example" = "192.0.2.1"'), []);
  const tooLong = rewrites(...chain(9));
  assert.equal(tooLong.length, 1);
  assert.match(tooLong[0]!, /^2 resolve\.rewrites.*n0\.example.*: leads over more than 8 CNAME records/);
  const intoCircle = rewrites('"a.example" = "b.example"', '"b.example" = "c.example"', '"c.example" = "b.example"');
  assert.deepEqual(
    intoCircle.map((text) => text.split(' ')[0]),
    ['3', '4'],
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

function notices(toml: string): string[] {
  const result = read(toml);
  assert.ok(result.ok, JSON.stringify(result));
  return result.notices.map(({ line, key, message }) => `${line} ${key}: ${message}`);
}

test('an address where a name belongs is a fault that says what to write', () => {
  assert.deepEqual(faults(record('"5.1.168.192.in-addr.arpa"', '"PTR"', '"192.168.1.5"')), [
    '4 record[0].value: "192.168.1.5" has an address where a PTR has the name of a host; write the name, and the address as name = "5.1.168.192.in-addr.arpa"',
  ]);
  for (const [type, value] of [
    ['"CNAME"', '"192.168.1.5"'],
    ['"MX"', '"10 192.168.1.5"'],
    ['"SRV"', '"0 5 443 fd00::1"'],
  ] as const)
    assert.match(
      faults(record('"a.example"', type, value)).join('\n'),
      /^4 record\[0\]\.value: .* has an address where/,
    );
  assert.deepEqual(faults(record('"192.168.1.5"', '"PTR"', '"nas.example"')), [
    '2 record[0].name: "192.168.1.5" is an address; the name of an address, for a PTR, is "5.1.168.192.in-addr.arpa"',
  ]);
  assert.deepEqual(faults(record('"5.1.168.192.in-addr.arpa"', '"PTR"', '"nas.example"')), []);
});

test('localhost and what lies below it stay this machine', () => {
  for (const toml of [
    record('"localhost"', '"A"', '"1.2.3.4"'),
    record('"*.localhost"', '"AAAA"', '"fd00::1"'),
    record('"app.localhost"', '"CNAME"', '"nas.example"'),
    record('"localhost"', '"TXT"', '"text"'),
  ])
    assert.match(
      faults(toml).join(),
      /^1 record\[0\]: ".*localhost" is this machine itself to every program \(RFC 6761\)/,
    );
  assert.match(
    faults('[resolve]\nrewrites = { "localhost" = "1.2.3.4" }\n').join(),
    /^2 resolve\.rewrites\.localhost: /,
  );
  assert.deepEqual(faults(record('"localhost"', '"A"', '"127.0.0.2"')), []);
  assert.deepEqual(faults(record('"localhost"', '"AAAA"', '"::1"')), []);
  assert.deepEqual(faults(record('"notlocalhost"', '"A"', '"1.2.3.4"')), []);
});

test('a record without which a name would have addresses elsewhere is noticed, and none where it takes nothing away', () => {
  const text = record('"Example.org"', '"TXT"', '"text"');
  assert.deepEqual(notices(text), [
    '1 record[0]: "example.org" is answered here alone with it, so its other types, such as addresses, are gone for clients; give it A and AAAA records beside this TXT, if it has addresses',
  ]);
  assert.equal(notices(text + text).length, 1);
  assert.equal(notices(`${text}[[zone]]\nname = "example.org"\nforward = ["192.168.1.1"]\n`).length, 1);
  for (const toml of [
    text + record('"example.org"', '"A"', '"192.0.2.1"'),
    `${text}[resolve]\nrewrites = { "example.org" = "192.0.2.1" }\n`,
    record('"_sip._tcp.example.org"', '"SRV"', '"0 5 5060 sip.example.org"'),
    record('"5.1.168.192.in-addr.arpa"', '"PTR"', '"nas.example"'),
    record('"nas.home.arpa"', '"TXT"', '"text"'),
    `${record('"nas.lan"', '"TXT"', '"text"')}[resolve]\nlease_files = ["/"]\n`.replace('"/"', '"/nowhere/leases"'),
  ])
    assert.deepEqual(
      notices(toml).filter((notice) => !notice.includes('is not there yet') && !notice.includes('has a [[record]]')),
      [],
      toml,
    );
});

test('a name that stands in rewrites and in a record is noticed: the records of both are its', () => {
  const both = `${record('"box.example"', '"AAAA"', '"2001:db8::1"')}[resolve]\nrewrites = { "box.example" = ["192.0.2.1", "192.0.2.2"] }\n`;
  assert.deepEqual(notices(both), [
    '6 resolve.rewrites."box.example": has a [[record]] as well, so it is answered with the records of both; write them all in one place',
  ]);
});
