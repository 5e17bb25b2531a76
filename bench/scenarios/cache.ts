// The answer cache alone: how often it has what is asked, in as many bytes as exact LRU is given, and what an entry costs beside
// its key and answer. Counted by the real cache code, not timed; bench/cache/ has more streams and rules.

import { overheadRows } from '../cache/overhead.ts';
import { hitRatioOf, productionRule } from '../cache/simulate.ts';
import { recordedStream, type Stream, zipfStream } from '../cache/streams.ts';
import { BELADY, LRU } from '../cache/yardsticks.ts';
import type { Measure, ResultRow, ResultTable, Scenario, TargetResult } from '../scenario.ts';

const KILOBYTES = [500, 1000, 2000, 4000];
/** 0: nothing expires. */
const QUERIES_PER_SECOND = [0, 20];
const OVERHEAD_MAX_BYTES = 64;
/** In place of the recorded stream. */
const MADE = { names: 60_000, exponent: 0.9, queries: 100_000 };

const HIT_RATIO: Measure = { name: 'hits', unit: '%', digits: 2 };
const OVERHEAD: Measure = { name: 'beside key and answer', unit: 'octets', digits: 1 };
const MESSAGE: Measure = { name: 'the answer', unit: 'octets', digits: 0 };

export const cache: Scenario = {
  name: 'cache',
  title: 'The answer cache: hits beside LRU, and bytes for each entry',
  minutes: 1,
  run: async (setting) => {
    const streams = QUERIES_PER_SECOND.map(streamOf);
    const hits = streams.map((stream) => {
      setting.say(stream.name);
      return hitTable(stream);
    });
    setting.say('bytes for each entry');
    const overhead = overheadRows();
    const ordinary = overhead.filter(({ signedShare }) => signedShare < 1);
    return {
      tables: [
        ...hits,
        {
          title: 'an entry of a full cache',
          measures: [OVERHEAD, MESSAGE],
          rows: overhead.map(({ messages, overheadBytes, messageBytes }) => ({
            subject: messages,
            role: 'shown' as const,
            samples: { [OVERHEAD.name]: [overheadBytes], [MESSAGE.name]: [messageBytes] },
          })),
        },
      ],
      targets: [
        ...hits.flatMap(hitTargets),
        {
          what: 'bytes beside key and answer, of the ordinary kind that needs most',
          limit: OVERHEAD_MAX_BYTES,
          bound: 'at most',
          unit: 'octets',
          values: [Math.max(...ordinary.map(({ overheadBytes }) => overheadBytes))],
        },
      ],
      notes: [
        'counted, not timed: every run gives the same, so there is one',
        'LRU and Belady have the same bytes, keep the same entries, and need no index; Belady knows the future',
        'ordinary: all but the kinds of answers of which each is signed',
      ],
      servers: [],
    };
  },
};

function streamOf(queriesPerSecond: number): Stream {
  const expiry = queriesPerSecond === 0 ? 'nothing expires' : `${queriesPerSecond} questions a second`;
  return (
    recordedStream(`recorded stream, ${expiry}`, queriesPerSecond) ??
    zipfStream({ name: `generated stream (no recorded one is here), ${expiry}`, ...MADE, queriesPerSecond })
  );
}

function hitTable(stream: Stream): ResultTable {
  const rowsOf = (subject: string, role: ResultRow['role'], hitRatio: (maxBytes: number) => number): ResultRow[] =>
    KILOBYTES.map((at) => ({ subject, role, at, samples: { [HIT_RATIO.name]: [hitRatio(at * 1000)] } }));
  return {
    title: stream.name,
    measures: [HIT_RATIO],
    axis: { name: 'kB', isLogarithmic: true },
    rows: [
      ...rowsOf('sotto', 'gateway', (maxBytes) => hitRatioOf(stream, productionRule, maxBytes)),
      ...rowsOf(LRU.name, 'peer', (maxBytes) => LRU.hitRatioOf(stream, maxBytes)),
      ...rowsOf(BELADY.name, 'shown', (maxBytes) => BELADY.hitRatioOf(stream, maxBytes)),
    ],
  };
}

function hitTargets({ title, rows }: ResultTable): TargetResult[] {
  return KILOBYTES.map((kilobytes) => {
    const hits = (role: ResultRow['role']): number =>
      rows.find((row) => row.role === role && row.at === kilobytes)!.samples[HIT_RATIO.name]![0]!;
    const what = `${title}, ${kilobytes} kB: hits against LRU`;
    return { what, limit: 1, bound: 'at least', unit: '', values: [hits('gateway') / hits('peer')] };
  });
}
