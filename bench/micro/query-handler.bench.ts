// The whole of a query inside the data plane, from the handler's call to the sink's, for each outcome that needs no upstream.

import { UDP } from '../../src/data-plane/listeners/transports.ts';
import { clientNames, listedNames, queryFor, tableOf } from './bench-data.ts';
import { addressOf, askAll, benchHandler, BenchSink } from './bench-handler.ts';
import type { MicroBench } from './micro-bench.ts';

const HOT = 500;
const COLD = 1 << 17;
const RULES = 1_500_000;

const listed = listedNames(RULES);
const known = new Set(listed);
const names = clientNames(100_000).filter((name) => !known.has(name));
const handler = benchHandler(tableOf(listed));
const sink = new BenchSink(UDP);
const local = addressOf('127.0.0.1');
const stranger = addressOf('203.0.113.5');

function queriesFor(texts: readonly string[], edns: boolean): Buffer[] {
  return texts.map((text) => queryFor(text, edns));
}

/** `count` of them from all over the list. */
function spread(texts: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, index) => texts[Math.floor((index * texts.length) / count)]!);
}

/** A fixed order without rhyme, so that no cache of the CPU knows what comes next. */
function shuffled(queries: Buffer[]): Buffer[] {
  let state = 1;
  for (let i = queries.length - 1; i > 0; i--) {
    state = (Math.imul(state, 0x2c1b_3c6d) + 12_345) & 0x7fff_ffff;
    const j = state % (i + 1);
    [queries[i], queries[j]] = [queries[j]!, queries[i]!];
  }
  return queries;
}

function bench(name: string, queries: readonly Buffer[], clientAddress = local): MicroBench {
  let next = 0;
  return {
    name,
    run(calls) {
      for (let i = 0; i < calls; i++) {
        const query = queries[next]!;
        handler(sink, sink, query, query.length, clientAddress);
        if (++next === queries.length) next = 0;
      }
      return sink.sum;
    },
  };
}

await askAll(handler, sink, queriesFor(names, true));

const hot = names.slice(0, HOT);
const hotListed = spread(listed, HOT);
export const benches: readonly MicroBench[] = [
  bench(`hit, ${HOT} names`, queriesFor(hot, false)),
  bench(`hit with EDNS, ${HOT} names`, queriesFor(hot, true)),
  bench(`hit, ${names.length} names at random`, shuffled(queriesFor(names, false))),
  bench(`blocked, ${HOT} names of ${listed.length}`, queriesFor(hotListed, false)),
  bench(`blocked with EDNS, ${HOT} names of ${listed.length}`, queriesFor(hotListed, true)),
  bench(`blocked, ${COLD} names of ${listed.length} at random`, shuffled(queriesFor(spread(listed, COLD), false))),
  bench('answered locally', queriesFor(['localhost', 'printer.local', 'x.home.arpa'], false)),
  bench('refused: a stranger', queriesFor(hot, false), stranger),
];
