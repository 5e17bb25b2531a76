// How long a start takes to read kept answers, and what writing them costs the main thread: node bench/cache/kept-answers.ts [ANSWERS]
//
// Fills a cache, writes all of it and then as much as the gateway would, and reads each file back into an empty cache.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KEPT_LIMITS } from '../../src/control-plane/answer-cache/keep-answers.ts';
import { NamesNotKept } from '../../src/control-plane/answer-cache/names-not-kept.ts';
import { restoreKeptAnswers } from '../../src/control-plane/answer-cache/restore-kept-answers.ts';
import { type WriteLimits, writeKeptAnswers } from '../../src/control-plane/answer-cache/write-kept-answers.ts';
import { AnswerCache, CachedAnswer, createAnswerCache } from '../../src/memory/answer-cache/answer-cache.ts';
import { NameHasher } from '../../src/memory/name-hash/name-hasher.ts';
import { DEFAULT_CACHE_SETTINGS } from '../../src/policy/cache-settings.ts';
import { AnswerFacts, readAnswer } from '../../src/wire/answer-reader.ts';
import { nameFromText } from '../../src/wire/name-text.ts';
import { concat, hex, message, pointer, question, record } from '../../test/fuzz/wire/messages.ts';

const ANSWERS = Number(process.argv[2] ?? 500_000);
const BYTES_OF_ANSWER = 400;
const HASH_KEY = new Uint8Array(16).fill(1);
const NO_LIMITS: WriteLimits = { fileBytes: 4e9, answers: 1e9 };
const STALE_SECONDS = DEFAULT_CACHE_SETTINGS.staleSeconds;
const NOT_KEPT = { notKept: new NamesNotKept([]), asked: new Uint8Array(16), hashKey: HASH_KEY };
const NOW = { moment: { wallMilliseconds: Date.now(), upSeconds: 1, boot: new Uint8Array(16) }, seconds: 200 };

const directory = mkdtempSync(join(tmpdir(), 'sotto-bench-kept-'));
try {
  const cache = filledCache();
  for (const [label, limits] of [
    ['everything', NO_LIMITS],
    ['as the gateway', KEPT_LIMITS],
  ] as const) {
    const path = join(directory, 'answers.cache');
    const pauses = watchPauses();
    const write = await timed(() =>
      writeKeptAnswers(path, NOW, { ...NOT_KEPT, cache, staleSeconds: STALE_SECONDS, limits, isGivenUp: () => false }),
    );
    const longestPause = pauses.end();
    const { answers, bytes } = write.result!;
    console.log(`${label}: ${answers} answers, ${(bytes / 1e6).toFixed(1)} MB`);
    console.log(
      `  written in ${write.milliseconds.toFixed(0)} ms, longest pause of the thread ${longestPause.toFixed(0)} ms`,
    );
    for (let round = 0; round < 3; round++) {
      const fresh = createAnswerCache(ANSWERS * BYTES_OF_ANSWER);
      const parts = {
        ...NOT_KEPT,
        cache: fresh,
        settings: DEFAULT_CACHE_SETTINGS,
        fileBytesMax: 4e9,
      };
      const read = await timed(() => restoreKeptAnswers(path, NOW, parts));
      console.log(`  read in ${read.milliseconds.toFixed(0)} ms (${JSON.stringify(read.result)})`);
    }
  }
} finally {
  rmSync(directory, { recursive: true });
}

/** An alias and two addresses each, 175 octets and more. */
function filledCache(): SharedArrayBuffer {
  const buffer = createAnswerCache(ANSWERS * BYTES_OF_ANSWER);
  const cache = new AnswerCache(buffer, 1);
  const hasher = new NameHasher(HASH_KEY);
  const answer = new CachedAnswer();
  const facts = new AnswerFacts();
  for (let i = 0; i < ANSWERS; i++) {
    const name = nameFromText(`www.host-${i}.example${i % 977}.com`)!;
    const target = concat(hex('0465646765'), name);
    const targetAt = 12 + name.length + 4 + 12;
    const octets = message({
      flags: 0x8180,
      questions: [question(name, 1)],
      answers: [
        record(pointer(12), 5, 300, target),
        record(pointer(targetAt), 1, 300, hex('c0000201')),
        record(pointer(targetAt), 1, 300, hex('c0000202')),
      ],
    });
    readAnswer(octets, octets.length, facts);
    answer.message.set(octets);
    answer.messageLength = octets.length;
    answer.ttlOffsets.set(facts.ttlOffsets.subarray(0, facts.ttlCount));
    answer.ttlCount = facts.ttlCount;
    answer.storedAtSeconds = 100;
    answer.expiresAtSeconds = 100 + 80_000;
    hasher.hash(name, name.length);
    const { fullLow: hashLow, fullHigh: hashHigh } = hasher;
    cache.store({ name, nameLength: name.length, type: 1, class: 1, variant: 0, hashLow, hashHigh }, answer);
  }
  return buffer;
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; milliseconds: number }> {
  const before = performance.now();
  const result = await work();
  return { result, milliseconds: performance.now() - before };
}

function watchPauses(): { end(): number } {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  return {
    end: () => {
      clearInterval(timer);
      return longest;
    },
  };
}
