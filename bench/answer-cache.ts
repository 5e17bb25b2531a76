// Nanoseconds of the answer cache's operations and its bytes per entry. By hand: node bench/answer-cache.ts
// (on a quiet machine; compare rows of one run, not runs). The best of several rounds counts: noise only ever adds.

import {
  type AnswerKey,
  AnswerCache,
  CachedAnswer,
  createAnswerCache,
} from '../src/memory/answer-cache/answer-cache.ts';
import { readAnswerCacheUsage } from '../src/memory/answer-cache/usage.ts';

const NAME_BYTES = 22;
const MESSAGE_BYTES = 122;
const TTL_COUNT = 3;
const ROUNDS = 7;

const key: AnswerKey = {
  name: new Uint8Array(NAME_BYTES).fill(97),
  nameLength: NAME_BYTES,
  type: 1,
  class: 1,
  variant: 0,
  hashLow: 0,
  hashHigh: 0,
};

/** Turns the one key into key number `number`: what a caller does per query, without its hashing. */
function turnKey(number: number): AnswerKey {
  key.name[1] = number;
  key.name[2] = number >>> 8;
  key.name[3] = number >>> 16;
  key.hashLow = Math.imul(number + 1, 0x9e3779b1);
  key.hashHigh = Math.imul(number ^ 0x5bd1e995, 0x85ebca77);
  return key;
}

function answerOf(messageBytes: number): CachedAnswer {
  const answer = new CachedAnswer();
  answer.message.fill(7, 0, messageBytes);
  answer.messageLength = messageBytes;
  answer.ttlCount = TTL_COUNT;
  answer.expiresAtSeconds = 1000;
  return answer;
}

function measure(label: string, count: number, run: (i: number) => unknown): void {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; i++) run(i);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / count);
  }
  console.log(`${label.padEnd(52)} ${best.toFixed(0).padStart(8)} ns`);
}

/** Pseudo-random and different for every i below 2^18. */
function scatter(i: number): number {
  return (Math.imul(i, 0x2c1b3c6d) ^ 0x15555) & 0x3ffff;
}

const into = new CachedAnswer();
const answer = answerOf(MESSAGE_BYTES);
const large = answerOf(4096);
console.log(`name ${NAME_BYTES}, message ${MESSAGE_BYTES} octets, ${TTL_COUNT} TTLs, where nothing else is said\n`);

const cache = new AnswerCache(createAnswerCache(200e6), 1);
for (let i = 0; i < 64; i++) cache.store(turnKey(i), answer);
measure('(loop and key alone)', 2_000_000, (i) => turnKey(i & 63));
measure('hit, hot (64 keys)', 2_000_000, (i) => cache.find(turnKey(i & 63), 1, into));
measure('miss, hot', 2_000_000, (i) => cache.find(turnKey(1_000_000 + (i & 63)), 1, into));
measure('store, hot (replaces, 64 keys)', 1_000_000, (i) => cache.store(turnKey(i & 63), answer));

for (let i = 0; i < 1 << 18; i++) cache.store(turnKey(i), answer);
let found = 0;
measure('hit, random (262,144 keys)', 1 << 18, (i) => {
  if (cache.find(turnKey(scatter(i)), 1, into)) found++;
});
console.log(`  found ${((100 * found) / (ROUNDS << 18)).toFixed(2)} %`);
measure('miss, random', 1 << 18, (i) => cache.find(turnKey((1 << 18) + scatter(i)), 1, into));

const smallCache = new AnswerCache(createAnswerCache(4e6), 1);
measure('store, evicting (4 MB, 262,144 keys)', 1 << 18, (i) => smallCache.store(turnKey(scatter(i)), answer));
measure('store of 4096 octets', 200_000, (i) => cache.store(turnKey(i & 63), large));
measure('hit of 4096 octets', 200_000, (i) => cache.find(turnKey(i & 63), 1, into));

console.log('\nbytes of overhead an entry: all of a full cache, less keys and messages');
for (const messageBytes of [60, 90, 122, 160, 250]) {
  const buffer = createAnswerCache(8e6);
  const full = new AnswerCache(buffer, 1);
  const sized = answerOf(messageBytes);
  for (let i = 0; i < 1 << 18; i++) full.store(turnKey(i), sized);
  const { entryCount } = readAnswerCacheUsage(buffer);
  const overhead = buffer.byteLength / entryCount - (NAME_BYTES + 5) - messageBytes;
  console.log(`  message ${String(messageBytes).padStart(4)}: ${overhead.toFixed(1)} (${entryCount} entries)`);
}
