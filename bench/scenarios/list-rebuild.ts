// A changed list of 1.5 million names is read, compiled and put in force while 5,000 questions a second are answered: whether
// they wait longer, whether one is lost, and how much memory the whole process tree takes meanwhile and later.

import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { temporaryDirectory } from '../../test/fixtures/temporary-directory.ts';
import { askForRcode } from '../load/ask.ts';
import { checkedDnsperf, UDP_LOAD } from '../load/checked-load.ts';
import { runDnsperf } from '../load/dnsperf.ts';
import { type MemoryWatch, watchMemory } from '../measure/memory-watch.ts';
import { measureRounds, type Subject } from '../measure/rounds.ts';
import { median, quantile } from '../measure/statistics.ts';
import { VoidRun } from '../measure/void-run.ts';
import { type BlockedNameSet, blockedNames } from '../names/blocked-names.ts';
import { addressQuestions, writeQueryFile } from '../names/query-file.ts';
import { manyBlockedNames } from '../names/sized-lists.ts';
import { uniqueNames } from '../names/unique-names.ts';
import type { BenchSetting, Measure, ResultRow, Scenario, ScenarioResult, TargetResult } from '../scenario.ts';
import { type OneAtATime, oneAtATime, stateWithCompiledLists } from '../servers/one-at-a-time.ts';
import { CLIENT_CORE, GATEWAY_CORE, type RunningServer, SERVER_ADDRESS, type ServerKind } from '../servers/server.ts';

const CACHED_NAMES = 2_000;
const QUESTIONS_PER_SECOND = 5_000;
/** No stall may hold the questions back that come after it. */
const OUTSTANDING = 2_000;
/**
 * The gateway starts while its list's file holds no list: it goes on with the kept copy, and looks at the file again after 3.75
 * to 6.25 s, then after 7.5 to 12.5 s more. The second of these finds the changed list; a refresh comes after a minute or more.
 */
const NO_LIST = '<!DOCTYPE html><html><body><p>Down for maintenance.</p></body></html>\n';
const FILE_IS_BACK_SECONDS = 7;
const LOOKED_AT_MAX_SECONDS = 19;
const REST_SECONDS = 30;
/** The first answers, and what a new gateway still has to do, belong to neither part. */
const RUN_UP_MILLISECONDS = 1_500;
/** How long memory is looked at for "before" and "after". */
const MEMORY_WINDOW_MILLISECONDS = 1_500;
const POLL_MILLISECONDS = 20;
const ANSWERED_SHARE_MIN = 0.99;

const P99_RATIO: Measure = { name: 'p99 during / quiet', unit: '', digits: 2 };
const P99_QUIET: Measure = { name: 'p99 quiet', unit: 'ms', digits: 3 };
const P99_DURING: Measure = { name: 'p99 during', unit: 'ms', digits: 3 };
const LONGEST: Measure = { name: 'longest', unit: 'ms', digits: 1 };
const LOST: Measure = { name: 'lost', unit: '', digits: 0 };
const REBUILD: Measure = { name: 'rebuild', unit: 's', digits: 1 };
const BEFORE: Measure = { name: 'memory before', unit: 'MB', digits: 0 };
const PEAK_RATIO: Measure = { name: 'peak / before', unit: '', digits: 2 };
const LATER_RATIO: Measure = { name: `${REST_SECONDS} s later / before`, unit: '', digits: 3 };
const MEASURES = [P99_RATIO, P99_QUIET, P99_DURING, LONGEST, LOST, REBUILD, BEFORE, PEAK_RATIO, LATER_RATIO];
const LIMITS = [
  [P99_RATIO, 2],
  [LOST, 0],
  [PEAK_RATIO, 1.6],
  [LATER_RATIO, 1.05],
] as const;

export const listRebuild: Scenario = {
  name: 'list-rebuild',
  title: `Rebuild of 1.5 million names at ${QUESTIONS_PER_SECOND} questions a second`,
  minutes: 7,
  run: (setting) => measureRebuilds(blockedNames(), 15, setting),
};

/** More than all public lists together. */
export const listRebuild5: Scenario = {
  name: 'list-rebuild-5m',
  title: `Rebuild of 5 million names at ${QUESTIONS_PER_SECOND} questions a second`,
  minutes: 12,
  run: (setting) => measureRebuilds(manyBlockedNames(), 60, setting),
};

