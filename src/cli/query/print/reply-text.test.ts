import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertGolden } from '../../../../test/fixtures/golden.ts';
import { hostileMessage, oddRdata, validAnswer } from '../../../../test/fuzz/wire/arbitraries.ts';
import {
  concat,
  FLAGS_RESPONSE,
  hex,
  message,
  name,
  nameOfLabels,
  type Octets,
  opt,
  option,
  pointer,
  question,
  record,
  staircase,
  uint16,
  uint32,
} from '../../../../test/fuzz/wire/messages.ts';
import { TYPE } from '../../../wire/numbers.ts';
import { replyToText } from './reply-text.ts';

const SEED = 20_261_122;
const ASKED = name('example.org');
const OWNER = pointer(12);
const ESCAPE = 0x1b;

function shown(reply: Octets): string {
  return replyToText({ message: reply, from: 'udp://192.0.2.53:53', milliseconds: 3.1 });
}

/** What is printed as the RDATA of one record. */
function rdataShown(type: number, rdata: Uint8Array): string {
  const reply = message({
    flags: FLAGS_RESPONSE,
    questions: [question(ASKED, type)],
    answers: [record(OWNER, type, 60, rdata)],
  });
  const line = shown(reply).split('\n').at(-1)!;
  const [owner, ttlSeconds, klass, , ...rest] = line.split(/ {2,}/);
  assert.deepEqual([owner, ttlSeconds, klass], ['example.org.', '60', 'IN']);
  return rest.join('  ');
}

const text = (value: string): Octets => new Uint8Array(Buffer.from(value, 'latin1'));
const string = (value: string): Octets => concat(Uint8Array.of(value.length), text(value));

describe('a reply', () => {
  test('is shown as status, extended errors and sections', () => {
    const reply = message({
      flags: 0x8183,
      questions: [question(ASKED, TYPE.A)],
      answers: [
        record(OWNER, TYPE.CNAME, 300, name('a.very.long.name.that.does.not.widen.its.column.example.org')),
        record(name('a.very.long.name.that.does.not.widen.its.column.example.org'), TYPE.A, 5, hex('c0000201')),
      ],
      authorities: [
        record(
          OWNER,
          TYPE.SOA,
          60,
          concat(name('ns'), nameOfLabels(text('the.admin'), text('example')), ...[1, 2, 3, 4, 60].map(uint32)),
        ),
      ],
      additionals: [
        record(name('ns'), TYPE.AAAA, 60, hex('20010db8000000000000000000000001'), 3),
        record(name('ns'), TYPE.TXT, 0xffff_ffff, string('of a class without a name'), 4711),
        opt({
          flags: 0x8000,
          options: concat(
            option(15, concat(uint16(15), text('blocked by ads'))),
            option(15, concat(uint16(4711), Buffer.from('\x1b[31mred\u202e'))),
            option(15, uint16(3)),
            option(3, text('ns1')),
            option(12, new Uint8Array(20)),
            option(15, Uint8Array.of(1)),
          ),
        }),
      ],
    });
    assertGolden('cli-reply.txt', shown(reply));
  });

  test('names an RCODE that needs the bits of OPT', () => {
    const reply = message({ flags: FLAGS_RESPONSE, additionals: [opt({ extendedRcode: 1 })] });
    assert.match(shown(reply), /^BADVERS {2}flags qr rd ra {2}23 octets {2}3\.1 ms {2}udp:/);
  });

  test('whose counts lie is shown as octets and never decoded', () => {
    const reply = message({
      flags: FLAGS_RESPONSE,
      questions: [question(ASKED, TYPE.TXT)],
      answers: [record(OWNER, TYPE.TXT, 60, text('\x1b[2J')), new Uint8Array(600)],
      counts: [1, 0xffff, 0xffff, 0xffff],
    });
    assertGolden('cli-broken-reply.txt', shown(reply));
  });

  test('of a header alone is shown', () => {
    assert.equal(shown(message({ flags: 0x8005 })), 'REFUSED  flags qr  12 octets  3.1 ms  udp://192.0.2.53:53');
  });
});

