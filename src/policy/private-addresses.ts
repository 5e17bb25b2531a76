// Addresses that no public name should have: a browser that follows one asks a device of this network (DNS rebinding).

import { AccessList, parseAccessEntry } from './access-list.ts';
import { extractIpv4, type Ipv4Embedding, WELL_KNOWN_EMBEDDING } from '../wire/ipv4-embedding.ts';
import { mapIpv4 } from './mapped-address.ts';

const LISTED = new AccessList([
  ...rangesOf('loopback'),
  ...rangesOf('private'),
  // Many systems take the unspecified address for their own.
  ...rangesOf('0.0.0.0/8'),
  ...rangesOf('::'),
]);

/** One per thread: allocates nothing. */
export class PrivateAddresses {
  readonly #ipv4 = new Uint8Array(4);
  readonly #mapped = new Uint8Array(16);

  /** `address`: 16 octets; IPv4 as ::ffff:a.b.c.d. `dns64`: the translator of this network, which leads to IPv4 addresses. */
  has(address: Uint8Array, dns64: Ipv4Embedding | undefined): boolean {
    return (
      LISTED.permits(address) ||
      this.#embeds(address, WELL_KNOWN_EMBEDDING) ||
      (dns64 !== undefined && this.#embeds(address, dns64))
    );
  }

  /** Whether a translator would lead there. */
  #embeds(address: Uint8Array, embedding: Ipv4Embedding): boolean {
    if (!extractIpv4(embedding, address, this.#ipv4)) return false;
    mapIpv4(this.#ipv4, 0, this.#mapped);
    return LISTED.permits(this.#mapped);
  }
}

function rangesOf(entry: string) {
  const ranges = parseAccessEntry(entry);
  if (typeof ranges === 'string') throw new Error(ranges);
  return ranges;
}
