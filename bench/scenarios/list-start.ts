// How long a start with a large block list takes, from the start of the process to the first blocked answer over UDP: from
// the list's text, and from the compiled table that an earlier start has left.

import { measureRounds, type Subject } from '../measure/rounds.ts';
import { type BlockedNameSet, blockedNames } from '../names/blocked-names.ts';
import { manyBlockedNames } from '../names/sized-lists.ts';
import type { BenchSetting, Measure, ResultTable, Scenario, ScenarioResult, TargetResult } from '../scenario.ts';
import { isInstalled } from '../servers/all-servers.ts';
import { type OneAtATime, oneAtATime, type RunOptions, stateWithCompiledLists } from '../servers/one-at-a-time.ts';
import { CLIENT_CORE, GATEWAY_CORE, type ServerKind } from '../servers/server.ts';

/** Peers that load millions of names at all; unbound takes its time. */
const PEERS = ['dnsmasq', 'dnsdist', 'unbound'];
/** There is no load: whoever starts has the machine. */
const CORES = `${GATEWAY_CORE},${CLIENT_CORE}`;

const START: Measure = { name: 'start to first blocked answer', unit: 's', digits: 2 };

export const listStart: Scenario = {
  name: 'list-start',
  title: 'Start with 1.5 million blocked names',
  minutes: 6,
  run: (setting) => measureStart(blockedNames(), { text: 4, compiled: 1 }, setting),
};

/** More than all public lists together. */
export const listStart5: Scenario = {
  name: 'list-start-5m',
  title: 'Start with 5 million blocked names',
  minutes: 20,
  run: (setting) => measureStart(manyBlockedNames(), { text: 14, compiled: 2 }, setting),
};

interface StartLimits {
  /** Seconds. */
  readonly text: number;
  readonly compiled: number;
}

function measureStart(names: BlockedNameSet, limits: StartLimits, setting: BenchSetting): Promise<ScenarioResult> {
  return oneAtATime(async (servers) => {
    const tables = [];
    const targets = [];
    const notes = [names.origin];
    for (const part of setting.isQuick ? [fromCompiled] : [fromText, fromCompiled]) {
      const { title, limitSeconds, subjects } = await part(servers, names, limits, setting);
      const measured = await measureRounds(title, subjects, [START], setting);
      const table: ResultTable = { title, measures: [START], rows: measured.rows };
      tables.push(table);
      targets.push(...startTarget(table, limitSeconds));
      notes.push(...measured.notes);
    }
    notes.push(
      'each may use both cores; start: of the process, until a question asked every 10 ms has the answer of a blocked name; files are in the page cache',
      'sotto has its code compiled, from a start before; lists of peers are written in their own form beforehand',
      `peers: ${PEERS.join(', ')}; the others are left out for the time they take`,
    );
    return { tables, targets, notes, servers: [...servers.descriptions.values()] };
  });
}

interface Part {
  readonly title: string;
  readonly limitSeconds: number;
  readonly subjects: readonly Subject[];
}

async function fromText(
  servers: OneAtATime,
  blocked: BlockedNameSet,
  { text: limitSeconds }: StartLimits,
  setting: BenchSetting,
): Promise<Part> {
  const kinds = setting.kinds.filter(({ role, name }) => role === 'gateway' || PEERS.includes(name));
  const subjects = kinds.filter(isInstalled).map((kind) => startSubject(servers, kind, { blockedNames: blocked }));
  return { title: 'from text', limitSeconds, subjects };
}

async function fromCompiled(
  servers: OneAtATime,
  blocked: BlockedNameSet,
  { compiled: limitSeconds }: StartLimits,
  setting: BenchSetting,
): Promise<Part> {
  const subjects: Subject[] = [];
  // Quick: two versions of the gateway beside each other.
  for (const kind of setting.kinds.filter(({ role }) => setting.isQuick || role === 'gateway')) {
    setting.say(`${kind.name}: a first start, to have the lists compiled`);
    const stateDirectory = await stateWithCompiledLists(servers, kind, { blockedNames: blocked });
    subjects.push(startSubject(servers, kind, { blockedNames: blocked, stateDirectory }));
  }
  return { title: 'from the compiled table', limitSeconds, subjects };
}

function startSubject(servers: OneAtATime, kind: ServerKind, options: RunOptions): Subject {
  return {
    name: kind.name,
    role: kind.role,
    measure: async () => {
      const milliseconds = await servers.run(
        kind,
        { ...options, isReadyWhenBlocking: true, cores: CORES },
        async ({ startMilliseconds }) => startMilliseconds,
      );
      return { [START.name]: milliseconds / 1000 };
    },
  };
}

function startTarget({ title, rows }: ResultTable, limit: number): TargetResult[] {
  const gateway = rows.find(({ role }) => role === 'gateway');
  if (gateway === undefined) return [];
  const values = gateway.samples[START.name]!.filter((value) => value !== null);
  return [{ what: `${title}: ${START.name}`, limit, bound: 'at most', unit: 's', values }];
}
