// RDATA in presentation form. dns-packet decodes numbers and binary fields; names are read by wire/, since dns-packet's are UTF-8
// without escapes. What it cannot decode, or only with loss, is printed as octets (RFC 3597 section 5).

import dnsPacket, {
  type CaaData,
  type DnskeyData,
  type DsData,
  type HInfoData,
  type MxData,
  type NaptrData,
  type Nsec3Data,
  type NsecData,
  type RrsigData,
  type SoaData,
  type SrvData,
  type SshfpData,
  type TlsaData,
} from 'dns-packet';
import { skipName } from '../../../wire/name.ts';
import { TYPE } from '../../../wire/numbers.ts';
import { typeFromText, typeToText } from '../../../wire/type-text.ts';
import { base32Hex, base64Text, characterString, genericRdata, hexText } from './octets-text.ts';
import { nameAt, type ResourceRecord } from './sections.ts';
import { serviceBindingToText } from './service-binding-text.ts';

declare module 'dns-packet' {
  /** The codec of a type; `decode` wants RDLENGTH at `offset`. */
  function record(type: string): { decode(message: Buffer, offset: number): unknown };
}

interface Rdata<Decoded> {
  readonly data: Decoded;
  /** The `count` names that stand one behind the other from `offset` of the RDATA on. */
  names(offset: number, count: number): string;
}

type Form = (message: Buffer, record: ResourceRecord) => string;

const RDLENGTH_BYTES = 2;

const FORMS: ReadonlyMap<number, Form> = new Map<number, Form>([
  [TYPE.A, form('A', ({ data }: Rdata<string>) => data)],
  [TYPE.AAAA, form('AAAA', ({ data }: Rdata<string>) => data)],
  [TYPE.NS, form('NS', ({ names }) => names(0, 1))],
  [TYPE.CNAME, form('CNAME', ({ names }) => names(0, 1))],
  [TYPE.DNAME, form('DNAME', ({ names }) => names(0, 1))],
  [TYPE.PTR, form('PTR', ({ names }) => names(0, 1))],
  [TYPE.RP, form('RP', ({ names }) => names(0, 2))],
  [TYPE.SOA, form('SOA', soa)],
  [TYPE.MX, form('MX', ({ data, names }: Rdata<MxData>) => `${data.preference} ${names(2, 1)}`)],
  ...['TXT', 'SPF', 'AVC', 'RESINFO'].map((word): [number, Form] => [typeFromText(word)!, form('TXT', strings)]),
  [TYPE.HINFO, form('HINFO', ({ data }: Rdata<HInfoData>) => `${quoted(data.cpu)} ${quoted(data.os)}`)],
  [TYPE.SRV, form('SRV', srv)],
  [TYPE.NAPTR, form('NAPTR', naptr)],
  [TYPE.CAA, form('CAA', ({ data }: Rdata<CaaData>) => `${data.flags} ${word(data.tag)} ${quoted(data.value)}`)],
  [TYPE.DS, form('DS', ds)],
  [TYPE.SSHFP, form('SSHFP', ({ data }: Rdata<SshfpData>) => `${data.algorithm} ${data.hash} ${data.fingerprint}`)],
  [TYPE.TLSA, form('TLSA', tlsa)],
  [TYPE.DNSKEY, form('DNSKEY', dnskey)],
  [TYPE.RRSIG, form('RRSIG', rrsig)],
  [TYPE.NSEC, form('NSEC', ({ data, names }: Rdata<NsecData>) => `${names(0, 1)} ${types(data.rrtypes)}`)],
  [TYPE.NSEC3, form('NSEC3', nsec3)],
  [TYPE.SVCB, serviceBindingToText],
  [TYPE.HTTPS, serviceBindingToText],
]);

