// Who is at the other end of a connection, and what counts as one client for the limits.

import { isMappedIpv4, parseAddress } from '../../wire/ip-address.ts';

/** Reads a socket's `remoteAddress` into 16 octets (IPv4 in its mapped form); false if it has none, or no longer. */
export function readClientAddress(remoteAddress: string | undefined, out: Uint8Array): boolean {
  return remoteAddress !== undefined && parseAddress(remoteAddress, out);
}

const IPV4_WORD = 1;
const IPV6_FIRST_WORD = 2;

/** The client of a little-endian sockaddr, without a string and without allocating. One per socket. */
export class ClientOfSocketAddress {
  /** 16 octets, IPv4 in its mapped form. */
  readonly octets: Uint8Array = new Uint8Array(16);
  readonly #words: Int32Array = new Int32Array(this.octets.buffer);
  readonly #isIpv6: boolean;

  constructor(isIpv6: boolean) {
    this.#isIpv6 = isIpv6;
    if (!isIpv6) this.octets.fill(0xff, 10, 12);
  }

  /** `socketAddress`: of the socket's family. False where its port is 0, which nobody can be answered at. */
  read(socketAddress: Int32Array): boolean {
    const words = this.#words;
    if (this.#isIpv6) for (let i = 0; i < 4; i++) words[i] = socketAddress[IPV6_FIRST_WORD + i]!;
    else words[3] = socketAddress[IPV4_WORD]!;
    return socketAddress[0]! >>> 16 !== 0;
  }
}

/** One key per IPv4 address and per IPv6 /64: an IPv6 host can have every address of its network. */
export function clientKey(address: Uint8Array): string {
  return Buffer.from(address.buffer, address.byteOffset, isMappedIpv4(address) ? 16 : 8).toString('latin1');
}
