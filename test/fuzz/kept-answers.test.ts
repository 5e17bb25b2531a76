// Hostile files of kept answers: the kept seeds (hex lines in kept-answers/*.hex, each the answers of one block, sealed here so that
// they reach the reader), and new ones made on each run from a fixed seed.

import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  BLOCK_HEAD_BYTES,
  encodeHeader,
  readKeptFile,
  sealBlock,
} from '../../src/control-plane/answer-cache/kept-file.ts';
import { NamesNotKept } from '../../src/control-plane/answer-cache/names-not-kept.ts';
import { restoreKeptAnswers } from '../../src/control-plane/answer-cache/restore-kept-answers.ts';
import { createAnswerCache } from '../../src/memory/answer-cache/answer-cache.ts';
import { EntryWalk } from '../../src/memory/answer-cache/entry-walk.ts';
import { readAnswerCacheUsage } from '../../src/memory/answer-cache/usage.ts';
import { DEFAULT_CACHE_SETTINGS } from '../../src/policy/cache-settings.ts';
import { ANSWER_FAULT, AnswerFacts, readAnswer } from '../../src/wire/answer-reader.ts';
import { hostileMessage } from './wire/arbitraries.ts';
import { concat, hex, type Octets, uint16, uint32 } from './wire/messages.ts';

const SEED = 20_261_122;
const directory = mkdtempSync(join(tmpdir(), 'sotto-fuzz-kept-'));
after(() => rmSync(directory, { recursive: true }));
const path = join(directory, 'answers.cache');
const asked = new Uint8Array(16).fill(3);
const notKept = new NamesNotKept([]);
const settings = DEFAULT_CACHE_SETTINGS;
const moment = { wallMilliseconds: 1.8e12, upSeconds: 1, boot: new Uint8Array(16) };
const LONGEST_SECONDS = DEFAULT_CACHE_SETTINGS.maxTtlSeconds;

function sealed(answers: Uint8Array, count: number): Octets {
  const block = concat(new Uint8Array(BLOCK_HEAD_BYTES), answers);
  sealBlock(block, block.length, count);
  const ending = new Uint8Array(BLOCK_HEAD_BYTES);
  sealBlock(ending, BLOCK_HEAD_BYTES, count);
  return concat(encodeHeader(moment, asked), block, ending);
}

/** Whatever the file says: no throw, and what is in the cache afterwards is sound and ends. */
async function checkFile(file: Uint8Array): Promise<void> {
  writeFileSync(path, file);
  const cache = createAnswerCache(131_072);
  const now = { moment, seconds: 1000 };
  const parts = { cache, hashKey: new Uint8Array(16), settings, notKept, asked, fileBytesMax: 1e6 };
  const restored = await restoreKeptAnswers(path, now, parts);
  assert.ok(restored !== undefined);
  if (!('answers' in restored)) assert.equal(readAnswerCacheUsage(cache).entryCount, 0, 'believed in part');
  const walk = new EntryWalk(cache);
  const facts = new AnswerFacts();
  for (const share of ['wanted', 'others'] as const)
    walk.visitStripe(0, share, () => {
      const { message, messageLength, expiresAtSeconds, storedAtSeconds, policyGeneration } = walk.answer;
      assert.equal(readAnswer(message, messageLength, facts), ANSWER_FAULT.NONE);
      assert.equal(facts.lengthWithoutOpt, messageLength);
      assert.ok(expiresAtSeconds <= 1000 + LONGEST_SECONDS && storedAtSeconds <= 1000);
      assert.equal(policyGeneration, 0);
    });
}

describe('kept seeds', () => {
  const files = globSync(join(import.meta.dirname, 'kept-answers', '*.hex'));
  assert.ok(files.length > 0);
  for (const file of files) {
    test(`${basename(file)} is read without harm`, async () => {
      for (const line of readFileSync(file, 'utf8').split('\n')) {
        if (line === '' || line.startsWith('#')) continue;
        for (const count of [0, 1, 2, 0xffff_ffff]) await checkFile(sealed(hex(line), count));
      }
    });
  }
});

describe('generated files', () => {
  test('any octets', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (octets) => {
        await checkFile(octets);
        await checkFile(concat(encodeHeader(moment, asked), octets));
        assert.ok(readKeptFile(octets));
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('any answers in sealed blocks', async () => {
    const word = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 0xffff_ffff }));
    const answer = fc
      .record({
        message: hostileMessage,
        lengthError: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: -3, max: 3 })),
        type: fc.constantFrom(0, 1, 5, 28, 65_280),
        variant: fc.constantFrom(0, 1, 2, 3, 4, 0x10, 0xff, 0x100, 0xffff03, 0x100_0000),
        age: word,
        remaining: word,
      })
      .map(({ message, lengthError, type, variant, age, remaining }) =>
        concat(
          uint16(Math.max(0, message.length + lengthError)),
          uint16(type),
          uint32(variant),
          uint32(age),
          uint32(remaining),
          message,
        ),
      );
    const blocks = fc.tuple(fc.array(answer, { maxLength: 4 }), fc.integer({ min: 0, max: 5 }));
    await fc.assert(
      fc.asyncProperty(blocks, ([answers, count]) => checkFile(sealed(concat(...answers), count))),
      { seed: SEED, numRuns: 500 },
    );
  });
});
