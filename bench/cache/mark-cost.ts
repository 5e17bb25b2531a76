// What the marks cost a hit: node bench/cache/mark-cost.ts. One thread alone, or two at once, find the same answers: with the rule in
// use, with one that notes nothing on a hit, and with one that writes a mark on every hit. Rounds take turns; each rule has threads of its
// own, so that its calls are compiled for it alone.

import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { AnswerCache, CachedAnswer } from '../../src/memory/answer-cache/answer-cache.ts';
import type { EvictionRuleMaker } from '../../src/memory/answer-cache/eviction-rule.ts';
import { twoRingEviction } from '../../src/memory/answer-cache/two-ring-eviction.ts';
import { KeyTable } from './key-table.ts';
import { emptyCache, productionRule } from './simulate.ts';

const HITS_A_ROUND = 1_000_000;
const ROUNDS = 15;
const WARM_UP_ROUNDS = 2;
const HOT_KEYS = 16;

const RULES: Record<string, EvictionRuleMaker> = {
  'no marks': (bytes) => ({ ...twoRingEviction(bytes), noteHit() {} }),
  'the rule in use': twoRingEviction,
  'a mark written on every hit': (bytes) => ({
    ...twoRingEviction(bytes),
    noteHit(mark) {
      bytes[mark] = (bytes[mark]! + 1) & 3;
    },
  }),
};

interface Start {
  readonly rule: string;
  readonly buffer: SharedArrayBuffer;
  /** Word 0: 1 while the neighbor shall hit. */
  readonly running: SharedArrayBuffer;
  readonly threadSlot: number;
}

function serve({ rule, buffer, running, threadSlot }: Start): void {
  const cache = new AnswerCache(buffer, threadSlot, RULES[rule]);
  const table = new KeyTable();
  const answer = new CachedAnswer();
  const keys = Array.from({ length: HOT_KEYS }, (_, i) => {
    const number = table.add(`www.name-${i}.example.org`, 1, 0, 0);
    const key = { ...table.keyOf(number), name: table.keyOf(number).name.slice() };
    table.fill(answer, number, 0, false);
    if (threadSlot === 1) cache.store(key, answer);
    return key;
  });
  const hit = (count: number): void => {
    for (let i = 0; i < count; i++) {
      if (!cache.find(keys[i & (HOT_KEYS - 1)]!, 0, answer)) throw new Error('a hot answer is gone');
    }
  };
  const flag = new Int32Array(running);
  parentPort!.on('message', (task: 'measure' | 'disturb') => {
    if (task === 'measure') {
      const start = performance.now();
      hit(HITS_A_ROUND);
      parentPort!.postMessage(((performance.now() - start) * 1e6) / HITS_A_ROUND);
    } else {
      parentPort!.postMessage(0);
      while (Atomics.load(flag, 0) === 1) hit(5000);
    }
  });
}

async function tell(worker: Worker, task: 'measure' | 'disturb'): Promise<number> {
  const answered = once(worker, 'message') as Promise<[number]>;
  worker.postMessage(task);
  return (await answered)[0];
}

async function main(): Promise<void> {
  const running = new SharedArrayBuffer(4);
  const flag = new Int32Array(running);
  const subjects = Object.keys(RULES).map((rule) => {
    const buffer = emptyCache(1e6, productionRule.nurseryPermille);
    const [first, second] = [1, 2].map(
      (threadSlot) =>
        new Worker(new URL(import.meta.url), { workerData: { rule, buffer, running, threadSlot } satisfies Start }),
    );
    return { rule, first: first!, second: second!, alone: [] as number[], together: [] as number[] };
  });
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const { first, second, alone, together } of subjects) {
      const aloneTime = await tell(first, 'measure');
      Atomics.store(flag, 0, 1);
      await tell(second, 'disturb');
      const togetherTime = await tell(first, 'measure');
      Atomics.store(flag, 0, 0);
      if (round < 0) continue;
      alone.push(aloneTime);
      together.push(togetherTime);
    }
  }
  console.log(`nanoseconds a hit on ${HOT_KEYS} names: median (lowest) of ${ROUNDS} rounds`);
  for (const { rule, first, second, alone, together } of subjects) {
    console.log(`${rule.padEnd(30)} one thread ${textOf(alone)}   two threads ${textOf(together)}`);
    await Promise.all([first.terminate(), second.terminate()]);
  }
}

function textOf(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return `${sorted[ROUNDS >> 1]!.toFixed(1).padStart(6)} (${sorted[0]!.toFixed(1)})`;
}

if (isMainThread) await main();
else serve(workerData as Start);
