// Hostile lists: kept seeds (lists/*, one file a case), and mutations of them made on each run from a fixed seed.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LIST_FORMATS } from '../../src/control-plane/lists/formats/format-names.ts';
import type { RuleSink } from '../../src/control-plane/lists/formats/line-format.ts';
import { type Inspection, ListReader, type ReadOptions } from '../../src/control-plane/lists/list-reader.ts';
import { parsePattern } from '../../src/policy/patterns/pattern-fault.ts';
import { skipName } from '../../src/wire/name.ts';
import { notingSink } from '../fixtures/lists/rules-of.ts';

const SEED = 20_261_121;
const FORMATS: ReadOptions['format'][] = ['auto', ...LIST_FORMATS];
const files = globSync(join(import.meta.dirname, 'lists', '*'));

function readIn(
  bytes: Uint8Array,
  format: ReadOptions['format'],
  chunkBytes: number,
): Inspection & { rules: string[] } {
  const rules: string[] = [];
  const reader = new ListReader({ format, subdomains: false }, checkingSink(notingSink(rules)));
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  return { ...reader.finish(), rules };
}

/** Names are names, patterns can be used, ranges have an end. */
function checkingSink(next: RuleSink): RuleSink {
  return {
    onName(wire, length, scope, shape, line) {
      assert.ok(length >= 3 && length <= 255);
      assert.equal(skipName(wire, 0, length), length);
      for (let at = 0; at < length; at++) assert.ok(wire[at]! < 0x41 || wire[at]! > 0x5a, 'a capital letter');
      assert.ok(line > 0);
      next.onName(wire, length, scope, shape, line);
    },
    onPattern(rule) {
      parsePattern(rule.kind, rule.text);
      next.onPattern(rule);
    },
    onAddress(rule) {
      assert.match(rule.firstHex, /^(?:[0-9a-f]{8}|[0-9a-f]{32})$/);
      assert.equal(rule.firstHex.length, rule.lastHex.length);
      assert.ok(rule.firstHex <= rule.lastHex);
      next.onAddress(rule);
    },
    onRemoval: (rule, line) => next.onRemoval(rule, line),
  };
}

/** Whatever it is, it is read to its end, the same in any chunks, and names are names. */
function check(bytes: Uint8Array): void {
  for (const format of FORMATS) {
    const whole = readIn(bytes, format, bytes.length + 1);
    assert.deepEqual(readIn(bytes, format, 7), whole);
    assert.ok(whole.firstFaults.length <= 5);
    for (const { first } of whole.report.skipped) assert.ok(first.length > 0 && first.length <= 5);
    for (const { text } of [...whole.firstFaults, ...whole.report.skipped.flatMap(({ first }) => first)])
      assert.match(text, /^[^\p{C}\p{Zl}\p{Zp}]*$/u);
  }
}

describe('kept fuzz seeds of lists', () => {
  assert.ok(files.length > 0);
  for (const file of files) {
    test(`${basename(file)} is read without an exception, the same in any chunks`, () => check(readFileSync(file)));
  }
});

test('mutations of the seeds are read without an exception, the same in any chunks', () => {
  const seeds = files.map((file) => readFileSync(file).subarray(0, 2000));
  const mutation = fc.record({
    seed: fc.constantFrom(...seeds),
    at: fc.nat(2000),
    octets: fc.uint8Array({ maxLength: 6 }),
    cut: fc.nat(2000),
  });
  const property = fc.property(mutation, ({ seed, at, octets, cut }) => {
    const bytes = Buffer.concat([seed.subarray(0, at), octets, seed.subarray(at, at + cut)]);
    check(bytes);
  });
  fc.assert(property, { seed: SEED, numRuns: 300 });
});
