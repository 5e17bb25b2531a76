// Octets that V8 allocates for each query through the whole handler. The aim is 0; V8 counts in steps of its allocation buffers, so
// the smallest of several rounds counts, and less than an octet is none.

import { getHeapStatistics } from 'node:v8';
import { UDP } from '../../src/data-plane/listeners/transports.ts';
import { clientNames, listedNames, queryFor, tableOf } from './bench-data.ts';
import { addressOf, askAll, benchHandler, BenchSink } from './bench-handler.ts';

const CALLS = 1_000_000;
const ROUNDS = 6;
const NAMES = 500;

const listed = listedNames(20_000);
const isListed = new Set(listed);
const names = clientNames(5000)
  .filter((name) => !isListed.has(name))
  .slice(0, NAMES);
const handler = benchHandler(tableOf(listed));
const sink = new BenchSink(UDP);
const local = addressOf('127.0.0.1');
const stranger = addressOf('203.0.113.5');

export async function report(say: (line: string) => void): Promise<void> {
  const queries = names.map((name) => queryFor(name, true));
  await askAll(handler, sink, queries);
  const listedQueries = listed.slice(0, NAMES).map((name) => queryFor(name, true));
  const kinds = [
    { what: 'hit', queries: names.map((name) => queryFor(name, false)), address: local },
    { what: 'hit with EDNS', queries, address: local },
    { what: 'blocked with EDNS', queries: listedQueries, address: local },
    { what: 'answered locally', queries: [queryFor('localhost', true)], address: local },
    { what: 'refused: a stranger', queries, address: stranger },
  ];
  for (const { what, queries, address } of kinds) {
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) least = Math.min(least, allocatedBy(queries, address));
    say(`${what.padEnd(24)} ${(least / CALLS).toFixed(2)} octets a query`);
  }
}

function allocatedBy(queries: readonly Buffer[], address: Uint8Array): number {
  const before = allocatedBytes();
  for (let i = 0, next = 0; i < CALLS; i++) {
    const query = queries[next]!;
    handler(sink, sink, query, query.length, address);
    if (++next === queries.length) next = 0;
  }
  return allocatedBytes() - before;
}

/** Node.js 26 and later count them. */
function allocatedBytes(): number {
  return (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes ?? Number.NaN;
}
