// The value of `dnsrewrite`: a code alone, an address or a name, or `CODE;TYPE;VALUE`.

import type { RuleResponse } from '../../memory/block-table/rule-model.ts';
import { nameFromInternational } from '../../wire/international-name.ts';
import { foldName } from '../../wire/name.ts';
import { nameToText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { rdataFromText } from '../../wire/rdata-from-text.ts';
import { typeFromText } from '../../wire/type-text.ts';
import { RULE_SKIP, type SkippedRule, skipped } from './skip-reason.ts';

/** The codes that a block can be answered with. */
const CODES: ReadonlyMap<string, RuleResponse> = new Map([
  ['NOERROR', { kind: 'nodata' }],
  ['NXDOMAIN', { kind: 'nxdomain' }],
  ['REFUSED', { kind: 'refused' }],
]);
const RECORD_TYPES: ReadonlySet<number> = new Set([
  TYPE.A,
  TYPE.AAAA,
  TYPE.PTR,
  TYPE.MX,
  TYPE.TXT,
  TYPE.SRV,
  TYPE.SVCB,
  TYPE.HTTPS,
]);
const STRING_MAX_BYTES = 255;
/** Two names of full length with their escapes; texts are as long as a line. */
const VALUE_CHARACTERS_MAX = 2000;

export function readRewrite(value: string): RuleResponse | SkippedRule {
  const [code, type, ...rest] = value.split(';');
  if (type === undefined) return readShort(value);
  if (rest.length === 0) return wrongValue(value);
  const response = CODES.get(code!.toUpperCase());
  if (response === undefined) return skipped(RULE_SKIP.UNSUPPORTED_RESPONSE, code);
  const recordValue = rest.join(';');
  if (response.kind !== 'nodata' || (type === '' && recordValue === '')) return response;
  return readRecord(type, recordValue);
}

function readShort(value: string): RuleResponse | SkippedRule {
  if (/^[A-Z]+$/.test(value)) return CODES.get(value) ?? skipped(RULE_SKIP.UNSUPPORTED_RESPONSE, value);
  for (const type of [TYPE.A, TYPE.AAAA]) {
    const rdata = rdataFromText(type, value);
    if (typeof rdata !== 'string') return recordResponse(type, rdata);
  }
  return readAlias(value);
}

function readRecord(typeText: string, value: string): RuleResponse | SkippedRule {
  const type = typeFromText(typeText);
  if (type === TYPE.CNAME) return readAlias(value);
  if (type === undefined || !RECORD_TYPES.has(type)) return skipped(RULE_SKIP.UNSUPPORTED_RESPONSE, typeText);
  if (type !== TYPE.TXT && value.length > VALUE_CHARACTERS_MAX) return wrongValue(value);
  const rdata = type === TYPE.TXT ? textRdata(value) : rdataFromText(type, value);
  return typeof rdata === 'string' ? wrongValue(value) : recordResponse(type, rdata);
}

function readAlias(value: string): RuleResponse | SkippedRule {
  const name = nameFromInternational(value);
  if (name === undefined || name.length === 1 || !/^[-\w.\P{ASCII}]+$/u.test(value)) return wrongValue(value);
  foldName(name, name.length);
  return { kind: 'alias', target: nameToText(name) };
}

function recordResponse(type: number, rdata: Uint8Array): RuleResponse {
  return { kind: 'records', records: [{ type, rdataHex: Buffer.from(rdata).toString('hex') }] };
}

/** The whole value is the text, blanks and quotes as well; cut where a string of DNS ends. */
function textRdata(value: string): Uint8Array {
  const octets = Buffer.from(value);
  const parts: Buffer[] = [];
  for (let at = 0; at === 0 || at < octets.length; at += STRING_MAX_BYTES) {
    const part = octets.subarray(at, at + STRING_MAX_BYTES);
    parts.push(Buffer.of(part.length), part);
  }
  return Buffer.concat(parts);
}

function wrongValue(value: string): SkippedRule {
  return skipped(RULE_SKIP.OPTION_VALUE, `dnsrewrite=${value}`);
}
