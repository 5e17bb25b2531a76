import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readDurationSeconds, readSize } from './quantities.ts';

describe('sizes', () => {
  for (const [written, bytes] of [
    ['200MB', 200_000_000],
    ['64KiB', 65_536],
    ['1GB', 1_000_000_000],
    ['1.5MiB', 1_572_864],
    ['2 MiB', 2_097_152],
    ['2mb', 2_000_000],
    ['100000B', 100_000],
    [70_000, 70_000],
  ] as const)
    test(`${written} is ${bytes} octets`, () => {
      assert.deepEqual(readSize(written, 0, 1e12), { value: bytes });
    });

  for (const written of ['200M', '200', 'MB', '-1MB', '1e9', '', '٣MB', 1.5, Number.NaN, true, undefined, {}, ['1MB']])
    test(`${JSON.stringify(written)} is refused, with the right form`, () => {
      assert.match(readSize(written, 0, 1e12).wrong ?? '', /is not a size; write .*"200MB"/);
    });

  test('a size out of range names the range', () => {
    assert.deepEqual(readSize('1kB', 1e6, 64e9), { wrong: '"1kB" is out of range; allowed: 1MB to 64GB' });
    assert.deepEqual(readSize(-5, 0, 10), { wrong: 'the number -5 is out of range; allowed: 0B to 10B' });
  });
});

describe('durations', () => {
  for (const [written, seconds] of [
    ['24h', 86_400],
    ['90s', 90],
    ['1h30m', 5400],
    ['2000ms', 2],
    ['1w2d3h4m5s', 788_645],
    ['0s', 0],
  ] as const)
    test(`${written} is ${seconds} seconds`, () => {
      assert.deepEqual(readDurationSeconds(written, 0, 1e9), { value: seconds });
    });

  test('a number without a unit is refused, since it could mean seconds or minutes', () => {
    const wrong = '90 has no unit; write "90s" if seconds are meant, else ms, m, h, d or w';
    assert.deepEqual(readDurationSeconds(90, 0, 1e9), { wrong });
    assert.deepEqual(readDurationSeconds('90', 0, 1e9), { wrong });
  });

  for (const written of ['30m1h', '1.5h', 'h', '1H', '', '-1s', '5 minutes', '1h ', true, null, new Date()])
    test(`${JSON.stringify(written)} ${written === '1h ' ? 'is read without its blank' : 'is refused'}`, () => {
      const reading = readDurationSeconds(written, 0, 1e9);
      if (written === '1h ') assert.deepEqual(reading, { value: 3600 });
      else assert.match(reading.wrong ?? '', /is not a duration; write .*"1h30m"/);
    });

  test('fractions of a second are refused', () => {
    assert.match(readDurationSeconds('1500ms', 0, 10).wrong ?? '', /whole number of seconds/);
  });

  test('a duration out of range names the range', () => {
    assert.deepEqual(readDurationSeconds('30s', 60, 2_592_000), { wrong: '"30s" is out of range; allowed: 1m to 30d' });
  });

  test('what is written from parts is the sum of its parts', () => {
    const part = fc.integer({ min: 0, max: 999 });
    const property = fc.property(part, part, part, (hours, minutes, seconds) => {
      const { value } = readDurationSeconds(`${hours}h${minutes}m${seconds}s`, 0, 1e9);
      assert.equal(value, hours * 3600 + minutes * 60 + seconds);
    });
    fc.assert(property, { seed: 20_261_121, numRuns: 200 });
  });
});
