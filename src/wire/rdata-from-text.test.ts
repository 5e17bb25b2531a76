import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rdataFromText, WRITABLE_TYPES } from './rdata-from-text.ts';
import { isRdataWellFormed } from './rdata-shape.ts';
import { typeFromText } from './type-text.ts';

function hexOf(type: string, text: string): string {
  const rdata = rdataFromText(typeFromText(type)!, text);
  assert.ok(typeof rdata !== 'string', `${text}: ${String(rdata)}`);
  return Buffer.from(rdata).toString('hex');
}

test('values are read as zone files write them', () => {
  const cases: readonly (readonly [type: string, text: string, hex: string])[] = [
    ['A', '192.0.2.1', 'c0000201'],
    ['AAAA', '2001:DB8::1', '20010db8000000000000000000000001'],
    ['CNAME', 'Nas.example.', '034e6173076578616d706c6500'],
    ['PTR', 'bücher.example', `0d${Buffer.from('xn--bcher-kva').toString('hex')}076578616d706c6500`],
    ['MX', '10 mail.example', '000a046d61696c076578616d706c6500'],
    ['SRV', '0 5 443 s.example', '0000000501bb0173076578616d706c6500'],
    ['TXT', '"hello world" plain "\\"q\\" \\065"', '0b68656c6c6f20776f726c6405706c61696e0522712220' + '41'],
    ['TXT', '""', '00'],
    ['TXT', 'ä', '02c3a4'],
  ];
  for (const [type, text, hex] of cases) assert.equal(hexOf(type, text), hex, text);
});

test('parameters of HTTPS and SVCB stand in ascending order, whatever the order they were written in', () => {
  assert.equal(
    hexOf('HTTPS', '1 . port=8443 alpn="h2,h3" mandatory=port,alpn ipv4hint=192.0.2.1,192.0.2.2'),
    ['000100', '0000000400010003', '0001000602683202' + '6833', '0003000220fb', '00040008c0000201c0000202'].join(''),
  );
  assert.equal(hexOf('SVCB', '0 other.example'), '0000056f74686572076578616d706c6500');
  assert.equal(
    hexOf('SVCB', '2 . alpn=h2 dohpath=/dns-query{?dns} key65333=\\000x'),
    [
      '000200',
      '000100030268' + '32',
      `00070010${Buffer.from('/dns-query{?dns}').toString('hex')}`,
      'ff350002' + '0078',
    ].join(''),
  );
});

test('a parameter written by its number is raw octets, and an octet above 127 stays itself in one written by its name', () => {
  assert.equal(hexOf('SVCB', '1 . key3=ab'), '00010000030002' + '6162');
  assert.equal(hexOf('SVCB', '1 . key1=\\002h2'), '00010000010003' + '026832');
  assert.equal(hexOf('SVCB', '1 . alpn=\\128\\255'), '00010000010003' + '0280ff');
  assert.equal(hexOf('SVCB', '1 . ech=AQI'), hexOf('SVCB', '1 . ech=AQI='));
});

test('what is no value of its type is refused with a sentence', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    A: ['', '::1', '192.0.2.256', '192.0.2.1 192.0.2.2', 'name'],
    AAAA: ['192.0.2.1', 'fe80::1%eth0'],
    CNAME: ['a..b', 'a b', ''],
    MX: ['mail.example', '65536 mail.example', '-1 mail.example'],
    SRV: ['0 5 server.example', '0 5 99999 server.example'],
    TXT: ['"open', `"${'x'.repeat(256)}"`, '\\300', '\\1'],
    HTTPS: [
      '1',
      '1 . alpn',
      '1 . alpn=',
      '1 . alpn=h2 alpn=h3',
      '1 . port=70000',
      '1 . ipv4hint=::1',
      '1 . no-default-alpn',
      '1 . mandatory=port',
      '1 . mandatory=mandatory',
      '1 . nonsense=1',
      '1 . key65535=x',
      '0 other.example port=1',
    ],
    SVCB: [
      '1 . dohpath=/dns-query',
      '1 . ech=%%',
      '1 . ech=abcde',
      '1 . ech=QUI=QUI=',
      '1 . key3=abc',
      '1 . key1=h2',
      '1 . key1=\\000',
      '1 . key4=abc',
      '1 . key6=abcd',
      '1 . key0=\\000',
      '1 . key2=x',
      `1 . key9=${'x'.repeat(8001)}`,
    ],
  };
  for (const [type, texts] of Object.entries(cases))
    for (const text of texts)
      assert.equal(typeof rdataFromText(typeFromText(type)!, text), 'string', `${type} ${text}`);
});

test('any text is read or refused, and what is read has the shape of its type', () => {
  const words = fc.array(
    fc.constantFrom(
      '1',
      '.',
      'a.example',
      'alpn=h2',
      '"',
      '\\',
      '\\03',
      'port=1',
      '192.0.2.1',
      '::1',
      'ä',
      'mandatory=',
      'key1',
      'key3=ab',
      'ech=',
      'abcde',
      'QUJD==',
      ' ',
    ),
    { maxLength: 8 },
  );
  const texts = fc.oneof(
    fc.string({ maxLength: 60 }),
    words.map((parts) => parts.join(' ')),
    words.map((parts) => parts.join('')),
  );
  const property = fc.property(fc.constantFrom(...WRITABLE_TYPES), texts, (type, text) => {
    const rdata = rdataFromText(type, text);
    if (typeof rdata === 'string') assert.notEqual(rdata, '');
    else assert.ok(isRdataWellFormed(rdata, type, 0, rdata.length));
  });
  fc.assert(property, { numRuns: 2000, seed: 9460 });
});

test('no value makes an error of our own, whatever parameter of a service it stands for', () => {
  const names = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint', 'dohpath', 'ohttp'];
  const keys = fc.oneof(
    fc.constantFrom(...names),
    fc.nat(65_536).map((number) => `key${number}`),
    fc.nat(8).map((number) => `key${number}`),
  );
  const values = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...'abAZ09+/=,\\":. '), maxLength: 24 }),
  );
  const property = fc.property(keys, values, (key, value) => {
    const rdata = rdataFromText(typeFromText('SVCB')!, `1 . ${key}=${value}`);
    if (typeof rdata === 'string') assert.notEqual(rdata, '');
    else assert.ok(rdata.length >= 7);
  });
  fc.assert(property, { numRuns: 5000, seed: 9460 });
  const everyType = fc.property(fc.constantFrom(...WRITABLE_TYPES), fc.string({ unit: 'binary' }), (type, text) => {
    rdataFromText(type, text);
  });
  fc.assert(everyType, { numRuns: 5000, seed: 1035 });
});
