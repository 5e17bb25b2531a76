// Loads whose answers are looked at: a wrong or a missing one voids the run.

import type { LoadOutcome } from '../measure/under-load.ts';
import { VoidRun } from '../measure/void-run.ts';
import type { RunningServer } from '../servers/server.ts';
import { type DnsperfOptions, type DnsperfResult, runDnsperf } from './dnsperf.ts';
import { type H2loadOptions, type H2loadResult, runH2load } from './h2load.ts';

/** A saturated server may lose so many before it counts as failing. */
const LOST_SHARE_MAX = 0.001;
/** Clients do not go round the names equally often. */
const BODY_SHARE_OFF_MAX = 0.04;

/** So many datagrams fit into a socket buffer of the system's default size (212,992 octets), whatever the server sets. */
export const UDP_LOAD = { protocol: 'udp', clients: 8, outstanding: 180 } as const;
/** Streams hold their senders back by themselves. */
export const STREAM_LOAD = { clients: 8, outstanding: 500 } as const;
export const HTTPS_LOAD = { connections: 8, streamsPerConnection: 32 } as const;

export async function checkedDnsperf(
  server: RunningServer,
  rcodes: readonly string[],
  options: DnsperfOptions,
): Promise<LoadOutcome> {
  const result = await runDnsperf(server, options);
  checkDnsperf(result, server.kind.role === 'floor' ? ['NOERROR'] : rcodes);
  return result;
}

/** Throws VoidRun. */
export function checkDnsperf({ sent, answered, lost, rcodes }: DnsperfResult, expected: readonly string[]): void {
  if (answered === 0) throw new VoidRun('no answers');
  if (lost > sent * LOST_SHARE_MAX) throw new VoidRun(`${lost} of ${sent} questions without an answer`);
  for (const [code, count] of Object.entries(rcodes))
    if (!expected.includes(code)) throw new VoidRun(`${count} answers with ${code}`);
}

/** `bodyBytesPerAnswer`: what right answers have on average; h2load looks into none. */
export async function checkedH2load(bodyBytesPerAnswer: number, options: H2loadOptions): Promise<LoadOutcome> {
  const result = await runH2load(options);
  checkH2load(result, bodyBytesPerAnswer);
  return { answered: result.answered, answersPerSecond: result.requestsPerSecond };
}

/** Throws VoidRun. */
export function checkH2load({ answered, failed, bodyBytes }: H2loadResult, bodyBytesPerAnswer: number): void {
  if (answered === 0) throw new VoidRun('no answers');
  if (failed > answered * LOST_SHARE_MAX) throw new VoidRun(`${failed} requests failed`);
  const share = bodyBytes / answered / bodyBytesPerAnswer;
  if (Math.abs(share - 1) > BODY_SHARE_OFF_MAX)
    throw new VoidRun(`answers have ${(bodyBytes / answered).toFixed(1)} octets, right ones ${bodyBytesPerAnswer}`);
}
