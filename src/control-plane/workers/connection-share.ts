// How many connections a query thread may take in, so that clients cannot use up the descriptors of the whole process: lists,
// certificates, the upstream and the control socket need some as well.

import { descriptorLimit } from './descriptor-limit.ts';
import type { Settings } from '../settings/settings.ts';

/** The event loop of a thread, its connections to upstreams and to resolvers of this network. */
const OF_A_THREAD = 32;
/** Files, downloads, the control socket, and the two HTTP servers with 64 connections each. */
const OF_THE_MAIN_THREAD = 192;
/** Where the limit is so low that this would leave nothing. */
const SHARE_LEFT_MIN = 0.25;
/** Below this it is worth a word. */
const FEW = 1_000;

export interface ConnectionNeeds {
  /** Infinity: none. */
  readonly descriptorLimit: number;
  readonly threads: number;
  /** Over all threads; each has a copy in its thread. */
  readonly sockets: number;
  /** How many of TCP, TLS and HTTPS are listened for. */
  readonly streamKinds: number;
}

/** Connections of each kind that one thread takes in at most; 1 at least. */
export function connectionShare({ descriptorLimit, threads, sockets, streamKinds }: ConnectionNeeds): number {
  const reserved = OF_THE_MAIN_THREAD + OF_A_THREAD * threads + 2 * sockets;
  const left = Math.max(descriptorLimit - reserved, descriptorLimit * SHARE_LEFT_MIN);
  return Math.max(1, Math.floor(left / threads / Math.max(1, streamKinds)));
}

/** The share under the limit that this process has. `bindings`: how many a thread listens on. */
export function connectionsOfThread(
  { server: { threads }, listen }: Pick<Settings, 'server' | 'listen'>,
  bindings: number,
  onNotice: (notice: string) => void,
): number {
  const limit = descriptorLimit();
  const streamKinds = [listen.dns, listen.dot, listen.doh].filter(({ length }) => length > 0).length;
  const share = connectionShare({ descriptorLimit: limit, threads, sockets: bindings * threads, streamKinds });
  if (share * threads < FEW) onNotice(fewConnections(limit, share * threads));
  return share;
}

function fewConnections(limit: number, connections: number): string {
  return `the system gives this process ${limit} open files, which is room for ${connections} connections each over TCP, TLS and HTTPS; more are possible with a higher limit (ulimit -n, or LimitNOFILE= of systemd)`;
}
