import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LINE_MAX_BYTES } from './line-fault.ts';
import { WholeLines } from './whole-lines.ts';

const SEED = 20_260_102;
const TOO_LONG = '<too long>';

function cut(chunks: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const wholeLines = new WholeLines(
    (bytes, start, end) => {
      const text = Buffer.from(bytes.subarray(start, end)).toString('latin1');
      lines.push(...(text.endsWith('\n') ? text.slice(0, -1) : text).split('\n'));
    },
    () => lines.push(TOO_LONG),
  );
  for (const chunk of chunks) wholeLines.push(chunk);
  wholeLines.end();
  return lines;
}

/** The same by way of strings. */
function model(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.length > LINE_MAX_BYTES ? TOO_LONG : line));
}

function chunksOf(text: string, cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text, 'latin1');
  const places = [0, ...cuts.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}

describe('lines out of chunks', () => {
  test('a line of the longest length is a line, one octet more is not', () => {
    const longest = 'x'.repeat(LINE_MAX_BYTES);
    for (const text of [
      longest,
      `${longest}\n`,
      `a\n${longest}\nb\n`,
      `${longest}x`,
      `${longest}x\n`,
      `a\n${longest}x\nb`,
    ]) {
      assert.deepEqual(cut([Buffer.from(text)]), model(text));
      assert.deepEqual(cut(chunksOf(text, [1, 5000, 8193])), model(text));
    }
  });

  test('the same lines come out however the text is cut into chunks', () => {
    const line = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', '\r', ' '), maxLength: 30 }),
      fc.integer({ min: LINE_MAX_BYTES - 2, max: LINE_MAX_BYTES + 3 }).map((length) => 'y'.repeat(length)),
      fc.integer({ min: 1, max: 40_000 }).map((length) => 'z'.repeat(length)),
    );
    const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));
    const property = fc.property(text, fc.array(fc.nat(100_000), { maxLength: 8 }), (whole, cuts) => {
      assert.deepEqual(cut(chunksOf(whole, cuts)), model(whole));
    });
    fc.assert(property, { seed: SEED, numRuns: 500 });
  });
});
