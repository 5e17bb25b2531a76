// What it costs to know more: CPU per answer over the size of the block list, and over the number of answers in the cache.

import { rcodeOf } from '../load/ask.ts';
import { checkedDnsperf, UDP_LOAD } from '../load/checked-load.ts';
import { runDnsperf } from '../load/dnsperf.ts';
import { measureRounds, type Subject } from '../measure/rounds.ts';
import { ratios } from '../measure/statistics.ts';
import { inTurn } from '../measure/turn.ts';
import { CPU_PER_ANSWER, LOAD_MEASURES, measureUnderLoad } from '../measure/under-load.ts';
import { type BlockedNameSet, drawBlocked } from '../names/blocked-names.ts';
import { addressQuestions, writeQueryFile } from '../names/query-file.ts';
import { shuffled, sizedLists } from '../names/sized-lists.ts';
import { uniqueNames } from '../names/unique-names.ts';
import type {
  BenchSetting,
  ResultRow,
  ResultTable,
  Scenario,
  ScenarioResult,
  ServerDescription,
  TargetResult,
} from '../scenario.ts';
import { type Fleet, type FleetOptions, startFleet, verifyAnswers } from '../servers/fleet.ts';
import type { RunningServer } from '../servers/server.ts';
import { isRightAnswer } from './cached-answers.ts';

const RULES = [10_000, 100_000, 1_000_000, 5_000_000];
/** A million answers fit into 200 MB, all but the few whose places are taken. */
const CACHE_MEGABYTES = 300;
const CACHED = [1_000, 10_000, 100_000, 1_000_000];
/** Beside the blocked ones, as many questions for names in the cache. */
const ALLOWED_NAMES = 10_000;
const QUESTIONS = 300_000;
const GROWTH_MAX = 1.5;
/** Peers that load millions of names in seconds. */
const PEERS = ['dnsmasq'];
const FILL_PASSES = 2;

/** A server of a certain size, and what it is asked. */
interface Point {
  readonly fleet: Fleet;
  readonly server: RunningServer;
  readonly size: number;
  readonly queryFile: string;
  readonly rcodes: readonly string[];
  verify(): Promise<void>;
}

export const growthOfLists: Scenario = {
  name: 'growth-of-lists',
  title: 'CPU per answer as lists grow, UDP',
  minutes: 8,
  run: measureRules,
};

export const growthOfCache: Scenario = {
  name: 'growth-of-cache',
  title: 'CPU per answer as the cache grows, UDP',
  minutes: 4,
  run: measureCached,
};

async function measureRules(setting: BenchSetting): Promise<ScenarioResult> {
  const lists = sizedLists(RULES);
  const allowed = uniqueNames(ALLOWED_NAMES);
  const points: Point[] = [];
  try {
    for (const list of lists) {
      const queryFile = writeQueryFile(addressQuestions(mixedQuestions(list, allowed)));
      for (const { fleet, server } of await startAlike({ blockedNames: list }, setting)) {
        await fill(server, allowed, setting);
        const verify = async (): Promise<void> => {
          await verifyAnswers(fleet, server, 'udp', [list.example], (message) => rcodeOf(message) === 3);
          await verifyAnswers(fleet, server, 'udp', allowed.slice(0, 3), isRightAnswer);
        };
        points.push({ fleet, server, size: list.count, queryFile, rcodes: ['NOERROR', 'NXDOMAIN'], verify });
      }
    }
    // From now on, what is not blocked can only come from a cache.
    for (const { fleet } of points) fleet.outside.pause();
    return await measurePoints('blocked names loaded', points, [lists.at(-1)!.origin], setting);
  } finally {
    await stopAll(points);
  }
}

/** In turns one that is blocked and one that is in the cache. */
function mixedQuestions(list: BlockedNameSet, allowed: readonly string[]): string[] {
  return drawBlocked(list, QUESTIONS / 2).flatMap((name, index) => [name, allowed[index % allowed.length]!]);
}

