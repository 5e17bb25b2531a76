// Ten thousand DNS over TLS connections that asked once and say nothing more: what each costs in memory, and whether others
// wait longer for their answers meanwhile.

import { setTimeout as wait } from 'node:timers/promises';
import { makeCertificate } from '../../test/fixtures/make-certificate.ts';
import { compileHolder, holdConnections } from '../idle/held-connections.ts';
import { holdableBy, holdingServers } from '../idle/holding-servers.ts';
import { runDnsperf } from '../load/dnsperf.ts';
import { againstBest } from '../measure/compare.ts';
import { memoryOf } from '../measure/memory-of.ts';
import { measureRounds, type Subject } from '../measure/rounds.ts';
import { quantile } from '../measure/statistics.ts';
import { readProcessorTicks, stolenShare } from '../measure/stolen-time.ts';
import { STOLEN } from '../measure/under-load.ts';
import { VoidRun } from '../measure/void-run.ts';
import { addressQuestions, writeQueryFile } from '../names/query-file.ts';
import type { Measure, ResultRow, ResultTable, Scenario, ServerDescription, TargetResult } from '../scenario.ts';
import { isInstalled } from '../servers/all-servers.ts';
import { type Outside, startOutside } from '../servers/outside.ts';
import { type RunningServer, SERVER_ADDRESS, SERVER_HOST_NAME, type ServerKind } from '../servers/server.ts';

const LEFT_OUT = 'bind9';
const CONNECTIONS = 10_000;
/** Before memory is read for the first time: code for handshakes is loaded and compiled. */
const WARMING_CONNECTIONS = 100;
const QUESTIONS_PER_SECOND = 2_000;
const NAMES = 200;
/** What was left to do has been done. */
const SETTLING_MILLISECONDS = 500;
/** "Unaffected", in the spread that a p99 has. */
const LATENCY_RATIO_MAX = 1.2;

const MEMORY: Measure = { name: 'memory per connection', unit: 'kB', digits: 1 };
const OPENED: Measure = { name: 'opened per second', unit: '', digits: 0 };
const P99_HELD: Measure = { name: 'UDP p99 with them', unit: 'ms', digits: 3 };
const P99_QUIET: Measure = { name: 'UDP p99 before', unit: 'ms', digits: 3 };
const P99_RATIO: Measure = { name: 'with / before', unit: '', digits: 2 };
const MEASURES = [MEMORY, OPENED, P99_HELD, P99_QUIET, P99_RATIO, STOLEN];

export const idleConnections: Scenario = {
  name: 'idle-connections',
  title: `${CONNECTIONS} idle DNS over TLS connections`,
  minutes: 10,
  run: async (setting) => {
    const holder = compileHolder();
    const queryFile = writeQueryFile(addressQuestions(askedNames()));
    const certificate = makeCertificate({ names: [SERVER_HOST_NAME, SERVER_ADDRESS] });
    const outside = await startOutside(certificate);
    const descriptions = new Map<string, ServerDescription>();
    try {
      const chosen = setting.kinds.filter(({ name }) => name !== LEFT_OUT);
      const kinds = holdingServers(chosen, CONNECTIONS).filter(isInstalled);
      const subjects = kinds.map(
        (kind): Subject => ({
          name: kind.name,
          role: kind.role,
          measure: async () => {
            const server = await start(kind, outside);
            const { name, version } = kind;
            descriptions.set(name, { name, version: version(), configuration: server.configuration });
            try {
              return await measureHeld(server, holder, queryFile, setting.seconds);
            } finally {
              await server.stop();
            }
          },
        }),
      );
      const { rows, notes } = await measureRounds('idle connections', subjects, MEASURES, setting, 'no matter');
      const table: ResultTable = { title: `${CONNECTIONS} idle connections`, measures: MEASURES, rows };
      return {
        tables: [table],
        targets: targets(table),
        notes: [
          'TLS 1.3, X25519 offered alone to all, from 100 addresses; each asks when it is opened, and again while others are, so that none is idle too long before all are open',
          'memory: growth of the resident set of the process and its children, read with all of them open',
          `UDP: ${QUESTIONS_PER_SECOND} questions a second for names in the cache, before they are opened and while they are held`,
          `${LEFT_OUT} is left out for the minute and more that it takes to open them`,
          ...kinds.filter((kind) => holdableBy(kind, CONNECTIONS) < CONNECTIONS).map(fewerNote),
          ...notes,
        ],
        servers: [...descriptions.values()],
      };
    } finally {
      await outside.stop();
      certificate.remove();
    }
  },
};

