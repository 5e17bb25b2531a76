// The answer cache: finding and storing.

import {
  AnswerCache,
  type AnswerKey,
  CachedAnswer,
  createAnswerCache,
} from '../../src/memory/answer-cache/answer-cache.ts';
import { readAnswerCacheUsage } from '../../src/memory/answer-cache/usage.ts';
import type { MicroBench } from './micro-bench.ts';

const NAME_BYTES = 22;
const MESSAGE_BYTES = 122;
const TTL_COUNT = 3;
const HOT_MASK = 63;
const RANDOM_MASK = 0x3_ffff;

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
  key.hashLow = Math.imul(number + 1, 0x9e37_79b1);
  key.hashHigh = Math.imul(number ^ 0x5bd1_e995, 0x85eb_ca77);
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

/** Pseudo-random and different for every i below 2^18. */
function scatter(i: number): number {
  return (Math.imul(i, 0x2c1b_3c6d) ^ 0x1_5555) & RANDOM_MASK;
}

const into = new CachedAnswer();
const answer = answerOf(MESSAGE_BYTES);
const large = answerOf(4096);
const hot = new AnswerCache(createAnswerCache(200e6), 1);
const largeHot = new AnswerCache(createAnswerCache(200e6), 1);
const full = new AnswerCache(createAnswerCache(200e6), 1);
const evicting = new AnswerCache(createAnswerCache(4e6), 1);
for (let i = 0; i <= HOT_MASK; i++) hot.store(turnKey(i), answer);
for (let i = 0; i <= HOT_MASK; i++) largeHot.store(turnKey(i), large);
for (let i = 0; i <= RANDOM_MASK; i++) full.store(turnKey(i), answer);

function finding(name: string, cache: AnswerCache, keyNumber: (i: number) => number): MicroBench {
  return {
    name,
    run(calls) {
      let found = 0;
      for (let i = 0; i < calls; i++) if (cache.find(turnKey(keyNumber(i)), 1, into)) found++;
      return found;
    },
  };
}

function storing(name: string, cache: AnswerCache, keyNumber: (i: number) => number, what: CachedAnswer): MicroBench {
  return {
    name,
    run(calls) {
      let stored = 0;
      for (let i = 0; i < calls; i++) if (cache.store(turnKey(keyNumber(i)), what)) stored++;
      return stored;
    },
  };
}

export const benches: readonly MicroBench[] = [
  finding(`hit, ${HOT_MASK + 1} keys, ${MESSAGE_BYTES} octets`, hot, (i) => i & HOT_MASK),
  finding('miss, hot', hot, (i) => 1_000_000 + (i & HOT_MASK)),
  finding('hit, 262,144 keys at random', full, scatter),
  finding('miss, at random', full, (i) => RANDOM_MASK + 1 + scatter(i)),
  finding('hit of 4096 octets', largeHot, (i) => i & HOT_MASK),
  storing('store, replaces', hot, (i) => i & HOT_MASK, answer),
  storing('store, evicting (4 MB)', evicting, scatter, answer),
  storing('store of 4096 octets', largeHot, (i) => i & HOT_MASK, large),
];

/** Bytes beside keys and messages: all of a full cache, less what was put in. */
export function report(say: (line: string) => void): void {
  for (const messageBytes of [60, 90, 122, 160, 250]) {
    const buffer = createAnswerCache(8e6);
    const cache = new AnswerCache(buffer, 1);
    const sized = answerOf(messageBytes);
    for (let i = 0; i <= RANDOM_MASK; i++) cache.store(turnKey(i), sized);
    const { entryCount } = readAnswerCacheUsage(buffer);
    const overhead = buffer.byteLength / entryCount - (NAME_BYTES + 5) - messageBytes;
    say(`overhead of an entry, message ${messageBytes}: ${overhead.toFixed(1)} octets (${entryCount} entries)`);
  }
}