async function measureRebuilds(
  names: BlockedNameSet,
  rebuildMaxSeconds: number,
  setting: BenchSetting,
): Promise<ScenarioResult> {
  const queryFile = writeQueryFile(addressQuestions(uniqueNames(CACHED_NAMES)));
  return oneAtATime(async (servers) => {
    const subjects: Subject[] = [];
    for (const kind of setting.kinds.filter(({ role }) => setting.isQuick || role === 'gateway'))
      subjects.push(await rebuildSubject(servers, kind, { names, queryFile, rebuildMaxSeconds }, setting));
    const title = 'rebuild under load';
    const { rows, notes } = await measureRounds(title, subjects, MEASURES, setting);
    return {
      tables: [{ title, measures: MEASURES, rows }],
      targets: targets(rows),
      notes: [
        names.origin,
        `one load over UDP for ${CACHED_NAMES} cached names throughout; the gateway may use both cores, and dnsperf is on core ${CLIENT_CORE}`,
        'rebuild: from the moment the changed file is read until its new name is blocked',
        'quiet: all that was answered before, from the same start',
        'memory: /proc/PID/statm of the gateway and its helper every 25 ms; what they share counts once',
        ...notes,
      ],
      servers: [...servers.descriptions.values()],
    };
  });
}

interface RebuildParts {
  readonly names: BlockedNameSet;
  readonly queryFile: string;
  readonly rebuildMaxSeconds: number;
}

/** Its list is a file of its own, for it changes in every run. */
async function rebuildSubject(
  servers: OneAtATime,
  kind: ServerKind,
  { names, queryFile, rebuildMaxSeconds }: RebuildParts,
  setting: BenchSetting,
): Promise<Subject> {
  const path = join(temporaryDirectory('bench-list').path, 'names.txt');
  const options = { blockedNames: { path, count: names.count, example: names.example } };
  const text = `${names.names.join('\n')}\n`;
  writeFileSync(path, text);
  setting.say(`${kind.name}: a first start, to have the lists compiled`);
  const stateDirectory = await stateWithCompiledLists(servers, kind, options);
  let run = 0;
  return {
    name: kind.name,
    role: kind.role,
    measure: () => {
      const added = `added-${run++}.example.net`;
      const changedPath = `${path}.changed`;
      writeFileSync(changedPath, `${text}${added}\n`);
      writeFileSync(path, NO_LIST);
      const change = (): void => renameSync(changedPath, path);
      const cores = `${GATEWAY_CORE},${CLIENT_CORE}`;
      return servers.run(kind, { ...options, stateDirectory, cores }, (server) =>
        measureRebuild(server, { queryFile, stateDirectory, change, added, rebuildMaxSeconds }),
      );
    },
  };
}

interface Change {
  readonly queryFile: string;
  readonly stateDirectory: string;
  /** Puts the changed list in its place. */
  readonly change: () => void;
  /** The name that is new in it. */
  readonly added: string;
  /** Longer than that is taken for never. */
  readonly rebuildMaxSeconds: number;
}

/** When the rebuild began and ended, as performance.now() tells it. */
interface Rebuild {
  readonly begun: number;
  readonly ended: number;
}