function fewerNote(kind: ServerKind): string {
  return `${kind.name}: ${holdableBy(kind, CONNECTIONS)} connections, for the limit of open files that this bench was started with`;
}

function askedNames(): string[] {
  return Array.from({ length: NAMES }, (_, index) => `idle${index}.example.org`);
}

/** A server that does not start has no run in this round. */
async function start(kind: ServerKind, outside: Outside): Promise<RunningServer> {
  try {
    return await kind.start({ outside, certificate: outside.certificate });
  } catch (error) {
    if (kind.role === 'gateway') throw error;
    throw new VoidRun(error instanceof Error ? error.message : String(error));
  }
}

async function measureHeld(
  server: RunningServer,
  holder: string,
  queryFile: string,
  seconds: number,
): Promise<Record<string, number>> {
  const ticksBefore = readProcessorTicks();
  const hold = (count: number) => holdConnections(holder, server.ports.dot, count, askedNames()[0]!);
  await runDnsperf(server, { protocol: 'udp', queryFile, until: 'once', clients: 1, outstanding: 10 });
  await (await hold(WARMING_CONNECTIONS)).release();
  await p99Milliseconds(server, queryFile, seconds / 2);
  const quiet = await p99Milliseconds(server, queryFile, seconds);
  const before = memoryOf(server.pid).resident;
  const count = holdableBy(server.kind, CONNECTIONS);
  const connections = await hold(count);
  await wait(SETTLING_MILLISECONDS);
  const after = memoryOf(server.pid).resident;
  const held = await p99Milliseconds(server, queryFile, seconds);
  await connections.release();
  return {
    [MEMORY.name]: (after - before) / count / 1000,
    [OPENED.name]: count / connections.openSeconds,
    [P99_HELD.name]: held,
    [P99_QUIET.name]: quiet,
    [P99_RATIO.name]: held / quiet,
    [STOLEN.name]: 100 * stolenShare(ticksBefore, readProcessorTicks()),
  };
}

async function p99Milliseconds(server: RunningServer, queryFile: string, seconds: number): Promise<number> {
  const { sent, answered, latenciesSeconds } = await runDnsperf(server, {
    ...{ protocol: 'udp', queryFile, clients: 4, outstanding: 100, eachLatency: true },
    until: { seconds },
    queriesPerSecond: QUESTIONS_PER_SECOND,
  });
  if (answered < sent) throw new VoidRun(`${sent - answered} of ${sent} questions without an answer`);
  return quantile(latenciesSeconds, 0.99) * 1000;
}

function targets(table: ResultTable): TargetResult[] {
  const gateway = table.rows.find(({ role }) => role === 'gateway');
  if (gateway === undefined) return [];
  const counted = (row: ResultRow): number[] => row.samples[P99_RATIO.name]!.filter((value) => value !== null);
  return [
    againstBest({ table, against: 'peer', atMost: 1.5 }),
    againstBest({ table, against: 'floor', atMost: 1.1, isAim: true }),
    {
      what: 'UDP p99 with them against before',
      limit: LATENCY_RATIO_MAX,
      bound: 'at most' as const,
      unit: '',
      values: counted(gateway),
    },
  ].filter((target) => target !== undefined);
}
