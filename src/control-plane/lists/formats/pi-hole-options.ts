// What may stand behind an expression of Pi-hole's: `;querytype=` and `;reply=`, as its FTL reads them.

import {
  RULE_CLASS,
  type RuleCondition,
  type RuleResponse,
  type RuleShape,
} from '../../../memory/block-table/rule-model.ts';
import { internShape } from '../../../policy/rule-syntax/filter-rule.ts';
import { readRewrite } from '../../../policy/rule-syntax/rewrite-response.ts';
import { RULE_SKIP } from '../../../policy/rule-syntax/skip-reason.ts';
import { TYPE } from '../../../wire/numbers.ts';
import { typeFromText } from '../../../wire/type-text.ts';
import { NOT_FOR_US, type SkipReason } from './line-fault.ts';
import { BLOCK } from './line-format.ts';

/** `OTHER` are all but these, to Pi-hole. */
const NAMED_TYPES: readonly number[] = [
  TYPE.A,
  TYPE.AAAA,
  TYPE.ANY,
  TYPE.SRV,
  TYPE.SOA,
  TYPE.PTR,
  TYPE.TXT,
  TYPE.NAPTR,
  TYPE.MX,
  TYPE.DS,
  TYPE.RRSIG,
  TYPE.DNSKEY,
  TYPE.NS,
  TYPE.SVCB,
  TYPE.HTTPS,
];
/** An IPv4 and an IPv6 address. */
const REPLIES_MAX = 2;
/** Of the family that no address is given for, by type. */
const NOBODY: readonly AddressRecord[] = [
  { type: TYPE.A, rdataHex: '00'.repeat(4) },
  { type: TYPE.AAAA, rdataHex: '00'.repeat(16) },
];

type Types = NonNullable<RuleCondition['types']>;
interface AddressRecord {
  readonly type: number;
  readonly rdataHex: string;
}

/** Splits `expression;option;option`. A semicolon elsewhere belongs to the expression. */
export function withoutOptions(text: string): readonly [expression: string, ...options: string[]] {
  const [expression, ...options] = text.split(/;(?=(?:querytype|reply|invert)\b)/);
  return [expression!, ...options];
}

export function readPiHoleOptions(options: readonly string[]): RuleShape | SkipReason {
  if (options.length === 0) return BLOCK;
  let types: Types | undefined;
  let response: RuleResponse | undefined;
  let replies = 0;
  for (const option of options) {
    const [name, value = ''] = option.split(/=(.*)/s);
    if (name === 'invert') return NOT_FOR_US.INVERTED;
    if (name === 'querytype') {
      if (types !== undefined) return RULE_SKIP.OPTION_VALUE;
      types = readTypes(value);
      if (types === undefined) return RULE_SKIP.OPTION_VALUE;
    } else {
      if (++replies > REPLIES_MAX) return RULE_SKIP.OPTION_VALUE;
      const read = readReply(value, response);
      if (typeof read === 'string') return read;
      response = read;
    }
  }
  return internShape({
    class: RULE_CLASS.BLOCK,
    ...(types === undefined ? {} : { condition: { types } }),
    ...(response === undefined ? {} : { response }),
  });
}

/** `A,AAAA`; `!A` or `!A,AAAA`: all but these. */
function readTypes(value: string): Types | undefined {
  const isInverted = value.startsWith('!');
  const words = (isInverted ? value.slice(1) : value).split(',').map((word) => word.replace(/^!/, ''));
  const hasOther = words.some((word) => /^other$/i.test(word));
  const numbers = words.filter((word) => !/^other$/i.test(word)).map(typeFromText);
  if (!numbers.every((number) => number !== undefined)) return undefined;
  // All others and some: all but the rest of those with a name.
  if (hasOther)
    return typesOf(
      !isInverted,
      NAMED_TYPES.filter((type) => !numbers.includes(type)),
    );
  return typesOf(isInverted, numbers);
}

function typesOf(except: boolean, numbers: readonly number[]): Types {
  return { except, numbers: [...new Set(numbers)].sort((a, b) => a - b) };
}

/** `before`: what an option before this one said. An IPv4 and an IPv6 address add up; else the last option counts. */
function readReply(value: string, before: RuleResponse | undefined): RuleResponse | SkipReason {
  if (/^none$/i.test(value)) return { kind: 'drop' };
  if (/^nodata$/i.test(value)) return { kind: 'nodata' };
  if (/^(?:nxdomain|refused)$/i.test(value)) return { kind: value.toLowerCase() as 'nxdomain' | 'refused' };
  const target = /^cname,(.+)$/i.exec(value)?.[1];
  // `ip` is the address of the machine that runs Pi-hole.
  if (target === undefined && !/[.:]/.test(value)) return RULE_SKIP.UNSUPPORTED_RESPONSE;
  const read = readRewrite(target ?? value);
  if ('reason' in read || read.kind !== (target === undefined ? 'records' : 'alias')) return RULE_SKIP.OPTION_VALUE;
  if (read.kind !== 'records') return read;
  const given = before?.kind === 'records' ? before.records : NOBODY;
  return {
    kind: 'records',
    records: given.map((record) => read.records.find(({ type }) => type === record.type) ?? record),
  };
}
