// All sockets of the gateway, by thread: the main thread's originals, which stay open while threads come and go. Main thread.

import type { Libc } from './libc.ts';
import type { ListenerKind, ListeningSocket, MainListenerKind } from './listening-socket.ts';
import { sameFamily } from './local-addresses.ts';
import { openSharedDescriptor } from './open-shared-descriptor.ts';
import { type Protocol, probeAddress } from './probe-address.ts';

/** What shall be listened on. `address`: a literal without brackets; `0.0.0.0` and `::` are every address of their family. */
export interface ListenRequest {
  readonly kind: ListenerKind;
  readonly address: string;
  /** 0: any free port, the same for `udp` and `tcp` of one address. */
  readonly port: number;
}

export interface BindFailure {
  /** The very object that was handed in. */
  readonly request: ListenRequest;
  /** The address itself where `request` is a wildcard. */
  readonly address: string;
  readonly port: number;
  /** The system's: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, `EAFNOSUPPORT`, … */
  readonly code: string;
  /** Another request for the same address and port with another kind, where that is what is wrong. */
  readonly clash?: ListenRequest;
}

/** One address of one kind, before it is opened. */
export interface PlannedBinding {
  readonly request: ListenRequest;
  readonly address: string;
  readonly port: number;
  /** From a UDP wildcard: comes and goes with the machine's addresses. */
  readonly followed: boolean;
}

interface Binding extends PlannedBinding {
  /** By thread slot - 1; one where the main thread serves them. */
  readonly sockets: readonly ListeningSocket<ListenerKind>[];
}

const MAIN_KINDS: ReadonlySet<ListenerKind> = new Set<MainListenerKind>(['acme-http', 'http']);

function isForThreads(socket: ListeningSocket<ListenerKind>): socket is ListeningSocket {
  return !MAIN_KINDS.has(socket.kind);
}

function isForMain(socket: ListeningSocket<ListenerKind>): socket is ListeningSocket<MainListenerKind> {
  return MAIN_KINDS.has(socket.kind);
}

export function protocolOf(kind: ListenerKind): Protocol {
  return kind === 'udp' ? 'udp' : 'tcp';
}

/** One plain bind, closed again; undefined where the address can be had. */
export async function probeBinding(planned: PlannedBinding): Promise<BindFailure | undefined> {
  const { request, address, port } = planned;
  const probe = await probeAddress(protocolOf(request.kind), address, port);
  return probe.ok ? undefined : { request, address, port, code: probe.code };
}

/** Never used twice, so that a late message about a closed socket hits nothing else. */
let lastId = 0;

export class ListeningSocketSet {
  readonly #libc: Libc | undefined;
  readonly #threads: number;
  readonly #bindings: Binding[] = [];
  readonly #wildcards: PlannedBinding[] = [];
  /** No longer given to threads; the descriptors stay valid until `close`. */
  readonly #retired = new Map<number, ListeningSocket<ListenerKind>>();

  /** `libc` undefined: every thread opens its own sockets, and this set only says which. */
  constructor(libc: Libc | undefined, threads: number) {
    this.#libc = libc;
    this.#threads = threads;
  }

