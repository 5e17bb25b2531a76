// Follows the machine's addresses for UDP wildcards: a new address is served within 5 s, sockets of one that is gone are
// given back. Main thread; a poll, since Node offers no event for it.

import type { ListeningSocket } from './listening-socket.ts';
import type { BindFailure, ListeningSocketSet } from './listening-socket-set.ts';
import { localAddresses } from './local-addresses.ts';
import { probeAddress } from './probe-address.ts';

const INTERVAL_MILLISECONDS = 2_000;
/** Sockets kept for addresses that are gone but could not be bound again: a bound for machines that change them daily. */
const KEPT_GONE_ADDRESSES = 64;

export interface AddressChanges {
  /** New sockets by thread slot - 1; `set.forThread` gives them to threads that start from now on. */
  opened(sockets: readonly (readonly ListeningSocket[])[]): void;
  /** Ids of sockets no longer needed. When all threads have closed theirs, call `set.close(ids)`. */
  gone(ids: readonly number[]): void;
  /** An address that is not served; told once until the address goes or the reason changes. It is tried again all the same. */
  failed(failure: BindFailure): void;
}

export class AddressWatch {
  readonly #set: ListeningSocketSet;
  readonly #changes: AddressChanges;
  readonly #read: () => readonly string[];
  readonly #timer: NodeJS.Timeout;
  /** `address port code` of failures that were told. */
  readonly #told = new Set<string>();
  #running: Promise<void> | undefined;

  /** Starts at once and does not keep the process alive. */
  constructor(
    set: ListeningSocketSet,
    changes: AddressChanges,
    options: { readonly read?: () => readonly string[]; readonly intervalMilliseconds?: number } = {},
  ) {
    this.#set = set;
    this.#changes = changes;
    this.#read = options.read ?? localAddresses;
    this.#timer = setInterval(() => void this.check(), options.intervalMilliseconds ?? INTERVAL_MILLISECONDS).unref();
  }

  /** Compares now. */
  check(): Promise<void> {
    this.#running ??= this.#compare().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** After this no change is reported. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #compare(): Promise<void> {
    const present = this.#readAddresses();
    if (present === undefined) return;
    const { opened, failures } = await this.#set.openMissing(present);
    if (opened.some((sockets) => sockets.length > 0)) this.#changes.opened(opened);
    this.#tell(failures);
    await this.#giveBack(new Set(present));
  }

  #readAddresses(): readonly string[] | undefined {
    try {
      return this.#read();
    } catch {
      return undefined; // the system is short of something: the next poll will tell
    }
  }

  #tell(failures: readonly BindFailure[]): void {
    const current = new Set<string>();
    for (const failure of failures) {
      if (failure.code === 'EADDRNOTAVAIL') continue; // under duplicate detection, or already gone again
      const key = `${failure.address} ${failure.port} ${failure.code}`;
      current.add(key);
      if (!this.#told.has(key)) this.#changes.failed(failure);
    }
    this.#told.clear();
    for (const key of current) this.#told.add(key);
  }

  async #giveBack(present: ReadonlySet<string>): Promise<void> {
    const absent = this.#set.bindings.filter((it) => it.followed && !present.has(it.address));
    let tooMany = absent.length - KEPT_GONE_ADDRESSES;
    for (const { address, port } of absent) {
      if (tooMany-- <= 0 && (await this.#mustKeep(address, port))) continue;
      this.#changes.gone(this.#set.retire(address, port));
    }
  }

  /**
   * A cable pulled for a moment hides an address that is still configured; and a port that this process may no longer bind
   * (below 1024, privileges given up) would be lost for good. A socket on an absent address does no harm and works again
   * when the address is back.
   */
  async #mustKeep(address: string, port: number): Promise<boolean> {
    if ((await probeAddress('udp', address, 0)).ok) return true;
    const again = await probeAddress('udp', '127.0.0.1', port);
    return !again.ok && again.code === 'EACCES';
  }
}
