import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { hostileMessage, labels, wireName } from '../../test/fuzz/wire/arbitraries.ts';
import {
  concat,
  FLAGS_RESPONSE,
  hex,
  message,
  name,
  nameOfLabels,
  type Octets,
  pointer,
  question,
  record,
  soaRdata,
  staircase,
} from '../../test/fuzz/wire/messages.ts';
import { skipName } from './name.ts';
import { copyRecord } from './record-copy.ts';

const SEED = 20_261_122;
const QUESTION = 12;

/** RDATA out of names: the same text with the names written out and with them compressed. */
type Rdata = (first: Uint8Array, second: Uint8Array) => Uint8Array;
const oneName: Rdata = (first) => first;
const preference: Rdata = (first) => concat(hex('000a'), first);
const twoNames: Rdata = (first, second) => concat(first, second);
const numbers = soaRdata(300).slice(-20);

const COMPRESSIBLE: readonly [type: number, mnemonic: string, rdata: Rdata][] = [
  [2, 'NS', oneName],
  [3, 'MD', oneName],
  [4, 'MF', oneName],
  [5, 'CNAME', oneName],
  [6, 'SOA', (first, second) => concat(first, second, numbers)],
  [7, 'MB', oneName],
  [8, 'MG', oneName],
  [9, 'MR', oneName],
  [12, 'PTR', oneName],
  [14, 'MINFO', twoNames],
  [15, 'MX', preference],
  [17, 'RP', twoNames],
  [18, 'AFSDB', preference],
  [21, 'RT', preference],
  [24, 'SIG', (first) => concat(new Uint8Array(18).fill(7), first, hex('c00c0102'))],
  [26, 'PX', (first, second) => concat(hex('000a'), first, second)],
  [30, 'NXT', (first) => concat(first, hex('62000000'))],
  [33, 'SRV', (first) => concat(hex('000100020003'), first)],
  [35, 'NAPTR', (first) => concat(hex('00010002 0155 03616263 00'), first)],
  [36, 'KX', preference],
  [39, 'DNAME', oneName],
];

/** The record behind the question of `packet`, copied behind 12 octets of another message. */
function copyFirst(packet: Uint8Array): Octets | undefined {
  const out = new Uint8Array(65_535);
  const at = skipName(packet, QUESTION, packet.length) + 4;
  const end = copyRecord(packet, at, packet.length, out, QUESTION);
  return end < 0 ? undefined : out.slice(QUESTION, end);
}

function answer(questionName: Uint8Array, ...records: Uint8Array[]): Octets {
  return message({ flags: FLAGS_RESPONSE, questions: [question(questionName, 255)], answers: records });
}

describe('a record copied out of its message', () => {
  for (const [type, mnemonic, rdata] of COMPRESSIBLE) {
    test(`RFC 3597 section 4: the names of ${mnemonic} are written out`, () => {
      const property = fc.property(labels, labels, (front, back) => {
        const origin = nameOfLabels(...back);
        const whole = nameOfLabels(...front, ...back);
        fc.pre(whole.length <= 255);
        // The same name: its own labels, then a pointer to the question.
        const compressed = concat(nameOfLabels(...front).slice(0, -1), pointer(QUESTION));
        const copied = copyFirst(answer(origin, record(compressed, type, 60, rdata(compressed, pointer(QUESTION)))));
        assert.deepEqual(copied, record(whole, type, 60, rdata(whole, origin)));
      });
      fc.assert(property, { seed: SEED, numRuns: 60 });
    });
  }

  test('dns-packet reads the same from the copy as from the original', () => {
    for (const [type, , rdata] of COMPRESSIBLE.filter(([number]) =>
      [2, 5, 6, 12, 15, 17, 33, 35, 39].includes(number),
    )) {
      const target = concat(hex('03777777'), pointer(QUESTION));
      const packet = answer(name('Example.org'), record(pointer(QUESTION), type, 60, rdata(target, target)));
      const copied = copyFirst(packet)!;
      const again = answer(name('other.test'), copied);
      assert.deepEqual(dnsPacket.decode(Buffer.from(again)).answers, dnsPacket.decode(Buffer.from(packet)).answers);
    }
  });

  test('C22 RDATA of any other type is the same to the octet, pointers or not', () => {
    const known = new Set(COMPRESSIBLE.map(([type]) => type));
    const otherType = fc.integer({ min: 0, max: 65_535 }).filter((type) => !known.has(type));
    const property = fc.property(wireName, otherType, fc.uint8Array({ maxLength: 60 }), (owner, type, octets) => {
      const rdata = concat(octets, pointer(QUESTION));
      assert.deepEqual(
        copyFirst(answer(owner, record(pointer(QUESTION), type, 60, rdata))),
        record(owner, type, 60, rdata),
      );
    });
    fc.assert(property, { seed: SEED, numRuns: 500 });
  });

  test('RDATA that is empty stays empty, whatever its type', () => {
    for (const type of [2, 6, 15, 65_280])
      assert.deepEqual(
        copyFirst(answer(name('a'), record(pointer(QUESTION), type, 0, hex('')))),
        record(name('a'), type, 0, hex('')),
      );
  });

  test('letter case and class stay', () => {
    const packet = answer(name('ExAmple'), record(pointer(QUESTION), 5, 60, name('TaRget'), 3));
    assert.deepEqual(copyFirst(packet), record(name('ExAmple'), 5, 60, name('TaRget'), 3));
  });
});

