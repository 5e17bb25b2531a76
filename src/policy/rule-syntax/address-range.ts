// Addresses as lists write them -> the first and the last of a range: one address, `192.0.2.0/24`, `192.0.2.1-192.0.2.9`.

import { isMappedIpv4, parseAddress } from '../../wire/ip-address.ts';

/** 4 or 16 octets each, in hex. An IPv4 address within IPv6 is IPv4. */
export interface AddressRange {
  readonly firstHex: string;
  readonly lastHex: string;
}

/** Undefined for what is none of these, for a zone behind `%`, and for all addresses of a family. */
export function addressRange(text: string): AddressRange | undefined {
  const range = /^([\da-f.:]+)(?:\/(\d{1,3})|\s*-\s*([\da-f.:]+))?$/i.exec(text);
  if (range === null) return undefined;
  const first = octetsOf(range[1]!);
  if (first === undefined) return undefined;
  if (range[2] !== undefined) return networkOf(first, Number(range[2]), range[1]!.includes(':'));
  const last = range[3] === undefined ? first : octetsOf(range[3]);
  if (last === undefined || last.length !== first.length || Buffer.compare(first, last) > 0) return undefined;
  return { firstHex: first.toString('hex'), lastHex: last.toString('hex') };
}

function octetsOf(text: string): Buffer | undefined {
  const octets = Buffer.alloc(16);
  if (!parseAddress(text, octets)) return undefined;
  return isMappedIpv4(octets) ? octets.subarray(12) : octets;
}

function networkOf(address: Buffer, writtenLength: number, isIpv6Text: boolean): AddressRange | undefined {
  const bits = address.length * 8;
  const prefixLength = isIpv6Text && bits === 32 ? writtenLength - 96 : writtenLength;
  if (prefixLength < 1 || prefixLength > bits) return undefined;
  const first = Buffer.from(address);
  const last = Buffer.from(address);
  for (let at = 0; at < address.length; at++) {
    const hostBits = 0xff >>> Math.min(Math.max(prefixLength - at * 8, 0), 8);
    first[at]! &= ~hostBits;
    last[at]! |= hostBits;
  }
  return { firstHex: first.toString('hex'), lastHex: last.toString('hex') };
}
