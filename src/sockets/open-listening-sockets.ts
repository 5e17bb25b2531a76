// Opens everything the gateway listens on, once, before the threads start and before privileges are given up. Main thread.

import { loadLibc } from './libc.ts';
import type { ListenerKind } from './listening-socket.ts';
import {
  type BindFailure,
  ListeningSocketSet,
  type ListenRequest,
  type PlannedBinding,
  probeBinding,
  protocolOf,
} from './listening-socket-set.ts';
import { isWildcard, localAddresses, sameFamily } from './local-addresses.ts';
import { type ProbeResult, probeAddress } from './probe-address.ts';

/** A port chosen for 0 can be taken by another program before it is bound; so many choices are made. */
const PORT_CHOICES = 10;

export interface OpenedSockets {
  /** Everything that could be opened. */
  readonly set: ListeningSocketSet;
  /** The caller decides whether they are fatal, and then calls `set.closeAll()`. */
  readonly failures: readonly BindFailure[];
}

/**
 * One socket per thread, kind and address; a UDP wildcard becomes one per local address of its family, so that an answer
 * leaves from the address that was asked. Every address is first probed with a plain socket; nothing is shared with another
 * program. Without koffi only the probes are made here, and each thread opens its own.
 */
export async function openListeningSockets(
  requests: readonly ListenRequest[],
  threads: number,
): Promise<OpenedSockets> {
  for (let choice = 1; ; choice++) {
    const opened = await openOnce(requests, threads);
    const unlucky = opened.failures.some(({ request, code }) => request.port === 0 && code === 'EADDRINUSE');
    if (!unlucky || choice === PORT_CHOICES) return opened;
    opened.set.closeAll();
  }
}

async function openOnce(requests: readonly ListenRequest[], threads: number): Promise<OpenedSockets> {
  const set = new ListeningSocketSet(loadLibc(), threads);
  const { planned, failures } = await choosePorts(requests);
  for (const it of planned) if (isDatagramWildcard(it)) set.addWildcard(it);
  const explicit = planned.filter((it) => !isDatagramWildcard(it) && !isCovered(it, planned));
  const expanded = set
    .missing(localAddresses())
    .filter((it) => !explicit.some((other) => other.request.kind === 'udp' && sameTarget(it, other)));

  const free: PlannedBinding[] = [];
  for (const it of [...explicit, ...expanded]) {
    const failure = clashOf(it, explicit) ?? (await probeBinding(it));
    if (failure === undefined) free.push(it);
    else if (!isNotReadyYet(it, failure)) failures.push(failure);
  }
  for (const it of free) {
    const outcome = set.bind(it);
    if ('code' in outcome && !isNotReadyYet(it, outcome)) failures.push(outcome);
  }
  return { set, failures };
}

/** Gives every request its port; one that is there twice is opened once. */
async function choosePorts(
  requests: readonly ListenRequest[],
): Promise<{ readonly planned: readonly PlannedBinding[]; readonly failures: BindFailure[] }> {
  const planned: PlannedBinding[] = [];
  const failures: BindFailure[] = [];
  for (const request of requests) {
    const { kind, address } = request;
    const chosen = request.port === 0 ? await choosePort(request, planned) : { ok: true as const, port: request.port };
    if (!chosen.ok) {
      failures.push({ request, address, port: 0, code: chosen.code });
      continue;
    }
    const it = { request, address, port: chosen.port, followed: kind === 'udp' && isWildcard(address) };
    if (!planned.some((other) => other.request.kind === kind && sameTarget(it, other))) planned.push(it);
  }
  return { planned, failures };
}

/** `udp` and `tcp` of one address get the same. */
async function choosePort(request: ListenRequest, planned: readonly PlannedBinding[]): Promise<ProbeResult> {
  const sibling = planned.find(
    ({ request: other }) =>
      other.port === 0 && other.address === request.address && isPlain(other.kind) && isPlain(request.kind),
  );
  return sibling ? { ok: true, port: sibling.port } : probeAddress(protocolOf(request.kind), request.address, 0);
}

function isPlain(kind: ListenerKind): boolean {
  return kind === 'udp' || kind === 'tcp';
}

function isDatagramWildcard(it: PlannedBinding): boolean {
  return it.followed && isWildcard(it.address);
}

/** A stream wildcard serves the address already. */
function isCovered(it: PlannedBinding, planned: readonly PlannedBinding[]): boolean {
  if (it.request.kind === 'udp' || isWildcard(it.address)) return false;
  return planned.some(
    (other) =>
      other.request.kind === it.request.kind &&
      other.port === it.port &&
      isWildcard(other.address) &&
      sameFamily(other.address, it.address),
  );
}

/** Two kinds of listener on one port would share it as the threads do, each getting half of the other's clients. */
function clashOf(it: PlannedBinding, explicit: readonly PlannedBinding[]): BindFailure | undefined {
  const other = explicit
    .slice(0, Math.max(0, explicit.indexOf(it)))
    .find((earlier) => protocolOf(earlier.request.kind) === protocolOf(it.request.kind) && sameTarget(earlier, it));
  if (other === undefined) return undefined;
  return { request: it.request, address: it.address, port: it.port, code: 'EADDRINUSE', clash: other.request };
}

function sameTarget(one: PlannedBinding, other: PlannedBinding): boolean {
  return one.address === other.address && one.port === other.port;
}

/** An IPv6 address under duplicate detection, or one that has just gone: the address watch opens it when it is there. */
function isNotReadyYet(it: PlannedBinding, failure: BindFailure): boolean {
  return it.followed && failure.code === 'EADDRNOTAVAIL';
}
