// Streams of queries: a real one, popular names asked with Zipf-shaped frequency, and streams made to hurt a cache.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { drawsOf, TYPE } from './answer-shapes.ts';
import { KeyTable } from './key-table.ts';

export interface Stream {
  readonly name: string;
  readonly keys: KeyTable;
  /** Key numbers in the order asked. */
  readonly queries: Int32Array;
  /** 0: no time passes, nothing expires. */
  readonly queriesPerSecond: number;
}

const DATA = join(process.env.SOTTO_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data'), 'names');
const CLIENT_TYPES = [TYPE.A, TYPE.A, TYPE.A, TYPE.A, TYPE.AAAA, TYPE.AAAA, TYPE.HTTPS, TYPE.HTTPS];

function linesOf(file: string): string[] | undefined {
  const path = join(DATA, file);
  if (!existsSync(path)) return undefined;
  return gunzipSync(readFileSync(path)).toString('latin1').split('\n').filter(Boolean);
}

/** The recorded stream; undefined where the data is absent. */
export function recordedStream(name: string, queriesPerSecond: number): Stream | undefined {
  const lines = linesOf('queries-100k.tsv.gz');
  if (lines === undefined) return undefined;
  const keys = new KeyTable();
  const numbers = new Map<string, number>();
  const queries = Int32Array.from(lines, (line) => {
    const [queried, typeName] = line.split('\t') as [string, keyof typeof TYPE];
    const question = `${queried.toLowerCase()} ${typeName}`;
    const known = numbers.get(question);
    if (known !== undefined) return known;
    const number = keys.add(queried, TYPE[typeName] ?? TYPE.A, typeName === 'PTR' ? 0.35 : 0.08, 0.06);
    numbers.set(question, number);
    return number;
  });
  return { name, keys, queries, queriesPerSecond };
}

/** Names by rank: those of the list, or made ones where it is absent. */
function rankedNames(file: string | undefined, count: number): (rank: number) => string {
  const lines = file === undefined ? undefined : linesOf(file);
  if (lines === undefined) return (rank) => `www.name-${(rank * 7919) % count}.example.org`;
  const names = lines.map((line) => line.slice(line.lastIndexOf(',') + 1).trim());
  return (rank) => names[rank % names.length]!;
}

export interface ZipfOptions {
  readonly name: string;
  readonly file?: string;
  readonly names: number;
  readonly exponent: number;
  readonly queries: number;
  readonly queriesPerSecond: number;
  readonly signedShare?: number;
  /** Of the queries, those for names nobody asks for again: a random-subdomain attack. */
  readonly strangerShare?: number;
  /** Times at which every name changes its rank. */
  readonly shifts?: number;
}

export function zipfStream(options: ZipfOptions): Stream {
  const { names, exponent, signedShare = 0.06, strangerShare = 0, shifts = 0 } = options;
  const nameOf = rankedNames(options.file, names);
  const keys = new KeyTable();
  const numbers = new Map<number, number>();
  const cumulative = new Float64Array(names);
  for (let rank = 0, sum = 0; rank < names; rank++) {
    sum += 1 / (rank + 1) ** exponent;
    cumulative[rank] = sum;
  }
  const draw = drawsOf(names);
  const queries = new Int32Array(options.queries);
  for (let i = 0; i < queries.length; i++) {
    if (draw() < strangerShare) {
      queries[i] = keys.add(`x${(draw() * 2 ** 40).toString(36).slice(0, 8)}.victim.example.org`, TYPE.A, 1, 0);
      continue;
    }
    const phase = Math.floor((i * (shifts + 1)) / queries.length);
    const rank =
      (firstAtLeast(cumulative, draw() * cumulative[names - 1]!) + phase * Math.floor(names / (shifts + 1))) % names;
    const type = CLIENT_TYPES[Math.floor(draw() * CLIENT_TYPES.length)]!;
    const question = rank * 128 + type;
    let number = numbers.get(question);
    if (number === undefined) {
      number = keys.add(nameOf(rank), type, 0.05, signedShare);
      numbers.set(question, number);
    }
    queries[i] = number;
  }
  return { name: options.name, keys, queries, queriesPerSecond: options.queriesPerSecond };
}

/** Names asked in turn, again and again, that take `bytes` in all. */
export function loopStream(name: string, bytes: number, rounds: number): Stream {
  const keys = new KeyTable();
  const length = Math.floor(bytes / 172);
  for (let i = 0; i < length; i++) keys.add(`host-${i}.loop.example.org`, TYPE.A, 0, 0);
  return {
    name,
    keys,
    queries: Int32Array.from({ length: length * rounds }, (_, i) => i % length),
    queriesPerSecond: 0,
  };
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
