// NAME and TYPE as people write them -> what stands in a question.

import { nearestKey } from '../../control-plane/settings/nearest-key.ts';
import { OperatorError } from '../../errors.ts';
import { nameFromInternational } from '../../wire/international-name.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { TYPE } from '../../wire/numbers.ts';
import { typeFromText } from '../../wire/type-text.ts';
import { visible } from '../visible-text.ts';

export interface Question {
  /** Uncompressed wire name. */
  readonly name: Uint8Array;
  readonly type: number;
}

/** An address without another TYPE than PTR stands for its reverse name (RFC 1035 section 3.5, RFC 3596 section 2.5). Throws OperatorError USAGE. */
export function readQuestion(nameText: string, typeText: string | undefined): Question {
  const type = typeText === undefined ? undefined : readType(typeText);
  const reverse = type === undefined || type === TYPE.PTR ? reverseName(nameText) : undefined;
  if (reverse !== undefined) return { name: readName(reverse), type: TYPE.PTR };
  return { name: readName(nameText), type: type ?? TYPE.A };
}

/** Throws OperatorError USAGE. */
export function readType(text: string): number {
  const type = typeFromText(text);
  if (type !== undefined) return type;
  const mnemonics = Object.keys(TYPE).map((mnemonic) => mnemonic.toLowerCase());
  const nearest = nearestKey(text, mnemonics)?.toUpperCase();
  const advice = nearest === undefined ? 'write A, AAAA, HTTPS, TXT or TYPE65280' : `did you mean ${nearest}?`;
  throw new OperatorError('USAGE', `"${visible(text)}" is not a record type; ${advice}`);
}

function readName(text: string): Uint8Array {
  const name = nameFromInternational(text);
  if (name !== undefined) return name;
  const form = 'labels of 1 to 63 octets between dots, 255 octets in all, other octets as \\DDD';
  throw new OperatorError('USAGE', `"${visible(text)}" is not a domain name: ${form}`);
}

function reverseName(text: string): string | undefined {
  const octets = new Uint8Array(16);
  if (!parseAddress(text, octets)) return undefined;
  if (!text.includes(':')) return `${[...octets.subarray(12)].reverse().join('.')}.in-addr.arpa`;
  const nibbles = [...octets].flatMap((octet) => [octet >>> 4, octet & 0xf]);
  return `${nibbles
    .reverse()
    .map((nibble) => nibble.toString(16))
    .join('.')}.ip6.arpa`;
}
