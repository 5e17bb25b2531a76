// Block table: time and memory to build, octets a name, nanoseconds a look-up (hash included), once names are not in the CPU's
// caches any more. `node bench/block-table.ts [count]`; with SOTTO_TEST_DATA's list of 1.5 M names where it exists.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BlockTable, TableMatch } from '../src/memory/block-table/block-table.ts';
import { BlockTableBuilder } from '../src/memory/block-table/block-table-builder.ts';
import { NameHasher } from '../src/memory/name-hash/name-hasher.ts';

const COUNT = Number(process.argv[2] ?? 1_500_000);
const LOOKUPS = 1_000_000;
const HASH_KEY = Uint8Array.from({ length: 16 }, (_, index) => 31 * index);

/** Wire names one after another, found by their offsets. */
interface Names {
  readonly octets: Uint8Array;
  readonly starts: Uint32Array;
}

function collect(texts: Iterable<string>, count: number): Names {
  let octets = new Uint8Array(1 << 20);
  const starts = new Uint32Array(count + 1);
  let end = 0;
  let index = 0;
  for (const text of texts) {
    if (index === count) break;
    if (end + 256 > octets.length) {
      const larger = new Uint8Array(2 * octets.length);
      larger.set(octets);
      octets = larger;
    }
    for (const label of text.split('.')) {
      octets[end++] = label.length;
      for (let i = 0; i < label.length; i++) octets[end++] = label.charCodeAt(i);
    }
    octets[end++] = 0;
    starts[++index] = end;
  }
  return { octets, starts: starts.subarray(0, index + 1) };
}

function* generated(count: number): Generator<string> {
  const tops = ['com', 'net', 'org', 'example', 'co.uk', 'de'];
  for (let index = 0; index < count; index++) {
    const mixed = Math.imul(index, 0x9e3779b1) >>> 0;
    yield `${index % 3 === 0 ? 'ads.' : ''}n${mixed.toString(36)}${index.toString(36)}.${tops[mixed % tops.length]}`;
  }
}

const dataFile = join(process.env.SOTTO_TEST_DATA ?? '../shared/data', 'blocklists/union-1.5M-domains.txt.gz');
const listed = existsSync(dataFile)
  ? collect(gunzipSync(readFileSync(dataFile)).toString('latin1').trimEnd().split('\n'), COUNT)
  : collect(generated(COUNT), COUNT);
const listedCount = listed.starts.length - 1;
console.log(`${listedCount} names ${existsSync(dataFile) ? `from ${dataFile}` : 'made up'}`);

const unlisted = collect(
  (function* () {
    for (let index = 0; index < LOOKUPS; index++)
      yield `w${(Math.imul(index, 0x85ebca77) >>> 0).toString(36)}.q${index}.com`;
  })(),
  LOOKUPS,
);

const rssBefore = process.memoryUsage.rss();
const buildStart = performance.now();
const builder = new BlockTableBuilder({
  hashKey: HASH_KEY,
  contentId: 'bench',
  sources: [{ name: 'bench', kind: 'list', action: 'block' }],
});
const name = new Uint8Array(258);
for (let index = 0; index < listedCount; index++) {
  builder.add(0, name, load(listed, index), 'exact', 'block');
}
const added = performance.now();
const buffer = builder.finish();
const built = performance.now();
const rssAfter = process.memoryUsage.rss();
console.log(`add ${(added - buildStart).toFixed(0)} ms, finish ${(built - added).toFixed(0)} ms`);
console.log(`resident memory grew by ${((rssAfter - rssBefore) / 1e6).toFixed(0)} MB`);
console.log(
  `${(buffer.byteLength / 1e6).toFixed(1)} MB, ${(buffer.byteLength / builder.entryCount).toFixed(1)} octets a name`,
);

const checkStart = performance.now();
const table = new BlockTable(buffer, true);
console.log(`verified in ${(performance.now() - checkStart).toFixed(0)} ms`);

const hasher = new NameHasher(HASH_KEY);
const match = new TableMatch();
for (let round = 0; round < 3; round++) {
  const empty = time(listed, listedCount, () => 0);
  const hashing = time(listed, listedCount, (length) => {
    hasher.hash(name, length);
    return 0;
  });
  const hits = time(listed, listedCount, find);
  const misses = time(unlisted, LOOKUPS, find);
  console.log(
    `hash ${(hashing.nanoseconds - empty.nanoseconds).toFixed(0)} ns, ` +
      `hit ${(hits.nanoseconds - empty.nanoseconds).toFixed(0)} ns (${hits.found} found), ` +
      `miss ${(misses.nanoseconds - empty.nanoseconds).toFixed(0)} ns (${misses.found} found)`,
  );
}

function find(length: number): number {
  hasher.hash(name, length);
  table.find(name, length, hasher, match);
  return match.listBlockSource >= 0 ? 1 : 0;
}

function time(names: Names, count: number, work: (length: number) => number): { nanoseconds: number; found: number } {
  const start = performance.now();
  let found = 0;
  // A stride that visits every name in an order unlike the table's.
  for (let step = 0, index = 0; step < LOOKUPS; step++) {
    index = (index + 611_953) % count;
    found += work(load(names, index));
  }
  return { nanoseconds: ((performance.now() - start) * 1e6) / LOOKUPS, found };
}

function load(names: Names, index: number): number {
  const start = names.starts[index]!;
  const length = names.starts[index + 1]! - start;
  for (let offset = 0; offset < length; offset++) name[offset] = names.octets[start + offset]!;
  return length;
}