async function measureCached(setting: BenchSetting): Promise<ScenarioResult> {
  const points: Point[] = [];
  const kinds = setting.kinds.filter(({ role }) => role === 'gateway');
  try {
    for (const size of CACHED) {
      const names = uniqueNames(size);
      const queryFile = writeQueryFile(addressQuestions(shuffled(names)));
      for (const { fleet, server } of await startAlike({ cacheMegabytes: CACHE_MEGABYTES }, { ...setting, kinds })) {
        await fill(server, names, setting);
        const verify = (): Promise<void> => verifyAnswers(fleet, server, 'udp', names.slice(0, 3), isRightAnswer);
        points.push({ fleet, server, size, queryFile, rcodes: ['NOERROR'], verify });
      }
    }
    // Of a million, some find their place taken: the outside server goes on, and they are asked for again.
    return await measurePoints('answers in the cache', points, ['cache: each asked equally often'], setting);
  } finally {
    await stopAll(points);
  }
}

async function startAlike(options: FleetOptions, setting: BenchSetting) {
  const fleet = await startFleet(({ role, name }) => role === 'gateway' || PEERS.includes(name), options, setting);
  return fleet.servers.map((server) => ({ fleet, server }));
}

async function fill(server: RunningServer, names: readonly string[], setting: BenchSetting): Promise<void> {
  setting.say(`${server.kind.name}: ${names.length} answers into the cache`);
  const queryFile = writeQueryFile(addressQuestions(names));
  await inTurn('busy', async () => {
    for (let pass = 0; pass < FILL_PASSES; pass++) await runDnsperf(server, { ...UDP_LOAD, queryFile, until: 'once' });
  });
}

async function measurePoints(
  axis: string,
  points: readonly Point[],
  origin: readonly string[],
  setting: BenchSetting,
): Promise<ScenarioResult> {
  const fleets = [...new Set(points.map(({ fleet }) => fleet))];
  const subjects = points.map(
    ({ server, size, queryFile, rcodes, verify }): Subject => ({
      name: `${server.kind.name}, ${size}`,
      role: server.kind.role,
      measure: async () => {
        await verify();
        return measureUnderLoad(server.pid, () =>
          checkedDnsperf(server, rcodes, { ...UDP_LOAD, queryFile, until: { seconds: setting.seconds } }),
        );
      },
    }),
  );
  const measured = await measureRounds(axis, subjects, LOAD_MEASURES, setting, 'no matter');
  const rows = measured.rows.map((row, index): ResultRow => {
    const { server, size } = points[index]!;
    return { ...row, subject: server.kind.name, at: size };
  });
  const table = { title: axis, measures: LOAD_MEASURES, rows, axis: { name: axis, isLogarithmic: true } };
  return {
    tables: [table],
    targets: growthTarget(table),
    notes: [...origin, ...fleets.flatMap(({ notes }) => notes), ...measured.notes],
    servers: describedOnce(fleets),
  };
}

/** Largest against smallest, round by round. */
function growthTarget({ title, rows }: ResultTable): TargetResult[] {
  const own = rows.filter(({ role }) => role === 'gateway').toSorted((one, other) => one.at! - other.at!);
  const [smallest, largest] = [own[0], own.at(-1)];
  if (smallest === undefined || largest === undefined) return [];
  const name = CPU_PER_ANSWER.name;
  return [
    {
      what: `${title}: ${name}, ${largest.at} against ${smallest.at}`,
      limit: GROWTH_MAX,
      bound: 'at most',
      unit: '',
      values: ratios(largest.samples[name]!, smallest.samples[name]!),
    },
  ];
}

function describedOnce(fleets: readonly Fleet[]): ServerDescription[] {
  return fleets[0] === undefined ? [] : [...fleets[0].descriptions];
}

async function stopAll(points: readonly Point[]): Promise<void> {
  for (const fleet of new Set(points.map(({ fleet }) => fleet))) await fleet.stop();
}