/** `message` has passed wire/structure-guard.ts. Never throws; nothing but printable ASCII. */
export function rdataToText(message: Uint8Array, record: ResourceRecord): string {
  const { buffer, byteOffset, byteLength } = message;
  const { type, rdataStart, rdataEnd } = record;
  try {
    const text = FORMS.get(type)?.(Buffer.from(buffer, byteOffset, byteLength), record);
    if (text !== undefined && text !== '') return text;
  } catch {
    // Decoders throw at what they do not know, e.g. a DNSKEY of another protocol.
  }
  return genericRdata(message.subarray(rdataStart, rdataEnd));
}

function form<Decoded>(decoder: string, toText: (rdata: Rdata<Decoded>) => string): Form {
  return (message, { rdataStart, rdataEnd }) =>
    toText({
      data: dnsPacket.record(decoder).decode(message, rdataStart - RDLENGTH_BYTES) as Decoded,
      names(offset, count) {
        const found: string[] = [];
        let position = rdataStart + offset;
        while (found.length < count) {
          found.push(nameAt(message, position, rdataEnd));
          position = skipName(message, position, rdataEnd);
        }
        return found.join(' ');
      },
    });
}

function strings({ data }: Rdata<Buffer[]>): string {
  return data.map(characterString).join(' ');
}

function soa({ data, names }: Rdata<SoaData>): string {
  return `${names(0, 2)} ${data.serial} ${data.refresh} ${data.retry} ${data.expire} ${data.minimum}`;
}

function srv({ data, names }: Rdata<SrvData>): string {
  return `${data.priority} ${data.weight} ${data.port} ${names(6, 1)}`;
}

function naptr({ data, names }: Rdata<NaptrData>): string {
  const strings = [data.flags, data.services, data.regexp];
  const texts = strings.map(quoted).join(' ');
  const replacementOffset = strings.reduce((offset, text) => offset + 1 + Buffer.byteLength(text), 4);
  return `${data.order} ${data.preference} ${texts} ${names(replacementOffset, 1)}`;
}

function ds({ data }: Rdata<DsData>): string {
  return `${data.keyTag} ${data.algorithm} ${data.digestType} ${hexText(data.digest).toUpperCase()}`;
}

function tlsa({ data }: Rdata<TlsaData>): string {
  return `${data.usage} ${data.selector} ${data.matchingType} ${hexText(data.certificate)}`;
}

function dnskey({ data }: Rdata<DnskeyData>): string {
  return `${data.flags} 3 ${data.algorithm} ${base64Text(data.key)}`;
}

function rrsig({ data, names }: Rdata<RrsigData>): string {
  const covered = `${types([data.typeCovered])} ${data.algorithm} ${data.labels} ${data.originalTTL}`;
  const times = `${dateAndTime(data.expiration)} ${dateAndTime(data.inception)}`;
  return `${covered} ${times} ${data.keyTag} ${names(18, 1)} ${base64Text(data.signature)}`;
}

function nsec3({ data }: Rdata<Nsec3Data>): string {
  const salt = data.salt.length === 0 ? '-' : hexText(data.salt);
  const next = base32Hex(data.nextDomain);
  return `${data.algorithm} ${data.flags} ${data.iterations} ${salt} ${next} ${types(data.rrtypes)}`.trimEnd();
}

/** dns-packet's words for types; those it does not know as UNKNOWN_65. */
function types(words: readonly string[]): string {
  return words.map((word) => word.replace(/^UNKNOWN_(\d+)$/, (_, number) => typeToText(Number(number)))).join(' ');
}

/** RFC 4034 section 3.2. */
function dateAndTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replaceAll(/\D/g, '').slice(0, 14);
}

/** A character-string that dns-packet decoded as UTF-8. Throws where octets got lost on the way. */
function quoted(text: string): string {
  if (text.includes('\ufffd')) throw new RangeError('not UTF-8');
  return characterString(Buffer.from(text));
}

function word(text: string): string {
  if (!/^[a-z0-9]+$/i.test(text)) throw new RangeError('not a word');
  return text;
}