describe('a record that cannot be copied', () => {
  const broken: readonly [string, Uint8Array][] = [
    ['a CNAME that points at itself', record(pointer(QUESTION), 5, 60, pointer(QUESTION + 21))],
    ['a CNAME that points forward', record(pointer(QUESTION), 5, 60, pointer(0x3fff))],
    ['a CNAME with octets behind its target', record(pointer(QUESTION), 5, 60, concat(name('a'), hex('00')))],
    ['a target that runs past RDATA', record(pointer(QUESTION), 2, 60, hex('0361'))],
    ['an MX without exchange', record(pointer(QUESTION), 15, 60, hex('000a'))],
    ['an MX of one octet', record(pointer(QUESTION), 15, 60, hex('00'))],
    ['an SOA of one name', record(pointer(QUESTION), 6, 60, name('a'))],
    ['a NAPTR whose string runs past RDATA', record(pointer(QUESTION), 35, 60, hex('00010002 ff'))],
    ['a NAPTR that ends with its strings', record(pointer(QUESTION), 35, 60, hex('00010002 000000'))],
    ['RDLENGTH past the end', concat(record(pointer(QUESTION), 1, 60, hex('')).slice(0, -2), hex('0004c0'))],
    ['an owner past the end', hex('c0')],
  ];
  for (const [what, octets] of broken)
    test(what, () =>
      assert.equal(
        copyFirst(message({ flags: FLAGS_RESPONSE, questions: [question(name('a.b'), 1)], answers: [octets] })),
        undefined,
      ),
    );

  test('there is no room for it', () => {
    const packet = answer(
      name('example.org'),
      record(pointer(QUESTION), 5, 60, concat(hex('0161'), pointer(QUESTION))),
    );
    const whole = copyFirst(packet)!;
    const at = skipName(packet, QUESTION, packet.length) + 4;
    for (let room = 0; room < whole.length; room++)
      assert.equal(copyRecord(packet, at, packet.length, new Uint8Array(room), 0), -1, `${room} octets`);
    assert.equal(copyRecord(packet, at, packet.length, new Uint8Array(whole.length), 0), whole.length);
  });
});

test('W12 any octets: a copy holds no pointer, and copying it again changes nothing', () => {
  const out = new Uint8Array(65_535);
  const again = new Uint8Array(65_535);
  const check = (octets: Uint8Array) => {
    for (let offset = QUESTION; offset < octets.length; offset++) {
      const end = copyRecord(octets, offset, octets.length, out, QUESTION);
      if (end < 0) continue;
      assert.equal(copyRecord(out, QUESTION, end, again, QUESTION), end);
      assert.deepEqual(again.subarray(QUESTION, end), out.subarray(QUESTION, end));
    }
  };
  fc.assert(fc.property(hostileMessage, check), { seed: SEED, numRuns: 500 });
});

test('W12 a staircase of pointers is climbed at most 127 steps', () => {
  const packet = staircase(200);
  assert.notEqual(copyFirst(packet), undefined);
  const out = new Uint8Array(65_535);
  const stairs = skipName(packet, QUESTION, packet.length) + 4;
  const climbing = stairs + 11 + 3 + 2 * 200;
  assert.equal(copyRecord(packet, climbing, packet.length, out, 0), -1);
});
