// Two query threads on two cores against one on one: what sharing costs. Where there is no third core, the load shares one.

import { cpus } from 'node:os';
import { checkedDnsperf, UDP_LOAD } from '../load/checked-load.ts';
import { measureRounds } from '../measure/rounds.ts';
import { median, ratios } from '../measure/statistics.ts';
import { CPU_PER_ANSWER, LOAD_MEASURES, measureUnderLoad } from '../measure/under-load.ts';
import type { Scenario } from '../scenario.ts';
import { startFleet, verifyAnswers } from '../servers/fleet.ts';
import type { ServerKind, StartOptions } from '../servers/server.ts';
import { cachedNames, isRightAnswer, warmCaches } from './cached-answers.ts';

/** The kernel spreads clients over threads by their ports: with few of them, unevenly. */
const CLIENTS = 64;

export const twoThreads: Scenario = {
  name: 'two-threads',
  title: 'Two query threads against one, UDP, answers from cache',
  minutes: 2,
  run: async (setting) => {
    const cached = cachedNames();
    const kinds = setting.kinds
      .filter(({ role }) => role === 'gateway')
      .flatMap((kind) => [
        variantOf(kind, 'one thread', {}),
        variantOf(kind, 'two threads', { threads: 2, cores: '0,1' }),
      ]);
    const fleet = await startFleet(() => true, {}, { ...setting, kinds });
    try {
      await warmCaches(fleet, 'udp', cached.names, setting);
      const subjects = fleet.servers.map((server, index) => ({
        name: server.kind.name,
        role: 'gateway' as const,
        measure: async () => {
          await verifyAnswers(fleet, server, 'udp', cached.names.slice(0, 3), isRightAnswer);
          return measureUnderLoad(server.pid, () =>
            checkedDnsperf(server, ['NOERROR'], {
              ...UDP_LOAD,
              clients: CLIENTS,
              // Each thread has a socket of its own, and so as many questions waiting in it as one thread alone.
              outstanding: UDP_LOAD.outstanding * (1 + index),
              queryFile: cached.file,
              until: { seconds: setting.seconds },
            }),
          );
        },
      }));
      const { rows, notes } = await measureRounds('threads', subjects, LOAD_MEASURES, setting, 'no matter');
      const [one, two] = rows.map(({ samples }) => samples[CPU_PER_ANSWER.name]!);
      const values = ratios(two!, one!);
      return {
        tables: [{ title: 'threads', measures: LOAD_MEASURES, rows }],
        targets: [{ what: 'CPU per answer, two threads against one', limit: 1.1, bound: 'at most', unit: '', values }],
        notes: [cached.origin, ...sharedCoreNote(median(values)), ...fleet.notes, ...notes],
        servers: fleet.descriptions,
      };
    } finally {
      await fleet.stop();
    }
  },
};

function variantOf(kind: ServerKind, name: string, options: Pick<StartOptions, 'threads' | 'cores'>): ServerKind {
  const variant: ServerKind = { ...kind, name, start: (given) => kind.start({ ...given, ...options }) };
  return variant;
}

function sharedCoreNote(ratio: number): string[] {
  if (Number.isNaN(ratio) || cpus().length > 2) return [];
  return ['two cores only: the second thread shares its core with the load, which makes its batches smaller'];
}
