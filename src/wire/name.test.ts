import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  concat,
  hex,
  message,
  name,
  nameOfLabels,
  pointer,
  question,
  record,
  staircase,
  toHex,
} from '../../test/fuzz/wire/messages.ts';
import { expandName, foldName, sameName, skipName } from './name.ts';

const out = new Uint8Array(255);

/** The name at `offset` written out as hex, or undefined. */
function expand(octets: Uint8Array, offset: number, end = octets.length): string | undefined {
  const length = expandName(octets, offset, end, out);
  return length < 0 ? undefined : toHex(out.subarray(0, length));
}

/** `example.org` at 12, then the octets given, at 25. */
function behindExample(octets: Uint8Array): Uint8Array {
  return concat(new Uint8Array(12), name('example.org'), octets);
}

const label63 = new Uint8Array(63).fill(0x61);
const longest = nameOfLabels(label63, label63, label63, label63.subarray(0, 61));
const tooLong = nameOfLabels(label63, label63, label63, label63.subarray(0, 62));

describe('names on the wire', () => {
  test('a pointer continues at an earlier name', () => {
    const octets = behindExample(concat(hex('03777777'), pointer(12)));
    assert.equal(expand(octets, 25), toHex(name('www.example.org')));
    assert.equal(skipName(octets, 25, octets.length), 31);
  });

  test('a pointer may lead to a pointer, and into the middle of a name', () => {
    const octets = behindExample(concat(pointer(20), pointer(25)));
    assert.equal(expand(octets, 27), toHex(name('org')));
  });

  test('W16 octets of a label pass untouched', () => {
    const odd = nameOfLabels(hex('00'), hex('2e'), hex('ff'), hex('20c328'), hex('41'));
    assert.equal(expand(behindExample(odd), 25), toHex(odd));
  });

  test('W10 a label length from 0x40 to 0xbf is malformed', () => {
    for (let length = 0x40; length <= 0xbf; length++) {
      const octets = behindExample(concat(Uint8Array.of(length), new Uint8Array(200).fill(1), Uint8Array.of(0)));
      assert.equal(skipName(octets, 25, octets.length), -1, `length ${length}`);
      assert.equal(expand(octets, 25), undefined, `length ${length}`);
    }
  });

  test('W10 255 octets are a name, 256 are not', () => {
    assert.equal(longest.length, 255);
    assert.equal(skipName(longest, 0, 255), 255);
    assert.equal(expand(longest, 0), toHex(longest));
    assert.equal(skipName(tooLong, 0, 256), -1);
    assert.equal(expand(tooLong, 0), undefined);
  });

  test('W10 a name that grows beyond 255 octets by its pointers is malformed', () => {
    const octets = concat(new Uint8Array(12), longest, hex('0161'), pointer(12));
    assert.equal(expand(octets, 267), undefined);
  });

  const badPointers: readonly [string, Uint8Array][] = [
    ['itself', pointer(25)],
    ['something later', pointer(27)],
    ['the header', pointer(11)],
    ['beyond the message', pointer(0x3fff)],
    ['its own first label', concat(hex('0161'), pointer(25))],
    ['nothing: its second octet is missing', hex('c0')],
  ];
  for (const [target, octets] of badPointers) {
    test(`W11 a pointer to ${target} is malformed`, () => {
      const whole = behindExample(octets);
      assert.equal(skipName(whole, 25, whole.length), -1);
      assert.equal(expand(whole, 25), undefined);
    });
  }

  test('W11 a pointer met on the way must lead further back too', () => {
    // 25: a pointer forward to 29, 27: a pointer to 25, 29: a name.
    const octets = behindExample(concat(pointer(29), pointer(25), name('a')));
    assert.equal(expand(octets, 27), undefined);
    assert.equal(expand(concat(octets, pointer(27)), octets.length), undefined);
  });

  test('W12 127 hops are followed and no more', () => {
    const octets = staircase(200);
    const firstStep = 12 + question(name(''), 1).length + 11 + 3;
    assert.equal(expand(octets, firstStep + 2 * 126), toHex(name('a')), '127 hops');
    assert.equal(expand(octets, firstStep + 2 * 127), undefined, '128 hops');
  });

  test('a name cut short anywhere is malformed', () => {
    const octets = behindExample(concat(hex('03777777'), pointer(12)));
    for (let end = 25; end < octets.length; end++) {
      assert.equal(skipName(octets, 25, end), -1, `end ${end}`);
      assert.equal(expand(octets, 25, end), undefined, `end ${end}`);
    }
  });

  test('folding changes ASCII letters and nothing else', () => {
    const every = Uint8Array.from({ length: 63 }, (_, i) => i + 0x40);
    const name = nameOfLabels(every, hex('c0dedeff'));
    const folded = name.slice();
    foldName(folded, folded.length);
    for (let i = 0; i < name.length; i++) {
      const octet = name[i]!;
      const isUpper = octet >= 0x41 && octet <= 0x5a;
      assert.equal(folded[i], isUpper ? octet + 0x20 : octet, `octet ${octet}`);
    }
  });

  test('C01 names are the same under ASCII case alone', () => {
    const same = (a: Uint8Array, b: Uint8Array) => sameName(a, a.length, b, b.length);
    assert.ok(same(name('ExAmPlE.org'), name('example.ORG')));
    assert.ok(!same(name('example.org'), name('example.com')));
    assert.ok(!same(name('example.org'), name('www.example.org')));
    assert.ok(!same(nameOfLabels(hex('c4')), nameOfLabels(hex('e4'))), 'no Latin-1 letters');
    assert.ok(!same(nameOfLabels(hex('40')), nameOfLabels(hex('60'))), 'no octets beside the letters');
    assert.ok(!same(nameOfLabels(hex('5b')), nameOfLabels(hex('7b'))), 'no octets beside the letters');
    assert.ok(!same(name('a.b'), nameOfLabels(hex('612e62'))), 'a dot in a label is no separator');
  });

  test('the owner of a record that follows a question is skipped to its type', () => {
    const octets = message({
      questions: [question(name('example.org'), 1)],
      answers: [record(pointer(12), 1, 60, hex('c0000201'))],
    });
    assert.equal(skipName(octets, 29, octets.length), 31);
  });
});
