// What a large block list costs in memory: the gateway with it beside the same gateway without lists, both asked and at rest.

import { setTimeout as wait } from 'node:timers/promises';
import { checkedDnsperf, UDP_LOAD } from '../load/checked-load.ts';
import { runDnsperf } from '../load/dnsperf.ts';
import { memoryOf } from '../measure/memory-of.ts';
import { measureRounds, type Subject } from '../measure/rounds.ts';
import { type BlockedNameSet, blockedNames, drawBlocked } from '../names/blocked-names.ts';
import { addressQuestions, writeQueryFile } from '../names/query-file.ts';
import { manyBlockedNames } from '../names/sized-lists.ts';
import { uniqueNames } from '../names/unique-names.ts';
import type { BenchSetting, Measure, ResultRow, Scenario, ScenarioResult, TargetResult } from '../scenario.ts';
import { isInstalled } from '../servers/all-servers.ts';
import { oneAtATime, type RunOptions, stateWithCompiledLists } from '../servers/one-at-a-time.ts';
import type { RunningServer, ServerKind } from '../servers/server.ts';

/** Peers that load millions of names at all; unbound takes its time. */
const PEERS = ['dnsmasq', 'dnsdist', 'unbound'];
const QUESTIONS = 20_000;
/** Far below what saturates any of them: how much garbage waits to be collected is a matter of chance. */
const QUESTIONS_PER_SECOND = 5_000;
/** What was left to do has been done. */
const SETTLING_MILLISECONDS = 5_000;

const RESIDENT: Measure = { name: 'resident', unit: 'MB', digits: 1 };
const PROPORTIONAL: Measure = { name: 'proportional', unit: 'MB', digits: 1 };
const MEASURES = [RESIDENT, PROPORTIONAL];

/** What is asked: names that are allowed everywhere, then blocked ones where they are loaded. */
interface Warming {
  readonly allowed: string;
  readonly second: { readonly queryFile: string; readonly rcode: 'NOERROR' | 'NXDOMAIN' };
}

export const listMemory: Scenario = {
  name: 'list-memory',
  title: 'Memory for 1.5 million blocked names',
  minutes: 8,
  run: (setting) => measureMemory(blockedNames(), 60, setting),
};

/** More than all public lists together. */
export const listMemory5: Scenario = {
  name: 'list-memory-5m',
  title: 'Memory for 5 million blocked names',
  minutes: 20,
  run: (setting) => measureMemory(manyBlockedNames(), 200, setting),
};

function measureMemory(
  names: BlockedNameSet,
  addedMaxMegabytes: number,
  setting: BenchSetting,
): Promise<ScenarioResult> {
  const allowed = writeQueryFile(addressQuestions(uniqueNames(QUESTIONS)));
  const blocked = writeQueryFile(addressQuestions(drawBlocked(names, QUESTIONS)));
  const withNames: Warming = { allowed, second: { queryFile: blocked, rcode: 'NXDOMAIN' } };
  const withoutNames: Warming = { allowed, second: { queryFile: allowed, rcode: 'NOERROR' } };
  return oneAtATime(async (servers) => {
    const subjectOf = (kind: ServerKind, options: RunOptions, warming: Warming): Subject => ({
      name: kind.name,
      role: kind.role,
      measure: () => servers.run(kind, options, (server) => memoryAtRest(server, warming)),
    });
    const subjects: Subject[] = [];
    const isGateway = ({ role }: ServerKind): boolean => setting.isQuick || role === 'gateway';
    for (const kind of setting.kinds.filter((kind) => isGateway(kind) || PEERS.includes(kind.name))) {
      if (!isInstalled(kind)) continue;
      if (!isGateway(kind)) {
        subjects.push(subjectOf(kind, { blockedNames: names }, withNames));
        continue;
      }
      setting.say(`${kind.name}: a first start, to have the lists compiled`);
      const stateDirectory = await stateWithCompiledLists(servers, kind, { blockedNames: names });
      subjects.push(subjectOf(kind, { blockedNames: names, stateDirectory }, withNames));
      if (!setting.isQuick)
        subjects.push({ ...subjectOf(kind, {}, withoutNames), name: withoutLists(kind.name), role: 'shown' });
    }
    const title = `${names.count} names`;
    const { rows, notes } = await measureRounds('memory', subjects, MEASURES, setting, 'no matter');
    return {
      tables: [{ title, measures: MEASURES, rows }],
      targets: addedTarget(rows, addedMaxMegabytes),
      notes: [
        names.origin,
        `memory of the process and its children, ${SETTLING_MILLISECONDS / 1000} s after ${QUESTIONS} names that were allowed and as many questions for blocked ones (without lists, for the allowed ones again)`,
        'sotto was started from its compiled table',
        ...notes,
      ],
      servers: [...servers.descriptions.values()],
    };
  });
}

function withoutLists(name: string): string {
  return `${name}, no lists`;
}

async function memoryAtRest(server: RunningServer, { allowed, second }: Warming): Promise<Record<string, number>> {
  const paced = { ...UDP_LOAD, until: 'once', queriesPerSecond: QUESTIONS_PER_SECOND } as const;
  // A server may lose some of the first questions while its way out is made.
  await runDnsperf(server, { ...paced, queryFile: allowed });
  await checkedDnsperf(server, [second.rcode], { ...paced, queryFile: second.queryFile });
  await wait(SETTLING_MILLISECONDS);
  const { resident, proportional } = memoryOf(server.pid);
  return { [RESIDENT.name]: resident / 1e6, [PROPORTIONAL.name]: proportional / 1e6 };
}

/** With lists less without, round by round. */
function addedTarget(rows: readonly ResultRow[], limit: number): TargetResult[] {
  const gateway = rows.find(({ role }) => role === 'gateway');
  const without = rows.find(({ subject }) => gateway !== undefined && subject === withoutLists(gateway.subject));
  if (gateway === undefined || without === undefined) return [];
  const values = gateway.samples[RESIDENT.name]!.flatMap((value, round) => {
    const other = without.samples[RESIDENT.name]![round] ?? null;
    return value === null || other === null ? [] : [value - other];
  });
  const what = 'resident memory above the same gateway without lists';
  return [{ what, limit, bound: 'at most', unit: 'MB', values }];
}