describe('RDATA', () => {
  const rows: readonly [number, Uint8Array, string][] = [
    [TYPE.A, hex('c0000201'), '192.0.2.1'],
    [TYPE.AAAA, hex('20010db8000000000000000000000001'), '2001:db8::1'],
    [TYPE.NS, OWNER, 'example.org.'],
    [TYPE.PTR, name(''), '.'],
    [TYPE.CNAME, nameOfLabels(text('a.b'), Uint8Array.of(ESCAPE, 0xff), text('x y')), 'a\\.b.\\027\\255.x\\032y.'],
    [TYPE.MX, concat(uint16(10), name('mail').slice(0, -1), OWNER), '10 mail.example.org.'],
    [
      TYPE.TXT,
      concat(string('v=1 "q" \\'), string('\x1b]0;title\x07\xff')),
      '"v=1 \\"q\\" \\\\" "\\027]0;title\\007\\255"',
    ],
    [TYPE.TXT, string(''), '""'],
    [TYPE.TXT, hex(''), '\\# 0'],
    // RESINFO, SPF.
    [
      261,
      concat(string('exterr=15-17'), string('infourl=https://a.example')),
      '"exterr=15-17" "infourl=https://a.example"',
    ],
    [99, string('v=spf1 -all'), '"v=spf1 -all"'],
    [TYPE.HINFO, concat(string('CPU'), string('an OS')), '"CPU" "an OS"'],
    [TYPE.HINFO, concat(string('\xff'), string('')), '\\# 3 01ff00'],
    [TYPE.RP, concat(name('admin.example'), name('')), 'admin.example. .'],
    [TYPE.SRV, concat(uint16(1), uint16(2), uint16(443), OWNER), '1 2 443 example.org.'],
    [
      TYPE.NAPTR,
      concat(uint16(1), uint16(2), string('S'), string('SIP+D2T'), string(''), name('_sip._tcp')),
      '1 2 "S" "SIP+D2T" "" _sip._tcp.',
    ],
    [TYPE.CAA, concat(Uint8Array.of(128), string('issue'), text('ca.example')), '128 issue "ca.example"'],
    [TYPE.CAA, concat(Uint8Array.of(0), string('a b'), text('')), '\\# 5 0003612062'],
    [TYPE.DS, hex('ec45 05 02 00ff'), '60485 5 2 00FF'],
    [TYPE.SSHFP, hex(`01 01 ${'ab'.repeat(20)}`), `1 1 ${'AB'.repeat(20)}`],
    [TYPE.TLSA, hex('03 01 01 00ff'), '3 1 1 00ff'],
    [TYPE.DNSKEY, hex('0101 03 0d 00ff'), '257 3 13 AP8='],
    [TYPE.DNSKEY, hex('0101 04 0d 00ff'), '\\# 6 0101040d00ff'],
    [
      TYPE.RRSIG,
      concat(hex('0041 0d 02 00000e10 65920080 6568ce00 04d2'), OWNER, hex('00ff')),
      'HTTPS 13 2 3600 20240101000000 20231130180136 1234 example.org. AP8=',
    ],
    [TYPE.NSEC, concat(OWNER, hex('00 09 40 00 00 00 00 03 00 00 40')), 'example.org. A RRSIG NSEC HTTPS'],
    [TYPE.NSEC3, hex('01 00 000a 02 aabb 05 0011223344 00 01 40'), '1 0 10 aabb 008i4cq4 A'],
    [TYPE.NSEC3, hex('01 01 0000 00 01 ff 00 01 40'), '1 1 0 - vs A'],
    [256, hex('000a 0001 6162'), '\\# 6 000a00016162'],
    [65_280, hex('1b'), '\\# 1 1b'],
  ];
  for (const [type, rdata, expected] of rows) {
    test(`of type ${type}, ${Buffer.from(rdata).toString('hex') || 'empty'}, reads ${expected.slice(0, 60)}`, () => {
      assert.equal(rdataShown(type, rdata), expected);
    });
  }
});

describe('RDATA of HTTPS', () => {
  const parameter = (key: number, value: Uint8Array): Octets => concat(uint16(key), uint16(value.length), value);
  const alias = concat(uint16(0), OWNER);
  const service = (...parameters: readonly Uint8Array[]): Octets => concat(uint16(1), name(''), ...parameters);
  const rows: readonly [string, Uint8Array, string][] = [
    ['an alias', alias, '0 example.org.'],
    [
      'parameters with readable values',
      service(
        parameter(0, hex('0001 0003')),
        parameter(1, concat(string('h2'), string('h3'))),
        parameter(2, hex('')),
        parameter(3, uint16(8443)),
        parameter(4, hex('c0000201 c0000202')),
        parameter(5, hex('00ff')),
        parameter(6, hex('20010db8000000000000000000000001')),
        parameter(7, text('/dns-query{?dns}')),
        parameter(667, text('a"\x1b')),
      ),
      '1 . mandatory=alpn,port alpn=h2,h3 no-default-alpn port=8443 ipv4hint=192.0.2.1,192.0.2.2 ech=AP8= ipv6hint=2001:db8::1 dohpath="/dns-query{?dns}" key667="a\\"\\027"',
    ],
    [
      'values that are not what their key promises',
      service(
        parameter(1, hex('05 6832')),
        parameter(3, hex('00')),
        parameter(4, hex('c00002')),
        parameter(9, hex('')),
      ),
      '1 . key1="\\005h2" key3="\\000" key4="\\192\\000\\002" key9',
    ],
    ['an identifier with a comma', service(parameter(1, string('a,b'))), '1 . key1="\\003a,b"'],
    ['keys out of order', service(parameter(3, uint16(1)), parameter(1, string('h2'))), '\\# 16'],
    ['a value that runs past the end', service(hex('0003 0005 01')), '\\# 8'],
    ['no target', hex('0001'), '\\# 2 0001'],
  ];
  for (const [what, rdata, expected] of rows) {
    test(`with ${what}`, () => {
      const printed = rdataShown(TYPE.HTTPS, rdata);
      if (expected.startsWith('\\#')) assert.ok(printed.startsWith(expected), printed);
      else assert.equal(printed, expected);
    });
  }
});

describe('whatever a server sends', () => {
  const assertHarmless = (reply: Octets): void => {
    if (reply.length < 12) return;
    assert.doesNotMatch(shown(reply).replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  };

  test('is printed without a throw and without control characters', () => {
    fc.assert(fc.property(fc.oneof(hostileMessage, oddRdata, validAnswer), assertHarmless), {
      seed: SEED,
      numRuns: 1500,
    });
  });

  test('costs bounded work, also where every name leads down a staircase of pointers', () => {
    assertHarmless(staircase(127));
    assertHarmless(staircase(2000));
  });
});
