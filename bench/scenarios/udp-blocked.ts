// UDP, blocked names: 1.5 million names loaded, questions for any of them.

import { checkedDnsperf, UDP_LOAD } from '../load/checked-load.ts';
import { rcodeOf } from '../load/ask.ts';
import { againstBest } from '../measure/compare.ts';
import { blockedNames, drawBlocked } from '../names/blocked-names.ts';
import { addressQuestions, writeQueryFile } from '../names/query-file.ts';
import type { Scenario } from '../scenario.ts';
import { startFleet, verifyAnswers } from '../servers/fleet.ts';
import { measureVariants } from './variants.ts';

const QUESTIONS = 300_000;

export const udpBlocked: Scenario = {
  name: 'udp-blocked',
  title: 'UDP, blocked names, 1.5 million names loaded',
  minutes: 6,
  run: async (setting) => {
    const blocked = blockedNames();
    const queryFile = writeQueryFile(addressQuestions(drawBlocked(blocked, QUESTIONS)));
    const fleet = await startFleet(({ canBlock }) => canBlock, { blockedNames: blocked }, setting);
    fleet.outside.pause();
    try {
      const measured = await measureVariants(
        fleet,
        [
          {
            title: 'blocked names',
            load: (server, seconds) =>
              checkedDnsperf(server, ['NXDOMAIN'], { ...UDP_LOAD, queryFile, until: { seconds } }),
            targets: (table) => [againstBest({ table, against: 'peer', atMost: 0.65 })],
          },
        ],
        (server) =>
          verifyAnswers(
            fleet,
            server,
            'udp',
            [blocked.example, `below.${blocked.example}`],
            (message) => rcodeOf(message) === 3,
          ),
        setting,
      );
      return { ...measured, notes: [blocked.origin, startNote(fleet.servers), ...measured.notes] };
    } finally {
      await fleet.stop();
    }
  },
};

function startNote(servers: readonly { kind: { name: string }; startMilliseconds: number }[]): string {
  const times = servers.map(({ kind, startMilliseconds }) => `${kind.name} ${(startMilliseconds / 1000).toFixed(1)} s`);
  return `start to first blocked answer: ${times.join(', ')}`;
}
