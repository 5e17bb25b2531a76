// What clients get in place of an answer, in words.

import type { RuleResponse } from '../../memory/block-table/rule-model.ts';
import type { BlockResponse } from '../../policy/policy-settings.ts';
import { addressToText } from '../../wire/ip-address.ts';
import { TYPE } from '../../wire/numbers.ts';
import { typeToText } from '../../wire/type-text.ts';

const NO_RECORDS = 'NOERROR without records';

/** `type`: that asked for. */
export function responseText(response: RuleResponse | BlockResponse, type: number): string {
  switch (response.kind) {
    case 'nxdomain':
      return 'NXDOMAIN: no such name';
    case 'nodata':
      return NO_RECORDS;
    case 'refused':
      return 'REFUSED';
    case 'drop':
      return 'none: the question is dropped';
    case 'truncate':
      return 'over UDP an empty answer that sends the client to TCP; over anything else the answer itself';
    case 'alias':
      return `an alias of ${response.target}, made here`;
    case 'records':
      return recordsText(response.records, type);
    case 'null-address':
      return type === TYPE.A ? '0.0.0.0' : type === TYPE.AAAA ? '::' : NO_RECORDS;
    case 'address': {
      const address = type === TYPE.A ? response.a : type === TYPE.AAAA ? response.aaaa : undefined;
      return address === undefined ? NO_RECORDS : `${octetsToText(address)} (block_response)`;
    }
  }
}

function recordsText(records: readonly { readonly type: number; readonly rdataHex: string }[], type: number): string {
  const own = records.filter((record) => record.type === type);
  if (own.length === 0) return NO_RECORDS;
  if (type === TYPE.A || type === TYPE.AAAA)
    return own.map(({ rdataHex }) => octetsToText(Uint8Array.fromHex(rdataHex))).join(', ');
  return own.length === 1
    ? `a ${typeToText(type)} record of the rule`
    : `${own.length} ${typeToText(type)} records of the rule`;
}

/** 4 or 16 octets. */
function octetsToText(octets: Uint8Array): string {
  return octets.length === 4 ? octets.join('.') : addressToText(octets);
}
