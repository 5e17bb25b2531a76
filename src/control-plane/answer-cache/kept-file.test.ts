import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import {
  BLOCK_HEAD_BYTES,
  elapsedSeconds,
  encodeHeader,
  type KeptFile,
  type Moment,
  readKeptFile,
  sealBlock,
} from './kept-file.ts';

const BOOT = new Uint8Array(16).fill(9);
const ASKED = new Uint8Array(16).fill(7);
const WRITTEN: Moment = { wallMilliseconds: 1_800_000_000_000, upSeconds: 5000, boot: BOOT };

function block(answers: Uint8Array, count: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK_HEAD_BYTES + answers.length);
  bytes.set(answers, BLOCK_HEAD_BYTES);
  sealBlock(bytes, bytes.length, count);
  return bytes;
}

function fileOf(...blocks: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat([encodeHeader(WRITTEN, ASKED), ...blocks]));
}

const WHOLE = fileOf(block(Buffer.from('first'), 2), block(Buffer.from('second'), 3), block(new Uint8Array(), 5));

function wrong(file: KeptFile): string | undefined {
  return 'wrong' in file ? file.wrong : undefined;
}

describe('the file of kept answers', () => {
  test('tells when it was written, of whom its answers are, and where they stand', () => {
    const file = readKeptFile(WHOLE);
    assert.ok(!('wrong' in file));
    assert.deepEqual(file.writtenAt, WRITTEN);
    assert.deepEqual(file.asked, ASKED);
    assert.deepEqual(
      file.blocks.map(({ start, end, answerCount }) => [
        Buffer.from(WHOLE.subarray(start, end)).toString(),
        answerCount,
      ]),
      [
        ['first', 2],
        ['second', 3],
      ],
    );
  });

  test('cut short anywhere it is not used', () => {
    for (let length = 0; length < WHOLE.length; length++)
      assert.match(wrong(readKeptFile(WHOLE.subarray(0, length))) ?? '', /^is /, `${length} octets`);
  });

  test('with any octet changed it is not used', () => {
    for (let at = 0; at < WHOLE.length; at++) {
      const changed = WHOLE.slice();
      changed[at]! ^= 0x10;
      assert.match(wrong(readKeptFile(changed)) ?? '', /^is /, `octet ${at}`);
    }
  });

  test('with octets behind its end, a block missing or twice, it is not used', () => {
    const first = block(Buffer.from('first'), 2);
    const ending = block(new Uint8Array(), 2);
    assert.equal(wrong(readKeptFile(fileOf(first, ending))), undefined);
    assert.equal(wrong(readKeptFile(fileOf(first, ending, Uint8Array.of(0)))), 'is damaged');
    assert.equal(wrong(readKeptFile(fileOf(ending))), 'is damaged');
    assert.equal(wrong(readKeptFile(fileOf(first, first, ending))), 'is damaged');
  });

  test('another file, and one of another version, are told apart from damage', () => {
    assert.equal(wrong(readKeptFile(Buffer.from('# a hosts file\n'))), 'is not a file of kept answers');
    assert.equal(wrong(readKeptFile(new Uint8Array())), 'is not a file of kept answers');
    const later = WHOLE.slice();
    const view = new DataView(later.buffer);
    view.setUint32(8, 4);
    view.setUint32(64, crc32(later.subarray(0, 64)));
    assert.equal(wrong(readKeptFile(later)), 'is of version 4, this is version 3');
  });
});

describe('the time that passed', () => {
  const later = (wallSeconds: number, upSeconds: number, boot = BOOT): Moment => ({
    wallMilliseconds: WRITTEN.wallMilliseconds + wallSeconds * 1000,
    upSeconds: WRITTEN.upSeconds + upSeconds,
    boot,
  });
  const otherBoot = new Uint8Array(16).fill(8);
  const unknownBoot = new Uint8Array(16);
  const cases: readonly [string, Moment, number | undefined, Moment?][] = [
    ['is that of the wall clock', later(100.2, 90, otherBoot), 101],
    ['is that of the up time where the clock was set back since', later(-3600, 100), 100],
    ['is that of the clock where the up time says less', later(200, 100), 200],
    ['is unknown where the clock was set back before this start of the system', later(-1, -4000, otherBoot), undefined],
    ['is that of the wall clock where the system does not name its starts', later(50, -4000, unknownBoot), 50],
    [
      'is unknown where the clock went back and starts have no names',
      later(-50, 100, unknownBoot),
      undefined,
      { ...WRITTEN, boot: unknownBoot },
    ],
    ['is much after a clock that was set forward: answers then end early', later(1e8, 10), 1e8],
    [
      'is unknown where no number was written',
      later(1, 1, otherBoot),
      undefined,
      { ...WRITTEN, wallMilliseconds: Number.NaN },
    ],
  ];
  for (const [what, now, expected, written = WRITTEN] of cases)
    test(what, () => assert.equal(elapsedSeconds(written, now), expected));
});
