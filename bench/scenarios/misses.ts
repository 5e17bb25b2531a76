// Misses: names that nobody has asked for, through the same server outside. First as many as the gateway can, alone on its
// core; then at an easy pace, where what counts is how much later an answer comes than from that server itself.

import { rcodeOf } from '../load/ask.ts';
import { checkedDnsperf, UDP_LOAD } from '../load/checked-load.ts';
import { probeLatency } from '../load/probe-latency.ts';
import { measureRounds } from '../measure/rounds.ts';
import { quantile } from '../measure/statistics.ts';
import { THROUGHPUT } from '../measure/under-load.ts';
import { addressQuestions, writeQueryFile } from '../names/query-file.ts';
import { uniqueNames } from '../names/unique-names.ts';
import type { BenchSetting, Measure, ResultRow, Scenario, ScenarioResult, TargetResult } from '../scenario.ts';
import { type Fleet, startFleet, verifyAnswers } from '../servers/fleet.ts';
import { measureVariants } from './variants.ts';

const MISSES_PER_SECOND_EXPECTED = 15_000;
const QUICK_SHARE = 0.4;
const MISSES_PER_SECOND_TARGET = 10_000;
const PACE_PER_SECOND = 500;
const ADDED_LATENCY_TARGET_MILLISECONDS = 0.3;
const P50: Measure = { name: 'p50', unit: 'ms', digits: 3 };
const P99: Measure = { name: 'p99', unit: 'ms', digits: 3 };

let probes = 0;

export const misses: Scenario = {
  name: 'misses',
  title: 'Misses through a local DoH upstream',
  minutes: 5,
  run: async (setting) => {
    const fleet = await startFleet(({ wayOut }) => wayOut === 'doh' || wayOut === 'dot', {}, setting);
    try {
      const rates = await missRates(fleet, setting);
      if (setting.isQuick) return rates;
      const latencies = await missLatencies(fleet, setting);
      return {
        ...rates,
        tables: [...rates.tables, ...latencies.tables],
        targets: [...rates.targets, ...latencies.targets],
        notes: [...rates.notes, ...latencies.notes],
      };
    } finally {
      await fleet.stop();
    }
  },
};

function missRates(fleet: Fleet, setting: BenchSetting): Promise<ScenarioResult> {
  return measureVariants(
    fleet,
    [
      {
        title: 'saturated',
        load: (server, seconds) => {
          const names = uniqueNames(
            Math.round(seconds * MISSES_PER_SECOND_EXPECTED * (setting.isQuick ? QUICK_SHARE : 1)),
          );
          const queryFile = writeQueryFile(addressQuestions(names));
          return checkedDnsperf(server, ['NOERROR'], { ...UDP_LOAD, queryFile, until: 'once' });
        },
        targets: ({ rows }) => [rateTarget(rows)],
      },
    ],
    (server) => verifyAnswers(fleet, server, 'udp', uniqueNames(1), (message) => rcodeOf(message) === 0),
    setting,
  );
}

function rateTarget(rows: readonly ResultRow[]): TargetResult | undefined {
  const gateway = rows.find(({ role }) => role === 'gateway');
  if (gateway === undefined) return undefined;
  return {
    what: `misses: ${THROUGHPUT.name}, the gateway alone on its core`,
    limit: MISSES_PER_SECOND_TARGET,
    bound: 'at least',
    unit: '',
    values: (gateway.samples[THROUGHPUT.name] ?? []).filter((value) => value !== null),
  };
}

async function missLatencies(fleet: Fleet, setting: BenchSetting): Promise<ScenarioResult> {
  const { outside, certificate } = fleet;
  const ask = async (protocol: 'udp' | 'doh', port: number): Promise<Record<string, number>> => {
    const microseconds = await probeLatency({
      ...{ protocol, port, caPath: certificate.caPath, queriesPerSecond: PACE_PER_SECOND, seconds: setting.seconds },
      namePrefix: `p${probes++}-`,
    });
    return { p50: quantile(microseconds, 0.5) / 1000, p99: quantile(microseconds, 0.99) / 1000 };
  };
  const direct = {
    name: 'that server itself, DoH',
    role: 'floor',
    measure: () => ask('doh', outside.dohPort),
  } as const;
  const subjects = fleet.servers.map((server) => ({
    name: server.kind.name,
    role: server.kind.role,
    measure: () => ask('udp', server.ports.dns),
  }));
  const title = `${PACE_PER_SECOND} questions a second`;
  const { rows, notes } = await measureRounds(title, [...subjects, direct], [P50, P99], setting);
  const samplesOf = (role: string): readonly (number | null)[] =>
    rows.find((row) => row.role === role)?.samples.p50 ?? [];
  const added = samplesOf('gateway').flatMap((value, round) => {
    const other = samplesOf('floor')[round] ?? null;
    return value === null || other === null ? [] : [value - other];
  });
  return {
    tables: [{ title, measures: [P50, P99], rows }],
    targets: [
      {
        what: 'misses: p50 over asking that server itself',
        limit: ADDED_LATENCY_TARGET_MILLISECONDS,
        bound: 'at most',
        unit: 'ms',
        values: added,
      },
    ],
    notes,
    servers: fleet.descriptions,
  };
}