async function measureRebuild(
  server: RunningServer,
  { queryFile, stateDirectory, change, added, rebuildMaxSeconds }: Change,
): Promise<Record<string, number>> {
  const startedAt = performance.now() - server.startMilliseconds;
  await runDnsperf(server, { ...UDP_LOAD, queryFile, until: 'once' });
  await checkedDnsperf(server, ['NOERROR'], { ...UDP_LOAD, queryFile, until: 'once' });

  let isChanged = false;
  let begun: number | undefined;
  const watch = watchMemory(server.pid, () => {
    if (isChanged && begun === undefined && isReceiving(stateDirectory)) begun = performance.now();
  });
  const loadBegun = performance.now();
  const seconds = LOOKED_AT_MAX_SECONDS + rebuildMaxSeconds + REST_SECONDS - (loadBegun - startedAt) / 1000;
  const load = runDnsperf(server, {
    ...{ protocol: 'udp', queryFile, clients: UDP_LOAD.clients, outstanding: OUTSTANDING, eachLatency: true },
    until: { seconds: Math.ceil(seconds) },
    queriesPerSecond: QUESTIONS_PER_SECOND,
  });
  try {
    await wait(FILE_IS_BACK_SECONDS * 1000 - (performance.now() - startedAt));
    change();
    isChanged = true;
    const giveUpAt = startedAt + (LOOKED_AT_MAX_SECONDS + rebuildMaxSeconds) * 1000;
    const ended = await blockedAt(server, added, () => begun !== undefined, giveUpAt);
    if (begun === undefined || ended === undefined) throw new VoidRun('the changed list did not come in force');
    const rebuild = { begun, ended };
    await wait(ended + REST_SECONDS * 1000 - performance.now());
    const { sent, answered, lost, rcodes, latenciesSeconds } = await load;
    if (sent < ANSWERED_SHARE_MIN * QUESTIONS_PER_SECOND * Math.ceil(seconds))
      throw new VoidRun(`only ${sent} questions in ${Math.ceil(seconds)} s: dnsperf was held up`);
    if ((rcodes.NOERROR ?? 0) < answered) throw new VoidRun(`wrong answers: ${JSON.stringify(rcodes)}`);
    return {
      ...latencies(latenciesSeconds, loadBegun, rebuild),
      ...memory(watch, loadBegun, rebuild),
      [LOST.name]: lost,
      [REBUILD.name]: (ended - begun) / 1000,
    };
  } finally {
    watch.stop();
    await load.catch(() => undefined);
  }
}

/** The gateway copies a changed list into its state directory, and compiles that copy. */
function isReceiving(stateDirectory: string): boolean {
  return readdirSync(join(stateDirectory, 'lists')).some((file) => file.endsWith('.part'));
}

/** Undefined if it does not happen in time. */
async function blockedAt(
  server: RunningServer,
  name: string,
  hasBegun: () => boolean,
  giveUpAt: number,
): Promise<number | undefined> {
  while (performance.now() < giveUpAt) {
    if (hasBegun() && (await askForRcode(SERVER_ADDRESS, server.ports.dns, name)) === 3) return performance.now();
    await wait(POLL_MILLISECONDS);
  }
  return undefined;
}

/** Answers are in the order in which they came, at a steady pace: their place tells their time. */
function latencies(seconds: readonly number[], loadBegun: number, { begun, ended }: Rebuild): Record<string, number> {
  const placeAt = (time: number): number => Math.round(((time - loadBegun) / 1000) * QUESTIONS_PER_SECOND);
  const quiet = seconds.slice(placeAt(loadBegun + RUN_UP_MILLISECONDS), placeAt(begun));
  const during = seconds.slice(placeAt(begun), placeAt(ended));
  const [p99Quiet, p99During] = [quantile(quiet, 0.99) * 1000, quantile(during, 0.99) * 1000];
  return {
    [P99_QUIET.name]: p99Quiet,
    [P99_DURING.name]: p99During,
    [P99_RATIO.name]: p99During / p99Quiet,
    [LONGEST.name]: quantile(during, 1) * 1000,
  };
}

/** The peak counts until the end: a table may be written to the disk after it is in force. */
function memory({ samples }: MemoryWatch, loadBegun: number, { begun, ended }: Rebuild): Record<string, number> {
  const between = (from: number, to: number): number[] =>
    samples.filter(({ at }) => at >= from && at < to).map(({ bytes }) => bytes);
  const before = median(between(Math.max(loadBegun, begun - MEMORY_WINDOW_MILLISECONDS), begun));
  const restedAt = ended + REST_SECONDS * 1000;
  const later = median(between(restedAt - MEMORY_WINDOW_MILLISECONDS, restedAt));
  const peak = between(begun, restedAt).reduce((most, bytes) => Math.max(most, bytes), 0);
  return {
    [BEFORE.name]: before / 1e6,
    [PEAK_RATIO.name]: peak / before,
    [LATER_RATIO.name]: later / before,
  };
}

function targets(rows: readonly ResultRow[]): TargetResult[] {
  const gateway = rows.find(({ role }) => role === 'gateway');
  if (gateway === undefined) return [];
  return LIMITS.map(([{ name }, limit]) => ({
    what: `rebuild: ${name}`,
    limit,
    bound: 'at most',
    unit: '',
    values: gateway.samples[name]!.filter((value) => value !== null),
  }));
}
