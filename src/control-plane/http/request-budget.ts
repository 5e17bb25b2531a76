// How many requests are heard in a second: in all, so that strangers cost the main thread a few percent at most, and of one
// client, so that it leaves something for the others. Main thread.

import { isMappedIpv4 } from '../../wire/ip-address.ts';

export interface RequestRate {
  readonly perSecond: number;
  readonly perSecondOfClient: number;
}

/** Of an IPv6 client: it may have all the addresses of its network. */
const NETWORK_BYTES = 8;

export class RequestBudget {
  readonly #rate: RequestRate;
  #second = 0;
  #heard = 0;
  /** No more clients than requests that were heard. */
  readonly #heardOfClient = new Map<string, number>();

  constructor(rate: RequestRate) {
    this.#rate = rate;
  }

  /** Takes one where there is one left. `address`: 16 octets. */
  take(address: Uint8Array, nowMilliseconds: number): boolean {
    const second = Math.floor(nowMilliseconds / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#heard = 0;
      this.#heardOfClient.clear();
    }
    const client = Buffer.from(isMappedIpv4(address) ? address : address.subarray(0, NETWORK_BYTES)).toString('hex');
    const ofClient = this.#heardOfClient.get(client) ?? 0;
    if (this.#heard >= this.#rate.perSecond || ofClient >= this.#rate.perSecondOfClient) return false;
    this.#heard++;
    this.#heardOfClient.set(client, ofClient + 1);
    return true;
  }
}
