// What regular expressions and modifiers cost those whom they do not concern: the gateway with 1.5 million names and with a list of such
// rules besides, answers from cache and blocked names.

import { rcodeOf } from '../load/ask.ts';
import { checkedDnsperf, UDP_LOAD } from '../load/checked-load.ts';
import { ratios } from '../measure/statistics.ts';
import { CPU_PER_ANSWER } from '../measure/under-load.ts';
import { blockedNames, drawBlocked } from '../names/blocked-names.ts';
import { filterList } from '../names/filter-list.ts';
import { addressQuestions, writeQueryFile } from '../names/query-file.ts';
import { uniqueNames } from '../names/unique-names.ts';
import type { ResultTable, Scenario, TargetResult } from '../scenario.ts';
import { startFleet, verifyAnswers } from '../servers/fleet.ts';
import type { ServerKind } from '../servers/server.ts';
import { isRightAnswer, warmCaches } from './cached-answers.ts';
import { measureVariants, type Variant } from './variants.ts';

const ALLOWED_NAMES = 10_000;
const QUESTIONS = 300_000;
const COST_MAX = 1.1;

export const udpFiltered: Scenario = {
  name: 'udp-filtered',
  title: 'UDP, with and without regular expressions and modifiers beside 1.5 million names',
  minutes: 6,
  run: async (setting) => {
    const blocked = blockedNames();
    const filters = filterList();
    const allowed = uniqueNames(ALLOWED_NAMES);
    const gateways = setting.kinds.filter(({ role }) => role === 'gateway');
    const kinds = gateways.flatMap((kind) => [kind, withFilters(kind, filters.path)]);
    const fleet = await startFleet(() => true, { blockedNames: blocked }, { ...setting, kinds });
    try {
      await warmCaches(fleet, 'udp', allowed, setting);
      const variant = (title: string, names: readonly string[], rcode: 'NOERROR' | 'NXDOMAIN'): Variant => {
        const queryFile = writeQueryFile(addressQuestions(names));
        return {
          title,
          load: (server, seconds) => checkedDnsperf(server, [rcode], { ...UDP_LOAD, queryFile, until: { seconds } }),
          roleOf: ({ name }) => (gateways.some((kind) => kind.name === name) ? 'gateway' : 'shown'),
          targets: (table) => [costOfFilters(table)],
        };
      };
      const measured = await measureVariants(
        fleet,
        [
          variant('answers from cache', allowed, 'NOERROR'),
          variant('blocked names', drawBlocked(blocked, QUESTIONS), 'NXDOMAIN'),
        ],
        async (server) => {
          await verifyAnswers(fleet, server, 'udp', allowed.slice(0, 3), isRightAnswer);
          await verifyAnswers(fleet, server, 'udp', [blocked.example], (message) => rcodeOf(message) === 3);
        },
        setting,
      );
      return { ...measured, notes: [blocked.origin, filters.origin, ...measured.notes] };
    } finally {
      await fleet.stop();
    }
  },
};

function withFilters(kind: ServerKind, filterPath: string): ServerKind {
  return {
    ...kind,
    name: `${kind.name} with filters`,
    start: (options) => kind.start({ ...options, filterPath }),
  };
}

/** With filters against without, round by round. */
function costOfFilters({ title, rows }: ResultTable): TargetResult | undefined {
  const plain = rows.find(({ role }) => role === 'gateway');
  const filtered = rows.find(({ subject }) => plain !== undefined && subject === `${plain.subject} with filters`);
  if (plain === undefined || filtered === undefined) return undefined;
  const { name } = CPU_PER_ANSWER;
  const values = ratios(filtered.samples[name]!, plain.samples[name]!);
  return {
    what: `${title}: ${name}, with filters against without`,
    limit: COST_MAX,
    bound: 'at most',
    unit: '',
    values,
  };
}
