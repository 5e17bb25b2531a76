// RDATA of the records an operator can write, from zone-file form (RFC 1035 section 5.1). Control plane; off the hot path.

import { isMappedIpv4, parseAddress } from './ip-address.ts';
import { nameFromInternational } from './international-name.ts';
import { TYPE } from './numbers.ts';
import { readServiceParameters, serviceParameterOctets } from './service-parameters.ts';
import { type ZoneFileWord, zoneFileWords } from './zone-file-words.ts';

/** What a value of each type looks like. */
const FORMS: Readonly<Record<number, string>> = {
  [TYPE.A]: '"192.0.2.1"',
  [TYPE.AAAA]: '"2001:db8::1"',
  [TYPE.CNAME]: '"name.example"',
  [TYPE.PTR]: '"name.example"',
  [TYPE.TXT]: `'"some text"'`,
  [TYPE.MX]: '"10 mail.example"',
  [TYPE.SRV]: '"0 5 443 server.example" (priority, weight, port, name)',
  [TYPE.SVCB]: '"1 server.example alpn=dot port=853"',
  [TYPE.HTTPS]: '"1 . alpn=h2,h3"',
};

export const WRITABLE_TYPES: readonly number[] = Object.keys(FORMS).map(Number);

/** The RDATA, names uncompressed, or a sentence that says what is wrong. `type`: one of WRITABLE_TYPES. */
export function rdataFromText(type: number, text: string): Uint8Array | string {
  const words = zoneFileWords(text);
  if (typeof words === 'string') return words;
  const rdata = words.length === 0 ? undefined : readRdata(type, words);
  if (rdata === undefined) return `write it as ${FORMS[type] ?? 'another type'}`;
  return rdata;
}

function readRdata(type: number, words: readonly ZoneFileWord[]): Uint8Array | string | undefined {
  const [first, second] = words;
  switch (type) {
    case TYPE.A:
    case TYPE.AAAA:
      return words.length === 1 ? readAddress(first!.text, type === TYPE.A) : undefined;
    case TYPE.CNAME:
    case TYPE.PTR:
      return words.length === 1 ? nameFromInternational(first!.text) : undefined;
    case TYPE.TXT:
      return readStrings(words);
    case TYPE.MX:
      return words.length === 2 ? join([number16(first!), nameFromInternational(second!.text)]) : undefined;
    case TYPE.SRV: {
      const numbers = words.slice(0, 3).map(number16);
      return words.length === 4 ? join([...numbers, nameFromInternational(words[3]!.text)]) : undefined;
    }
    case TYPE.SVCB:
    case TYPE.HTTPS:
      return readService(words);
    default:
      return undefined;
  }
}

function readAddress(text: string, isIpv4: boolean): Uint8Array | undefined {
  const octets = new Uint8Array(16);
  if (text.includes('%') || text.includes(':') === isIpv4 || !parseAddress(text, octets)) return undefined;
  return isIpv4 && isMappedIpv4(octets) ? octets.subarray(12) : octets;
}

function readStrings(words: readonly ZoneFileWord[]): Uint8Array | string {
  if (words.some(({ octets }) => octets.length > 255))
    return 'a text is longer than 255 octets; write it in several, each in quotes';
  const rdata = join(words.flatMap(({ octets }) => [Uint8Array.of(octets.length), octets]))!;
  return rdata.length > 8000 ? 'more than 8000 octets' : rdata;
}

function readService([priority, target, ...parameters]: readonly ZoneFileWord[]): Uint8Array | string | undefined {
  if (priority === undefined || target === undefined) return undefined;
  const head = join([number16(priority), nameFromInternational(target.text)]);
  if (head === undefined) return undefined;
  const read = readServiceParameters(parameters);
  if (typeof read === 'string') return read;
  if (head[0] === 0 && head[1] === 0 && read.length > 0) return 'priority 0 is an alias, which has no parameters';
  return join([head, serviceParameterOctets(read)]);
}

function number16({ text }: ZoneFileWord): Uint8Array | undefined {
  const number = Number(text);
  return /^\d{1,5}$/.test(text) && number <= 65_535 ? Uint8Array.of(number >>> 8, number) : undefined;
}

/** Undefined if a part is. */
function join(parts: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
  const given = parts.filter((part) => part !== undefined);
  if (given.length < parts.length) return undefined;
  const whole = new Uint8Array(given.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of given) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
