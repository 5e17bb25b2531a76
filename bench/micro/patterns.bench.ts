// Patterns: asked for a name seen before and for a new one, from one to 10,000 regular expressions; time and memory to make them ready.

import { NameHasher } from '../../src/memory/name-hash/name-hasher.ts';
import { PatternMemo } from '../../src/policy/patterns/pattern-memo.ts';
import { PatternSet, type RankedPattern } from '../../src/policy/patterns/pattern-set.ts';
import { NAME_MAX_BYTES } from '../../src/wire/name.ts';
import { nameFromText } from '../../src/wire/name-text.ts';
import { clientNames, HASH_KEY } from './bench-data.ts';
import type { MicroBench } from './micro-bench.ts';

const MASK = 511;
const SIZES = [1, 14, 100, 1000, 10_000];
const WORDS = [
  'ads',
  'track',
  'metric',
  'pixel',
  'beacon',
  'stat',
  'count',
  'banner',
  'click',
  'tag',
  'log',
  'telemetry',
];

// With room behind them, as every name of a query has.
const names = clientNames(5000)
  .map((text) => nameFromText(text))
  .filter((name) => name !== undefined)
  .slice(0, MASK + 1)
  .map((name) => {
    const octets = new Uint8Array(NAME_MAX_BYTES + 3);
    octets.set(name);
    return { octets, length: name.length };
  });
const hasher = new NameHasher(HASH_KEY);

/** Of the kinds that lists have: anchored at either end, in the middle, counted, with and without a rare word in it. */
function patternAt(index: number): RankedPattern {
  const word = WORDS[index % WORDS.length]!;
  const other = (Math.imul(index, 0x9e37_79b1) >>> 0).toString(36).slice(0, 5);
  const forms = [
    `^${word}[0-9]*[_.-]${other}`,
    `^(.+[_.-])?${word}s?[0-9]*\\.${other}\\.`,
    `(^|\\.)${other}${word}(er|ing)?\\.(com|net|org)$`,
    `^[a-z0-9]{8,16}\\.${other}\\.com$`,
    `${word}[a-z]+-?${other}[^.]*\\.(xyz|top|click)$`,
    `^(www[0-9]?\\.)?${other}-${word}\\..*$`,
  ];
  return { kind: 'regex', text: forms[index % forms.length]!, rank: 15 };
}

interface Ready {
  readonly count: number;
  readonly patterns: PatternSet;
  readonly milliseconds: number;
  readonly memoryBytes: number;
}

const sets = SIZES.map((count): Ready => {
  const all = Array.from({ length: count }, (_, index) => patternAt(index));
  const memoryBefore = memoryBytes();
  const start = performance.now();
  const patterns = new PatternSet(all);
  const milliseconds = performance.now() - start;
  for (const { octets, length } of names) patterns.match(octets, length);
  return { count, patterns, milliseconds, memoryBytes: memoryBytes() - memoryBefore };
});

/** Without a collection in between only a rough number. */
function memoryBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function asking(name: string, ask: (octets: Uint8Array, length: number) => number): MicroBench {
  return {
    name,
    run(calls) {
      let sum = 0;
      for (let i = 0; i < calls; i++) {
        const { octets, length } = names[i & MASK]!;
        sum += ask(octets, length);
      }
      return sum;
    },
  };
}

const remembering = sets.map(({ patterns }) => new PatternMemo(patterns));

export const benches: readonly MicroBench[] = [
  ...sets.map(({ count, patterns }) =>
    asking(`PatternSet.match, ${count} patterns`, (octets, length) => patterns.match(octets, length)),
  ),
  ...remembering.map((memo) =>
    asking(`NameHasher.hash + PatternMemo.find, ${memo.patterns.count} patterns`, (octets, length) => {
      hasher.hash(octets, length);
      return memo.find(octets, length, hasher);
    }),
  ),
];

export function report(say: (line: string) => void): void {
  for (const { count, milliseconds, memoryBytes: bytes } of sets) {
    const perPattern = globalThis.gc === undefined ? '' : `, ${(bytes / count).toFixed(0)} octets of memory each`;
    say(`${count} patterns made ready in ${milliseconds.toFixed(1)} ms${perPattern}`);
  }
}
