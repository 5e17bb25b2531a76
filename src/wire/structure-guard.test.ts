import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import dnsPacket from 'dns-packet';
import {
  concat,
  FLAGS_RESPONSE,
  hex,
  message,
  type MessageFields,
  name,
  opt,
  option,
  pointer,
  question,
  record,
  soaRdata,
  staircase,
} from '../../test/fuzz/wire/messages.ts';
import { isStructurallySound } from './structure-guard.ts';

const exampleQuestion = question(name('example.org'), 1);
const owner = pointer(12);
const string = (text: string) => concat(Uint8Array.of(text.length), Buffer.from(text));

function answer(fields: MessageFields): Uint8Array {
  return message({ flags: FLAGS_RESPONSE, questions: [exampleQuestion], ...fields });
}

function recordCount(octets: Uint8Array): number {
  const { answers, authorities, additionals } = dnsPacket.decode(Buffer.from(octets));
  return answers!.length + authorities!.length + additionals!.length;
}

describe('what dns-packet may be given', () => {
  const bombs: readonly [string, Uint8Array][] = [
    [
      '31 octets with a TXT whose RDLENGTH lies',
      hex('000010000000ffffffffffff 00 0010 0001 00000000 ffff 0000000000000000'),
    ],
    ['27 octets with a NAPTR of RDLENGTH 0', hex('000010000000ffffffffffff 00 0023 0001 00000000 0000 00000000')],
    [
      '26 octets with an SSHFP of an unknown hash type',
      hex('00002c000000ffffffffffff 00 002c 0001 00000000 0003 010400'),
    ],
  ];
  for (const [what, octets] of bombs) {
    test(`${what}, decoded into 196,605 records, is refused`, () => {
      assert.equal(recordCount(octets), 196_605);
      assert.equal(isStructurallySound(octets), false);
    });
  }

  test('W12 a staircase is refused from 128 hops on', () => {
    assert.ok(isStructurallySound(staircase(100)));
    assert.ok(!isStructurallySound(staircase(8000)));
  });

  test('W12 128 hops are refused in an owner, and in RDATA', () => {
    const stairs = (steps: number) =>
      concat(name('a'), ...Array.from({ length: steps }, (_, i) => pointer(41 + (i === 0 ? 0 : 1 + 2 * i))));
    const top = (steps: number) => pointer(41 + 1 + 2 * steps);
    const climb = (steps: number, inOwner: boolean) =>
      answer({
        answers: [
          record(owner, 65_280, 60, stairs(steps)),
          inOwner ? record(top(steps), 65_280, 60, hex('')) : record(owner, 5, 60, top(steps)),
        ],
      });
    for (const inOwner of [true, false]) {
      assert.ok(isStructurallySound(climb(126, inOwner)));
      assert.ok(!isStructurallySound(climb(127, inOwner)));
    }
  });

  const bitmap = hex('0006 400000000003');
  const sound: readonly [string, number, Uint8Array][] = [
    ['A', 1, hex('c0000201')],
    ['NS', 2, owner],
    ['CNAME', 5, name('a.example')],
    ['SOA', 6, soaRdata(60)],
    ['PTR', 12, owner],
    ['HINFO', 13, concat(string('RFC8482'), string(''))],
    ['MX', 15, concat(hex('000a'), owner)],
    ['TXT', 16, concat(string('one'), string('two'))],
    ['TXT of nothing', 16, hex('')],
    ['RP', 17, concat(owner, owner)],
    ['AAAA', 28, new Uint8Array(16)],
    ['SRV', 33, concat(new Uint8Array(6), name('a'))],
    ['NAPTR', 35, concat(new Uint8Array(4), string('s'), string('x'), string(''), name(''))],
    ['DNAME', 39, name('example.net')],
    ['DS', 43, new Uint8Array(36)],
    ['SSHFP', 44, concat(hex('0401'), new Uint8Array(20))],
    ['SSHFP of SHA-256', 44, concat(hex('0402'), new Uint8Array(32))],
    ['RRSIG', 46, concat(new Uint8Array(18), name('example.org'), new Uint8Array(64))],
    ['NSEC', 47, concat(name('b.example'), bitmap)],
    ['DNSKEY', 48, concat(hex('0101 03 0d'), new Uint8Array(64))],
    ['NSEC3', 50, concat(hex('01 00 000a'), string('salt'), string('12345678901234567890'), bitmap)],
    ['TLSA', 52, concat(hex('030101'), new Uint8Array(32))],
    ['CAA', 257, concat(hex('00'), string('issue'), Buffer.from('ca.example'))],
    ['HTTPS', 65, hex('0001 00 0001 0003 026832')],
    ['an unknown type', 65_280, hex('c00c')],
  ];
  for (const [what, type, rdata] of sound) {
    test(`${what} is sound, and decodes with the record behind it`, () => {
      const octets = answer({ answers: [record(owner, type, 60, rdata), record(owner, 1, 60, hex('c0000201'))] });
      assert.ok(isStructurallySound(octets));
      const decoded = dnsPacket.decode(Buffer.from(octets)).answers!;
      assert.equal(decoded.length, 2);
      assert.deepEqual(decoded[1], {
        name: 'example.org',
        type: 'A',
        ttl: 60,
        class: 'IN',
        flush: false,
        data: '192.0.2.1',
      });
    });
  }

  const unsound: readonly [string, number, Uint8Array][] = [
    ['A of 16 octets', 1, new Uint8Array(16)],
    ['A of nothing', 1, hex('')],
    ['AAAA of 4 octets', 28, hex('c0000201')],
    ['NS that runs past RDATA', 2, hex('0361')],
    ['CNAME with an octet left', 5, concat(owner, hex('00'))],
    ['CNAME that points at itself', 5, pointer(41)],
    ['SOA without MINIMUM', 6, soaRdata(60).subarray(0, -4)],
    ['HINFO of one string', 13, string('x')],
    ['MX without exchange', 15, hex('000a')],
    ['TXT whose string runs past RDATA', 16, hex('05 61')],
    ['NAPTR whose third string runs past RDATA', 35, concat(new Uint8Array(4), hex('00 00 09'), name(''))],
    ['DS of three octets', 43, hex('000000')],
    ['SSHFP of an unknown hash type', 44, concat(hex('0404'), new Uint8Array(48))],
    ['SSHFP cut short', 44, concat(hex('0402'), new Uint8Array(20))],
    ['RRSIG without signer', 46, new Uint8Array(18)],
    ['NSEC with an empty bitmap window', 47, concat(name(''), hex('0000'))],
    ['NSEC with a window of 33 octets', 47, concat(name(''), hex('0021'), new Uint8Array(33))],
    ['NSEC3 whose hash runs past RDATA', 50, hex('01 00 000a 00 14 00')],
    ['TLSA of two octets', 52, hex('0301')],
    ['CAA whose tag runs past RDATA', 257, hex('00 09 61')],
  ];
  for (const [what, type, rdata] of unsound) {
    test(`${what} is refused`, () => {
      assert.equal(isStructurallySound(answer({ answers: [record(owner, type, 60, rdata)] })), false);
    });
  }

  const frames: readonly [string, Uint8Array, boolean][] = [
    ['a header', message({}), true],
    ['less than a header', new Uint8Array(11), false],
    ['more than 65,535 octets', new Uint8Array(65_536), false],
    [
      'a query with OPT',
      message({ questions: [exampleQuestion], additionals: [opt({ options: option(12, new Uint8Array(9)) })] }),
      true,
    ],
    ['octets behind the last record', concat(answer({}), hex('00')), true],
    ['two questions', message({ questions: [exampleQuestion, exampleQuestion] }), false],
    ['a question cut short', answer({}).subarray(0, -1), false],
    ['a count that lies', answer({ counts: [1, 0, 0, 1] }), false],
    ['RDLENGTH past the end', answer({ answers: [concat(owner, hex('ff00 0001 00000000 0001'))] }), false],
    ['an option past RDLEN', answer({ additionals: [opt({ options: hex('000f 0002 00') })] }), false],
    ['an owner that points forward', answer({ answers: [record(pointer(40), 1, 60, hex('c0000201'))] }), false],
  ];
  for (const [what, octets, expected] of frames) {
    test(`${what} is ${expected ? 'sound' : 'refused'}`, () => assert.equal(isStructurallySound(octets), expected));
  }
});
