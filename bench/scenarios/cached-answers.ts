// What the scenarios about cached answers share: ten thousand names, asked by Zipf's law, all of them in every cache.

import { rcodeOf } from '../load/ask.ts';
import { runDnsperf } from '../load/dnsperf.ts';
import { runH2load, writeUriFile } from '../load/h2load.ts';
import { inTurn } from '../measure/turn.ts';
import { popularNames } from '../names/popular-names.ts';
import { addressQuestions, writeQueryFile } from '../names/query-file.ts';
import { seededRandom } from '../names/random.ts';
import { drawByZipf } from '../names/zipf.ts';
import type { BenchSetting, ScenarioResult } from '../scenario.ts';
import { type Fleet, startFleet, verifyAnswers } from '../servers/fleet.ts';
import { OUTSIDE_ADDRESS } from '../servers/outside.ts';
import type { Protocol, RunningServer } from '../servers/server.ts';
import { measureVariants, type Variant } from './variants.ts';

const NAMES = 10_000;
const QUESTIONS = 200_000;
const SEED = 1_987;
/** A peer that cannot have all answers by then shows it in void runs. */
const WARMING_PASSES_MAX = 5;

export interface CachedNames {
  /** Every name once. */
  readonly names: readonly string[];
  /** As they are asked. */
  readonly asked: readonly string[];
  /** The same, as dnsperf reads them. */
  readonly file: string;
  readonly origin: string;
}

export function cachedNames(): CachedNames {
  const { names, origin } = popularNames(NAMES);
  const asked = Array.from(drawByZipf(NAMES, QUESTIONS, seededRandom(SEED)), (index) => names[index]!);
  const file = writeQueryFile(addressQuestions(asked));
  return { names, asked, file, origin: `${origin}, ${QUESTIONS} questions by Zipf's law` };
}

/**
 * Asks each server for everything until it has answered all of it twice, and then stops the world outside. Over the protocol
 * that is measured: some caches keep answers for each. UDP with and without EDNS, for the same reason.
 */
export async function warmCaches(
  fleet: Fleet,
  protocol: Protocol,
  names: readonly string[],
  setting: BenchSetting,
): Promise<void> {
  const queryFile = writeQueryFile(addressQuestions(names));
  for (const server of fleet.servers) {
    setting.say(`warming ${server.kind.name}`);
    await inTurn('busy', async () => {
      let whole = 0;
      for (let pass = 0; whole < 2 && pass < WARMING_PASSES_MAX; pass++)
        if (await (protocol === 'doh' ? warmOverHttps(server, names) : warmOver(protocol, server, queryFile))) whole++;
    });
  }
  fleet.outside.pause();
}

/** Whether every question got its answer. */
async function warmOver(
  protocol: Exclude<Protocol, 'doh'>,
  server: RunningServer,
  queryFile: string,
): Promise<boolean> {
  let isWhole = true;
  for (const edns of protocol === 'udp' ? [false, true] : [false]) {
    const load = { protocol, queryFile, until: 'once', clients: 8, outstanding: 100, edns } as const;
    const { sent, rcodes } = await runDnsperf(server, load);
    isWhole &&= rcodes.NOERROR === sent;
  }
  return isWhole;
}

async function warmOverHttps(server: RunningServer, names: readonly string[]): Promise<boolean> {
  const uriFile = writeUriFile(server, names);
  const until = { requests: names.length };
  const { answered } = await runH2load({ uriFile, until, connections: 1, streamsPerConnection: 100 });
  return answered === names.length;
}

/** One record, with the address that the outside server gives. */
export function isRightAnswer(message: Uint8Array): boolean {
  const isWhole = rcodeOf(message) === 0 && message[6] === 0 && message[7] === 1;
  return isWhole && Buffer.from(message).includes(Buffer.from(OUTSIDE_ADDRESS.split('.').map(Number)));
}

/** Servers with warm caches and nobody behind them. */
export async function measureCached(
  protocol: Protocol,
  variants: (cached: CachedNames) => readonly Variant[],
  setting: BenchSetting,
): Promise<ScenarioResult> {
  const cached = cachedNames();
  const fleet = await startFleet(({ speaks }) => speaks.includes(protocol), {}, setting);
  try {
    await warmCaches(fleet, protocol, cached.names, setting);
    const verify = (server: RunningServer): Promise<void> =>
      verifyAnswers(fleet, server, protocol, cached.names.slice(0, 3), isRightAnswer);
    const measured = await measureVariants(fleet, variants(cached), verify, setting);
    return { ...measured, notes: [cached.origin, ...measured.notes] };
  } finally {
    await fleet.stop();
  }
}
