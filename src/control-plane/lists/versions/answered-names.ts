// What was answered lately, as octets: what two versions of a list are tried on. From the gateway to its helper process.
//
// One behind the other, each: lower-case wire name, number of types (1 octet), types (2 octets each), number of addresses (1 octet),
// addresses (16 octets each, IPv4 as ::ffff:a.b.c.d).

import { NAME_MAX_BYTES } from '../../../wire/name.ts';

/** Types, and addresses, of one name. */
export const ANSWERED_MAX = 16;
/** How an IPv4 address begins, in hex. */
export const IPV4_MAPPED = '00000000000000000000ffff';
const TYPE_BYTES = 2;
const ADDRESS_BYTES = 16;

export interface AnsweredName {
  /** Lower-case wire name. */
  readonly name: Uint8Array;
  /** Asked for; at most ANSWERED_MAX. */
  readonly types: readonly number[];
  /** Of the answers, 32 hexadecimal digits each; at most ANSWERED_MAX. */
  readonly addresses: readonly string[];
}

export function packAnswered(answered: Iterable<AnsweredName>): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const { name, types, addresses } of answered) {
    const asked = types.flatMap((type) => [type >>> 8, type & 0xff]);
    pieces.push(name, Uint8Array.of(types.length, ...asked, addresses.length));
    pieces.push(Buffer.from(addresses.join(''), 'hex'));
  }
  return Buffer.concat(pieces);
}

/** What is cut short, or has no name in its place, ends it. */
export function* unpackAnswered(octets: Uint8Array): Generator<AnsweredName> {
  const buffer = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  for (let start = 0; start < buffer.length; ) {
    let end = start;
    while (end < buffer.length && buffer[end] !== 0) end += 1 + buffer[end]!;
    end++;
    if (end - start > NAME_MAX_BYTES) return;
    const typesAt = end + 1;
    const addressesAt = typesAt + TYPE_BYTES * (buffer[end] ?? 0) + 1;
    const next = addressesAt + ADDRESS_BYTES * (buffer[addressesAt - 1] ?? 0);
    if (addressesAt > buffer.length || next > buffer.length) return;
    const types: number[] = [];
    for (let at = typesAt; at < addressesAt - 1; at += TYPE_BYTES) types.push(buffer.readUInt16BE(at));
    const addresses: string[] = [];
    for (let at = addressesAt; at < next; at += ADDRESS_BYTES)
      addresses.push(buffer.toString('hex', at, at + ADDRESS_BYTES));
    yield { name: buffer.subarray(start, end), types, addresses };
    start = next;
  }
}
