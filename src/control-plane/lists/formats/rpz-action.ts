// What a response policy rule does: the targets of CNAME that stand for actions, and local data.

import { RULE_CLASS, type RuleShape } from '../../../memory/block-table/rule-model.ts';
import { internShape } from '../../../policy/rule-syntax/filter-rule.ts';
import { RULE_SKIP } from '../../../policy/rule-syntax/skip-reason.ts';
import { nameFromInternational } from '../../../wire/international-name.ts';
import { foldName } from '../../../wire/name.ts';
import { nameToText } from '../../../wire/name-text.ts';
import { TYPE } from '../../../wire/numbers.ts';
import { rdataFromText, WRITABLE_TYPES } from '../../../wire/rdata-from-text.ts';
import { typeFromText } from '../../../wire/type-text.ts';
import { FAULT, NOT_FOR_US, type SkipReason } from './line-fault.ts';
import { ALLOW } from './line-format.ts';
import type { RpzZone } from './rpz-zone.ts';

export const RPZ_NXDOMAIN: RuleShape = blocking('nxdomain');

const ACTIONS: ReadonlyMap<string, RuleShape> = new Map([
  ['', RPZ_NXDOMAIN],
  ['*', blocking('nodata')],
  ['rpz-passthru', ALLOW],
  ['rpz-drop', blocking('drop')],
  ['rpz-tcp-only', blocking('truncate')],
]);
/** They make up a zone, or sign one; nobody is answered with them. */
const OF_ZONES: ReadonlySet<number> = new Set([
  TYPE.NS,
  TYPE.SOA,
  TYPE.DNAME,
  TYPE.DS,
  TYPE.RRSIG,
  TYPE.NSEC,
  TYPE.DNSKEY,
  TYPE.NSEC3,
]);

/** `trigger` as in RpzZone; `words`: type and RDATA. */
export function readAction(trigger: string, words: readonly string[], zone: RpzZone): RuleShape | SkipReason {
  const [typeText, ...rdata] = words;
  const type = typeFromText(typeText!);
  if (type === undefined || rdata.length === 0) return FAULT.NOT_THIS_FORMAT;
  if (OF_ZONES.has(type)) return NOT_FOR_US.RESERVED_ACTION;
  return type === TYPE.CNAME ? readAlias(trigger, rdata, zone) : readLocalData(type, rdata);
}

function blocking(kind: 'nxdomain' | 'nodata' | 'drop' | 'truncate'): RuleShape {
  return internShape({ class: RULE_CLASS.BLOCK, response: { kind, isBlock: true } });
}

function readAlias(trigger: string, rdata: readonly string[], zone: RpzZone): RuleShape | SkipReason {
  const target = zone.absolute(rdata[0]!);
  if (rdata.length !== 1) return FAULT.NOT_THIS_FORMAT;
  const action = ACTIONS.get(target);
  if (action !== undefined) return action;
  // What passed before there was a word for it.
  if (target === trigger) return ALLOW;
  if (target.startsWith('*.') || /(?:^|\.)rpz-[^.]*$/.test(target)) return NOT_FOR_US.RESERVED_ACTION;
  const wire = nameFromInternational(target);
  if (wire === undefined || wire.length === 1) return FAULT.BAD_CHARACTER;
  foldName(wire, wire.length);
  return internShape({ class: RULE_CLASS.BLOCK, response: { kind: 'alias', target: nameToText(wire) } });
}

function readLocalData(type: number, words: readonly string[]): RuleShape | SkipReason {
  const isGeneric = words[0] === '\\#';
  if (!isGeneric && !WRITABLE_TYPES.includes(type)) return RULE_SKIP.UNSUPPORTED_RESPONSE;
  const rdata = isGeneric ? genericRdata(words) : rdataFromText(type, words.join(' '));
  if (typeof rdata === 'string') return FAULT.NOT_THIS_FORMAT;
  const rdataHex = Buffer.from(rdata).toString('hex');
  return internShape({ class: RULE_CLASS.BLOCK, response: { kind: 'records', records: [{ type, rdataHex }] } });
}

/** `\# 4 c0000201` (RFC 3597 section 5). */
function genericRdata([, length, ...hex]: readonly string[]): Uint8Array | string {
  const digits = hex.join('');
  const isRight = /^(?:[\da-f]{2})*$/i.test(digits) && digits.length === Number(length) * 2;
  return isRight ? Buffer.from(digits, 'hex') : 'not as long as it says';
}
