// Leases while a file is read: the last word about an address counts.

import { parseAddress } from '../../wire/ip-address.ts';
import { NAME_MAX_BYTES } from '../../wire/name.ts';
import { TYPE } from '../../wire/numbers.ts';
import { hostName } from './host-name.ts';
import { LineFaults, type ParsedFile } from './parsed-file.ts';
import type { SourcedRecord } from './sourced-record.ts';

export interface LeaseLine {
  readonly address: string;
  /** Empty or `*` where the device gave none. */
  readonly hostName: string;
  /** Seconds since 1970; Infinity where it never ends. */
  readonly expirySeconds: number;
  readonly isActive: boolean;
  readonly line: number;
}

interface Lease {
  readonly label: string;
  readonly octets: Uint8Array;
  readonly isIpv6: boolean;
  readonly expirySeconds: number;
  readonly line: number;
}

const TTL_SECONDS = 60;
/** A home has some hundred, a campus some ten thousand; each has two names. */
const LEASES_MAX = 100_000;

export class LeaseTable {
  readonly faults: LineFaults = new LineFaults();
  readonly #leases = new Map<string, Lease>();
  /** Addresses whose devices gave a name that none can have. */
  readonly #unusable = new Set<string>();

  put(lease: LeaseLine): void {
    const fault = this.#take(lease);
    if (fault !== undefined) this.faults.add(lease.line, fault);
  }

  #take({ address, hostName: written, expirySeconds, isActive, line }: LeaseLine): string | undefined {
    const octets = new Uint8Array(16);
    if (address.includes('%') || !parseAddress(address, octets)) return 'not an address';
    const key = Buffer.from(octets).toString('latin1');
    this.#leases.delete(key);
    this.#unusable.delete(key);
    const label = isActive ? hostName(written) : undefined;
    // A lease without a name, or with one that nobody may have, is no fault of the file.
    if (label === undefined) {
      if (isActive && isGiven(written) && this.#unusable.size < LEASES_MAX) this.#unusable.add(key);
      return undefined;
    }
    if (this.#leases.size >= LEASES_MAX) return `more than ${LEASES_MAX} leases`;
    const isIpv6 = address.includes(':');
    this.#leases.set(key, { label, octets, isIpv6, expirySeconds, line });
    return undefined;
  }

  /** Leases, over or not, whose names are of no use. */
  get unusableNames(): number {
    return this.#unusable.size;
  }

  /** The leases that hold now, as records: `NAME.domain`, then the bare name. `domain`: wire name. */
  records(domain: Uint8Array, nowSeconds: number): Pick<ParsedFile, 'records' | 'nextExpirySeconds'> {
    const records: SourcedRecord[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const { label, octets, isIpv6, expirySeconds, line } of this.#leases.values()) {
      const left = expirySeconds - nowSeconds;
      if (left <= 0) continue;
      next = Math.min(next, expirySeconds);
      const head = Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1');
      const full = Uint8Array.of(...head, ...domain);
      if (full.length > NAME_MAX_BYTES) continue;
      const ttlSeconds = Math.max(1, Math.min(TTL_SECONDS, Math.floor(left)));
      const data = isIpv6 ? { type: TYPE.AAAA, rdata: octets } : { type: TYPE.A, rdata: octets.subarray(12) };
      records.push({ owner: full, ttlSeconds, ...data, line });
      records.push({ owner: Uint8Array.of(...head, 0), shortFor: full, ttlSeconds, ...data, line });
    }
    return { records, nextExpirySeconds: next === Number.POSITIVE_INFINITY ? undefined : next };
  }
}

function isGiven(hostName: string): boolean {
  return hostName !== '' && hostName !== '*';
}
