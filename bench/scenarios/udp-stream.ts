// UDP, a real stream of questions, 1.5 million names loaded: blocked, cached and unknown names mixed as they are in life.
// Warm: the whole stream was asked before. Cold: nothing is in any cache, and all ask the same server outside.

import { rcodeOf } from '../load/ask.ts';
import { checkedDnsperf, UDP_LOAD } from '../load/checked-load.ts';
import { runDnsperf } from '../load/dnsperf.ts';
import { againstBest } from '../measure/compare.ts';
import { inTurn } from '../measure/turn.ts';
import { blockedNames } from '../names/blocked-names.ts';
import { addressQuestions, writeQueryFile } from '../names/query-file.ts';
import { questionStream } from '../names/real-stream.ts';
import { uniqueNames } from '../names/unique-names.ts';
import type { BenchSetting, Scenario } from '../scenario.ts';
import { type Fleet, startFleet, verifyAnswers } from '../servers/fleet.ts';
import type { RunningServer } from '../servers/server.ts';
import { measureVariants, type Variant } from './variants.ts';

/** It walks long lists for what is unknown, and asks in plain text anyway (README.md). */
const LEFT_OUT = 'dnsmasq';
const RCODES = ['NOERROR', 'NXDOMAIN'];
/** Enough misses for code that is compiled while it runs; the others have as many. */
const EXERCISE_QUESTIONS = 40_000;

export const udpStream: Scenario = {
  name: 'udp-stream',
  title: 'UDP, a real stream of questions, 1.5 million names loaded',
  minutes: 12,
  run: async (setting) => {
    const blocked = blockedNames();
    const stream = questionStream();
    const queryFile = writeQueryFile(stream.questions);
    const fleet = await startFleet(
      ({ canBlock, name }) => canBlock && name !== LEFT_OUT,
      { blockedNames: blocked },
      setting,
    );
    try {
      await warm(fleet, queryFile, setting);
      const verify = (server: RunningServer): Promise<void> =>
        verifyAnswers(fleet, server, 'udp', [blocked.example], (message) => rcodeOf(message) === 3);
      const measured = await measureVariants(fleet, [warmStream(queryFile), coldStream(queryFile)], verify, setting);
      const leftOut = `${LEFT_OUT} is left out: with so many names a question that it does not know costs it milliseconds`;
      return { ...measured, notes: [stream.origin, blocked.origin, leftOut, ...measured.notes] };
    } finally {
      await fleet.stop();
    }
  },
};

async function warm(fleet: Fleet, queryFile: string, setting: BenchSetting): Promise<void> {
  for (const server of fleet.servers) {
    setting.say(`warming ${server.kind.name}`);
    await inTurn('busy', async () => {
      for (let pass = 0; pass < 2; pass++) await runDnsperf(server, { ...UDP_LOAD, queryFile, until: 'once' });
    });
  }
}

function warmStream(queryFile: string): Variant {
  return {
    title: 'warm',
    load: (server, seconds) => checkedDnsperf(server, RCODES, { ...UDP_LOAD, queryFile, until: { seconds } }),
    targets: (table) => [againstBest({ table, against: 'peer', atMost: 1 })],
  };
}

function coldStream(queryFile: string): Variant {
  return {
    title: 'cold',
    prepare: async (server) => {
      const emptied = await server.forgetAnswers();
      const exercise = writeQueryFile(addressQuestions(uniqueNames(EXERCISE_QUESTIONS)));
      await runDnsperf(emptied, { ...UDP_LOAD, queryFile: exercise, until: 'once' });
      return emptied;
    },
    load: (server) => checkedDnsperf(server, RCODES, { ...UDP_LOAD, queryFile, until: 'once' }),
    // Asking in plain text is cheaper than what is compared here.
    roleOf: ({ role, wayOut }) => (role === 'peer' && wayOut === 'plain' ? 'shown' : role),
    targets: (table) => [againstBest({ table, against: 'peer', atMost: 1.5 })],
  };
}
