// What DNS64 makes of an explanation: where a name has no IPv6 address, its IPv4 addresses stand in, inside the translator's prefix
// (RFC 6147). By the same rules as the query pipeline (data-plane/derivation/synthesis.ts, wire/derived-answer.ts).

import { addressToText, isMappedIpv4 } from '../../wire/ip-address.ts';
import {
  extractIpv4,
  type Ipv4Embedding,
  isMappedAt,
  isNotGlobalIpv4,
  isWellKnown,
} from '../../wire/ipv4-embedding.ts';
import { RCODE } from '../../wire/numbers.ts';
import { IPV4_REVERSE_NAME_MAX_BYTES, readIpv6ReverseName, writeIpv4ReverseName } from '../../wire/reverse-name.ts';
import type { LocalExplanation } from './explain-local.ts';
import { reachedAddresses } from './reached-places.ts';
import { readUpstreamAnswer } from './read-answer.ts';

export const MAYBE_EMBEDDED =
  'without an IPv6 address of its own it is given its IPv4 addresses as IPv6 addresses (resolve.dns64)';
const EMBEDDED = 'it has no IPv6 address, so its IPv4 addresses are given as IPv6 addresses (resolve.dns64)';
const NOT_GLOBAL = 'private IPv4 addresses are never given as IPv6 addresses under 64:ff9b::/96 (resolve.dns64)';

/** Whether IPv4 addresses stand in for what is answered here to a question for AAAA. */
export function hasNoIpv6({ response, addresses }: LocalExplanation): boolean {
  return response === 'nodata' || (response === 'records' && addresses.every((address) => isMappedAt(address, 0)));
}

/** Whether they stand in for what an upstream's answer to a question for AAAA has. */
export function wantsIpv4(message: Uint8Array): boolean {
  const answer = readUpstreamAnswer(message);
  return answer !== undefined && answer.facts.rcode !== RCODE.NXDOMAIN && reachedAddresses(answer).every(isMappedIpv4);
}

/** What the client gets who asked for AAAA. `ipv4`: the explanation of the same name's A, whose addresses stand in. */
export function withEmbedded(ipv4: LocalExplanation, embedding: Ipv4Embedding): LocalExplanation {
  if (ipv4.response !== 'records') return ipv4;
  const canBeGiven = ipv4.addresses.some((address) => !isWellKnown(embedding) || !isNotGlobalIpv4(address, 0));
  return canBeGiven
    ? { ...ipv4, response: 'embedded', sentence: `${ipv4.sentence}; ${EMBEDDED}` }
    : { ...ipv4, response: 'nodata', sentence: `${ipv4.sentence}; ${NOT_GLOBAL}` };
}

export interface TranslatedReverse {
  /** The reverse name of the IPv4 address, wire form. */
  readonly target: Uint8Array;
  readonly sentence: string;
}

/** Undefined where `name` (lower-case wire form) is not the reverse name of an address under the prefix. */
export function translatedReverse(name: Uint8Array, embedding: Ipv4Embedding): TranslatedReverse | undefined {
  const ipv6 = new Uint8Array(16);
  const ipv4 = new Uint8Array(4);
  if (!readIpv6ReverseName(name, name.length, ipv6) || !extractIpv4(embedding, ipv6, ipv4)) return undefined;
  const target = new Uint8Array(IPV4_REVERSE_NAME_MAX_BYTES);
  const length = writeIpv4ReverseName(ipv4, target, 0);
  return {
    target: target.subarray(0, length),
    sentence: `${addressToText(ipv6)} is ${ipv4.join('.')} inside the prefix of resolve.dns64, and has its name`,
  };
}