  /** The sockets of one thread, for its start and restart. `threadSlot` counts from 1. */
  forThread(threadSlot: number): readonly ListeningSocket[] {
    return this.#bindings.flatMap(({ request, sockets }) =>
      MAIN_KINDS.has(request.kind) ? [] : [sockets[threadSlot - 1]!].filter(isForThreads),
    );
  }

  /** Those that the main thread serves itself. */
  get forMain(): readonly ListeningSocket<MainListenerKind>[] {
    return this.#bindings.flatMap(({ sockets }) => sockets.filter(isForMain));
  }

  /** What is listened on, once per kind and address. */
  get bindings(): readonly PlannedBinding[] {
    return this.#bindings;
  }

  /** UDP wildcards: whether address changes concern this set at all. */
  get wildcards(): readonly PlannedBinding[] {
    return this.#wildcards;
  }

  /** From now on `openMissing` opens every local address of this one's family. */
  addWildcard(wildcard: PlannedBinding): void {
    this.#wildcards.push(wildcard);
  }

  /** Opens one socket for each thread that serves it. The caller has probed. */
  bind(planned: PlannedBinding): BindFailure | readonly ListeningSocket<ListenerKind>[] {
    const { request, address, port } = planned;
    const threads = MAIN_KINDS.has(request.kind) ? 1 : this.#threads;
    const sockets: ListeningSocket<ListenerKind>[] = [];
    for (let thread = 0; thread < threads; thread++) {
      let descriptor: number | undefined;
      if (this.#libc !== undefined) {
        const result = openSharedDescriptor(this.#libc, protocolOf(request.kind), address, port);
        if (!result.ok) {
          for (const socket of sockets) this.#closeDescriptor(socket);
          return { request, address, port, code: result.code };
        }
        descriptor = result.descriptor;
      }
      sockets.push({ id: ++lastId, kind: request.kind, address, port, descriptor });
    }
    this.#bindings.push({ ...planned, sockets });
    return sockets;
  }

  /** Probes and opens what the UDP wildcards lack of `localAddresses`. `opened`: by thread slot - 1. */
  async openMissing(localAddresses: readonly string[]): Promise<{
    readonly opened: readonly (readonly ListeningSocket[])[];
    readonly failures: readonly BindFailure[];
  }> {
    const opened: ListeningSocket[][] = Array.from({ length: this.#threads }, () => []);
    const failures: BindFailure[] = [];
    for (const planned of this.missing(localAddresses)) {
      const outcome = (await probeBinding(planned)) ?? this.bind(planned);
      if ('code' in outcome) failures.push(outcome);
      else for (const [thread, socket] of outcome.filter(isForThreads).entries()) opened[thread]!.push(socket);
    }
    return { opened, failures };
  }

  /** What the UDP wildcards stand for and is not open. */
  missing(localAddresses: readonly string[]): readonly PlannedBinding[] {
    return this.#wildcards.flatMap((wildcard) =>
      localAddresses
        .filter((address) => sameFamily(address, wildcard.address) && !this.#isHeld(address, wildcard.port))
        .map((address) => ({ ...wildcard, address })),
    );
  }

  /**
   * Stops giving the sockets of a followed address to threads and returns their ids. The caller tells the threads, and calls
   * `close` when all of them have acknowledged: closed earlier, a starting thread could duplicate a number used anew.
   */
  retire(address: string, port: number): readonly number[] {
    const index = this.#bindings.findIndex((it) => it.followed && it.address === address && it.port === port);
    if (index === -1) return [];
    const [binding] = this.#bindings.splice(index, 1);
    for (const socket of binding!.sockets) this.#retired.set(socket.id, socket);
    return binding!.sockets.map((socket) => socket.id);
  }

  /** Closes retired sockets for good. */
  close(ids: readonly number[]): void {
    for (const id of ids) {
      const socket = this.#retired.get(id);
      if (socket === undefined) continue;
      this.#retired.delete(id);
      this.#closeDescriptor(socket);
    }
  }

  /** Only when no thread will be started any more. */
  closeAll(): void {
    this.#wildcards.length = 0;
    for (const binding of this.#bindings.splice(0)) for (const socket of binding.sockets) this.#closeDescriptor(socket);
    this.close([...this.#retired.keys()]);
  }

  /** Retired sockets count until they are closed: the address is taken by ourselves so long. */
  #isHeld(address: string, port: number): boolean {
    const isIt = (it: { readonly address: string; readonly port: number }): boolean =>
      it.address === address && it.port === port;
    const retired = [...this.#retired.values()];
    return this.#bindings.some((it) => it.request.kind === 'udp' && isIt(it)) || retired.some(isIt);
  }

  #closeDescriptor(socket: ListeningSocket<ListenerKind>): void {
    if (socket.descriptor !== undefined) this.#libc?.close(socket.descriptor);
  }
}
