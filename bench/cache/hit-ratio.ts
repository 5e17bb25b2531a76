// Hit ratios of eviction rules, run by the real cache, beside exact LRU and Belady's rule: node bench/cache/hit-ratio.ts [WORD]
// runs the streams whose name contains WORD; all of them take about four minutes and are saved in bench/results/cache-hit-ratio.*.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CANDIDATES } from './candidate-rules.ts';
import { overheadRows } from './overhead.ts';
import { hitRatioOf } from './simulate.ts';
import { loopStream, recordedStream, type Stream, zipfStream } from './streams.ts';
import { BELADY, LRU } from './yardsticks.ts';

const RESULTS = join(import.meta.dirname, '..', 'results');
const UMBRELLA = { file: 'umbrella-top-100k.txt.gz', names: 100_000, exponent: 0.9 };
const ALEXA = { file: 'dnspyre-alexa.txt.gz', names: 33_575, exponent: 1 };
const MANY = { names: 1_000_000, exponent: 0.85 };
const SMALL_SIZES = [0.5, 1, 2, 4];

interface Run {
  readonly name: string;
  readonly megabytes: readonly number[];
  readonly make: (name: string) => Stream | undefined;
}

const RUNS: readonly Run[] = [
  { name: 'recorded stream, nothing expires', megabytes: SMALL_SIZES, make: (name) => recordedStream(name, 0) },
  { name: 'recorded stream, 20 queries/s', megabytes: SMALL_SIZES, make: (name) => recordedStream(name, 20) },
  zipf('popular names, 500 queries/s', SMALL_SIZES, { ...UMBRELLA, queries: 150_000, queriesPerSecond: 500 }),
  zipf('popular names, 20 queries/s', SMALL_SIZES, { ...UMBRELLA, queries: 150_000, queriesPerSecond: 20 }),
  zipf('fewer popular names, 100 queries/s', SMALL_SIZES, { ...ALEXA, queries: 150_000, queriesPerSecond: 100 }),
  zipf('popular names, all signed', SMALL_SIZES, {
    ...UMBRELLA,
    queries: 150_000,
    queriesPerSecond: 200,
    signedShare: 1,
  }),
  zipf('half of it a scan of random names', SMALL_SIZES, {
    ...UMBRELLA,
    queries: 150_000,
    queriesPerSecond: 500,
    strangerShare: 0.5,
  }),
  zipf('popularity shifts four times', SMALL_SIZES, { ...UMBRELLA, queries: 200_000, queriesPerSecond: 40, shifts: 4 }),
  {
    name: 'loop 1.2 times as large as 0.5 MB',
    megabytes: SMALL_SIZES.slice(0, 2),
    make: (name) => loopStream(name, 0.6e6, 20),
  },
  { name: 'loop 1.2 times as large as 2 MB', megabytes: [1, 2, 4], make: (name) => loopStream(name, 2.4e6, 12) },
  zipf('a million names, 2000 queries/s', [8], { ...MANY, queries: 500_000, queriesPerSecond: 2000 }),
];

function zipf(
  name: string,
  megabytes: readonly number[],
  options: Omit<Parameters<typeof zipfStream>[0], 'name'>,
): Run {
  return { name, megabytes, make: (given) => zipfStream({ name: given, ...options }) };
}

const HEADS = [
  'stream',
  'MB',
  ...CANDIDATES.map(({ name, isInUse }) => (isInUse ? `**${name}**` : name)),
  LRU.name,
  BELADY.name,
];

interface Row {
  readonly stream: string;
  readonly megabytes: number;
  /** In percent, in the order of the heads. */
  readonly hitRatios: readonly number[];
}

function rowOf(stream: Stream, megabytes: number): Row {
  const maxBytes = megabytes * 1e6;
  const hitRatios = [
    ...CANDIDATES.map((candidate) => hitRatioOf(stream, candidate, maxBytes)),
    LRU.hitRatioOf(stream, maxBytes),
    BELADY.hitRatioOf(stream, maxBytes),
  ];
  return { stream: stream.name, megabytes, hitRatios: hitRatios.map((ratio) => Math.round(ratio * 100) / 100) };
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function rowText({ stream, megabytes, hitRatios }: Row): string {
  return tableLine([stream, String(megabytes), ...hitRatios.map((ratio) => ratio.toFixed(2))]);
}

const wanted = process.argv[2] ?? '';
const rows: Row[] = [];
const absent: string[] = [];
const table = [tableLine(HEADS), tableLine(HEADS.map((_, i) => (i === 0 ? '---' : '--:')))];
for (const line of table) console.log(line);
for (const { name, megabytes, make } of RUNS) {
  if (!name.includes(wanted)) continue;
  const stream = make(name);
  if (stream === undefined) {
    absent.push(name);
    console.log(`(${name}: its data is absent; SOTTO_TEST_DATA names the folder)`);
    continue;
  }
  for (const size of megabytes) {
    const row = rowOf(stream, size);
    rows.push(row);
    console.log(rowText(row));
  }
}

if (wanted === '') {
  const overhead = overheadRows();
  const overheadTable = overhead.map(({ messages, messageBytes, ttls, overheadBytes }) =>
    tableLine([messages, messageBytes.toFixed(0), ttls.toFixed(1), overheadBytes.toFixed(1)]),
  );
  const text = [
    '# Hit ratio of the answer cache, in percent',
    '',
    'Made by `node bench/cache/hit-ratio.ts`. Same bytes for all; bold: the rule in use; Belady knows the future.',
    '',
    ...table,
    ...rows.map(rowText),
    '',
    ...absent.map((name) => `Not run, data absent: ${name}.\n`),
    '## Bytes of overhead an entry',
    '',
    'All bytes of a full cache by its entries, less key (name, type, class, variant) and message.',
    '',
    tableLine(['messages', 'octets', 'TTLs', 'overhead']),
    tableLine(['---', '--:', '--:', '--:']),
    ...overheadTable,
    '',
  ].join('\n');
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, 'cache-hit-ratio.md'), text);
  const saved = { columns: HEADS.slice(2).map((head) => head.replaceAll('*', '')), rows, absent, overhead };
  writeFileSync(join(RESULTS, 'cache-hit-ratio.json'), `${JSON.stringify(saved, undefined, 1)}\n`);
  console.log(text.slice(text.indexOf('## Bytes')));
}
