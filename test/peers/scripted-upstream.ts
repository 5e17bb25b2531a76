// An upstream of ours in front of scripted servers: the stage of the upstream scenarios.

import type { TestContext } from 'node:test';
import { createUpstream, type ProbedUpstream, type UpstreamOptions } from '../../src/upstream/create-upstream.ts';
import type { UpstreamEvent, UpstreamOutcome } from '../../src/upstream/upstream.ts';
import type { UpstreamSettings } from '../../src/upstream/upstream-settings.ts';
import { nameFromText } from '../../src/wire/name-text.ts';
import { CLASS, TYPE } from '../../src/wire/numbers.ts';
import { buildQuery } from '../../src/wire/query-builder.ts';
import { makeCertificate, type TestCertificate } from '../fixtures/make-certificate.ts';
import { PEER_HOST_NAME } from './dns-peer.ts';
import { type ScriptedServer, startScriptedServer } from './scripted-doh-server.ts';

export interface ScriptedUpstream {
  readonly certificate: TestCertificate;
  /** On 127.0.0.1, 127.0.0.2, …, all on the same port, as the addresses of one upstream server. */
  readonly servers: readonly ScriptedServer[];
  readonly settings: UpstreamSettings;
  readonly upstream: ProbedUpstream;
  /** What the upstream reported so far. */
  readonly events: readonly UpstreamEvent[];
  /** Resolves once `count` events of that kind have been reported in all. */
  reported(kind: UpstreamEvent['kind'], count?: number): Promise<void>;
  ask(name?: string): Promise<UpstreamOutcome>;
}

export interface ScriptedUpstreamOptions {
  readonly servers?: number;
  readonly maxConcurrentStreams?: number;
  readonly limits?: UpstreamOptions['limits'];
}

/** Everything ends with the test. */
export async function scriptedUpstream(
  test: TestContext,
  options: ScriptedUpstreamOptions = {},
): Promise<ScriptedUpstream> {
  const certificate = makeCertificate({ names: [PEER_HOST_NAME] });
  test.after(() => certificate.remove());
  const servers: ScriptedServer[] = [];
  for (let index = 0; index < (options.servers ?? 1); index++) {
    const server = await startScriptedServer({
      ...certificate,
      address: `127.0.0.${index + 1}`,
      port: servers[0]?.port ?? 0,
      maxConcurrentStreams: options.maxConcurrentStreams ?? 100,
    });
    test.after(() => server.stop());
    servers.push(server);
  }
  const settings: UpstreamSettings = {
    name: PEER_HOST_NAME,
    url: `https://${PEER_HOST_NAME}:${servers[0]!.port}/dns-query`,
    addresses: servers.map((server) => server.address),
    caPem: certificate.caPem,
    maxQueriesPerSecond: undefined,
  };
  return { certificate, servers, settings, ...watchedUpstream(test, [settings], { limits: options.limits ?? {} }) };
}

export type WatchedUpstream = Pick<ScriptedUpstream, 'upstream' | 'events' | 'reported' | 'ask'>;

/** `createUpstream`, its events noted, closed with the test. */
export function watchedUpstream(
  test: TestContext,
  settings: readonly UpstreamSettings[],
  options: Omit<UpstreamOptions, 'onEvent'> = {},
): WatchedUpstream {
  const events: UpstreamEvent[] = [];
  let waiting: { reached: () => boolean; resolve: () => void }[] = [];
  const upstream = createUpstream(settings, {
    ...options,
    onEvent: (event) => {
      events.push(event);
      for (const { reached, resolve } of waiting) if (reached()) resolve();
      waiting = waiting.filter(({ reached }) => !reached());
    },
  });
  test.after(() => upstream.close());
  return {
    upstream,
    events,
    reported: (kind, count = 1) => {
      const reached = (): boolean => events.filter((event) => event.kind === kind).length >= count;
      return reached() ? Promise.resolve() : new Promise((resolve) => waiting.push({ reached, resolve }));
    },
    ask: (name = 'www.example.org') => upstream.exchange(queryFor(name)),
  };
}

/** A query as the gateway sends it upstream. */
export function queryFor(name: string, type: number = TYPE.A, qclass: number = CLASS.IN): Uint8Array {
  const wireName = nameFromText(name)!;
  const question = { name: wireName, nameLength: wireName.length, type, class: qclass };
  return buildQuery({ ...question, dnssecOk: false, checkingDisabled: false });
}
