// Parameters of SVCB and HTTPS records (RFC 9460 sections 2.1 and 7, RFC 9461): from text to octets, in ascending order.

import { isMappedIpv4, parseAddress } from './ip-address.ts';
import type { ZoneFileWord } from './zone-file-words.ts';

/** The registry "Service Parameter Keys (SvcParamKeys)", from 0 on. */
const KEY_NAMES = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint', 'dohpath', 'ohttp'];
/** An answer has room for them; so does the length, 16 bits. */
const VALUE_BYTES_MAX = 8000;
const RAW_ADVICE = 'takes the octets themselves, which are none of this parameter; write it by its name';
const MANDATORY = 0;
const ALPN = 1;
const NO_DEFAULT_ALPN = 2;

export interface ServiceParameter {
  readonly key: number;
  readonly value: Uint8Array;
}

/** Parameters as wire octets, ascending by key. The caller gives each key once. */
export function serviceParameterOctets(parameters: readonly ServiceParameter[]): Uint8Array<ArrayBuffer> {
  const sorted = parameters.toSorted((a, b) => a.key - b.key);
  return concat(sorted.flatMap(({ key, value }) => [uint16(key), uint16(value.length), value]));
}

/** `alpn=h2,h3 port=8443 …`, or a sentence that says what is wrong. */
export function readServiceParameters(words: readonly ZoneFileWord[]): ServiceParameter[] | string {
  const parameters = new Map<number, Uint8Array>();
  for (const word of words) {
    const parameter = readParameter(word);
    if (typeof parameter === 'string') return parameter;
    if (parameters.has(parameter.key)) return `${nameOfKey(parameter.key)} is given twice`;
    parameters.set(parameter.key, parameter.value);
  }
  if (parameters.has(NO_DEFAULT_ALPN) && !parameters.has(ALPN)) return 'no-default-alpn needs alpn';
  const mandatory = parameters.get(MANDATORY);
  for (let i = 0; i < (mandatory?.length ?? 0); i += 2) {
    const key = (mandatory![i]! << 8) | mandatory![i + 1]!;
    if (!parameters.has(key)) return `mandatory names ${nameOfKey(key)}, which is not given`;
  }
  return [...parameters].map(([key, value]) => ({ key, value }));
}

function readParameter({ text, octets }: ZoneFileWord): ServiceParameter | string {
  const equals = octets.indexOf(0x3d);
  const name = text.split('=', 1)[0]!.toLowerCase();
  const key = keyOf(name);
  if (key === undefined) return `${JSON.stringify(name)} is no parameter; known: ${KEY_NAMES.join(', ')}, key65333`;
  const given = equals < 0 ? new Uint8Array(0) : octets.subarray(equals + 1);
  if (given.length > VALUE_BYTES_MAX) return `${name}: is longer than ${VALUE_BYTES_MAX} octets`;
  // By its number, a parameter is written as raw octets (RFC 9460 section 2.1).
  if (/^key\d/.test(name)) return isWellFormed(key, given) ? { key, value: given } : `${name}: ${RAW_ADVICE}`;
  const value = readValue(key, given);
  return typeof value === 'string' ? `${nameOfKey(key)}: ${value}` : { key, value };
}

function readValue(key: number, octets: Uint8Array): Uint8Array | string {
  const text = octetsText(octets);
  switch (nameOfKey(key)) {
    case 'mandatory':
      return readMandatory(text.split(','));
    case 'alpn':
      return readAlpn(text);
    case 'no-default-alpn':
    case 'ohttp':
      return octets.length === 0 ? octets : 'takes no value';
    case 'port':
      return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? uint16(Number(text)) : 'takes a number up to 65535';
    case 'ipv4hint':
      return readHints(text, true);
    case 'ipv6hint':
      return readHints(text, false);
    case 'ech':
      return readBase64(text) ?? 'takes base64';
    case 'dohpath':
      return /^\/.*\{\?dns\}/.test(text) ? octets : 'takes a path such as /dns-query{?dns}';
    default:
      return octets;
  }
}

function readMandatory(names: readonly string[]): Uint8Array | string {
  const keys = names.map((name) => keyOf(name));
  if (keys.some((key) => key === undefined || key === MANDATORY)) return 'takes names of other parameters';
  const sorted = (keys as number[]).toSorted((a, b) => a - b);
  return new Set(sorted).size < sorted.length ? 'names a parameter twice' : concat(sorted.map(uint16));
}

/** Protocol names; `\,` stands for a comma within one (RFC 9460 appendix A.1), here after the zone file's own escapes. */
function readAlpn(text: string): Uint8Array | string {
  const protocols = text.split(/(?<!\\),/).map((protocol) => protocol.replaceAll(/\\([\\,])/g, '$1'));
  if (protocols.some(({ length }) => length === 0 || length > 255)) return 'takes protocols such as h2,h3';
  return alpnOctets(protocols);
}

export function alpnOctets(protocols: readonly string[]): Uint8Array<ArrayBuffer> {
  return concat(protocols.flatMap((protocol) => [Uint8Array.of(protocol.length), latin1(protocol)]));
}

function readHints(text: string, isIpv4: boolean): Uint8Array | string {
  const addresses: Uint8Array[] = [];
  for (const part of text.split(',')) {
    const octets = new Uint8Array(16);
    if (part.includes('%') || !parseAddress(part, octets) || part.includes(':') === isIpv4)
      return `takes IPv${isIpv4 ? 4 : 6} addresses`;
    addresses.push(isIpv4 && isMappedIpv4(octets) ? octets.subarray(12) : octets);
  }
  return concat(addresses);
}

function keyOf(name: string): number | undefined {
  const generic = /^key(0|[1-9]\d{0,4})$/.exec(name);
  if (generic !== null) return Number(generic[1]) < 65_535 ? Number(generic[1]) : undefined;
  const key = KEY_NAMES.indexOf(name);
  return key < 0 ? undefined : key;
}

function nameOfKey(key: number): string {
  return KEY_NAMES[key] ?? `key${key}`;
}

/** With its padding or without; undefined if it is none, or empty. */
function readBase64(text: string): Uint8Array | undefined {
  const isWhole = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text);
  return isWhole && text !== '' ? latin1(atob(text.replaceAll('=', ''))) : undefined;
}

/** Whether octets can be the value of a parameter that has a layout (RFC 9460 sections 7 and 8). */
function isWellFormed(key: number, octets: Uint8Array): boolean {
  const { length } = octets;
  switch (nameOfKey(key)) {
    case 'mandatory':
      return length > 0 && length % 2 === 0 && areAscendingKeys(octets);
    case 'alpn':
      return length > 0 && areProtocols(octets);
    case 'no-default-alpn':
    case 'ohttp':
      return length === 0;
    case 'port':
      return length === 2;
    case 'ipv4hint':
      return length > 0 && length % 4 === 0;
    case 'ipv6hint':
      return length > 0 && length % 16 === 0;
    default:
      return true;
  }
}

function areAscendingKeys(octets: Uint8Array): boolean {
  let last = MANDATORY;
  for (let at = 0; at < octets.length; at += 2) {
    const key = (octets[at]! << 8) | octets[at + 1]!;
    if (key <= last) return false;
    last = key;
  }
  return true;
}

function areProtocols(octets: Uint8Array): boolean {
  let at = 0;
  while (at < octets.length) {
    if (octets[at] === 0) return false;
    at += 1 + octets[at]!;
  }
  return at === octets.length;
}

/** A character for each octet: what TextDecoder calls latin1 is another alphabet. */
function octetsText(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}

function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function uint16(number: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(number >>> 8, number);
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
