// RDATA of SVCB and HTTPS records (RFC 9460 section 2.1): priority, target, and what a client needs to connect.

import { readUint16 } from '../../../wire/header.ts';
import { addressToText, isMappedIpv4 } from '../../../wire/ip-address.ts';
import { skipName } from '../../../wire/name.ts';
import { base64Text, escapedOctets } from './octets-text.ts';
import { nameAt, type ResourceRecord } from './sections.ts';

const PRIORITY_BYTES = 2;
/** Key and length; the value follows. */
const PARAMETER_FIXED_BYTES = 4;

/** The registry "Service Parameter Keys (SvcParamKeys)", from 0 on. */
const KEY_WORDS = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint', 'dohpath'];

/** Throws RangeError if the RDATA does not have this form. */
export function serviceBindingToText(message: Uint8Array, { rdataStart, rdataEnd }: ResourceRecord): string {
  if (rdataEnd - rdataStart < PRIORITY_BYTES) throw new RangeError('no priority');
  const targetStart = rdataStart + PRIORITY_BYTES;
  const words = [String(readUint16(message, rdataStart)), nameAt(message, targetStart, rdataEnd)];
  let position = skipName(message, targetStart, rdataEnd);
  let previousKey = -1;
  while (position < rdataEnd) {
    const valueStart = position + PARAMETER_FIXED_BYTES;
    if (valueStart > rdataEnd) throw new RangeError('a parameter is cut short');
    const key = readUint16(message, position);
    position = valueStart + readUint16(message, position + 2);
    if (position > rdataEnd || key <= previousKey) throw new RangeError('a parameter is out of place');
    words.push(parameterToText(key, message.subarray(valueStart, position)));
    previousKey = key;
  }
  return words.join(' ');
}

function parameterToText(key: number, value: Uint8Array): string {
  const known = valueToText(key, value);
  if (known === '') return keyToText(key);
  if (known !== undefined) return `${keyToText(key)}=${known}`;
  return value.length === 0 ? `key${key}` : `key${key}="${escapedOctets(value)}"`;
}

function keyToText(key: number): string {
  return KEY_WORDS[key] ?? `key${key}`;
}

/** Undefined for unknown keys and for values that are not what their key promises; empty for a key without a value. */
function valueToText(key: number, value: Uint8Array): string | undefined {
  switch (KEY_WORDS[key]) {
    case 'mandatory':
      return value.length === 0 ? undefined : pieces(value, 2, (octets) => keyToText(readUint16(octets, 0)));
    case 'alpn':
      return protocols(value);
    case 'no-default-alpn':
      return value.length === 0 ? '' : undefined;
    case 'port':
      return value.length === 2 ? String(readUint16(value, 0)) : undefined;
    case 'ipv4hint':
      return value.length === 0 ? undefined : pieces(value, 4, (octets) => octets.join('.'));
    case 'ech':
      return value.length === 0 ? undefined : base64Text(value);
    case 'ipv6hint':
      return value.length === 0 ? undefined : pieces(value, 16, ipv6ToText);
    case 'dohpath':
      return value.length === 0 ? undefined : `"${escapedOctets(value)}"`;
    default:
      return undefined;
  }
}

function pieces(value: Uint8Array, pieceBytes: number, toText: (octets: Uint8Array) => string): string | undefined {
  if (value.length % pieceBytes !== 0) return undefined;
  const texts: string[] = [];
  for (let start = 0; start < value.length; start += pieceBytes)
    texts.push(toText(value.subarray(start, start + pieceBytes)));
  return texts.join(',');
}

/** Undefined also for identifiers that would need escapes in a list: no registered one does. */
function protocols(value: Uint8Array): string | undefined {
  const identifiers: string[] = [];
  for (let position = 0; position < value.length; ) {
    const end = position + 1 + value[position]!;
    const identifier = escapedOctets(value.subarray(position + 1, end));
    if (end > value.length || !/^[\w./+-]+$/.test(identifier)) return undefined;
    identifiers.push(identifier);
    position = end;
  }
  return identifiers.length === 0 ? undefined : identifiers.join(',');
}

function ipv6ToText(octets: Uint8Array): string {
  return isMappedIpv4(octets) ? `::ffff:${addressToText(octets)}` : addressToText(octets);
}
