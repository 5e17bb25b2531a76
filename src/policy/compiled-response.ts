// What a rule answers with, ready to be put into a reply. Made once per publication and thread.

import type { RuleResponse } from '../memory/block-table/rule-model.ts';
import { nameFromText } from '../wire/name-text.ts';

export interface CompiledRecord {
  readonly type: number;
  /** Names in it uncompressed. */
  readonly rdata: Uint8Array;
}

export interface CompiledResponse {
  readonly kind: RuleResponse['kind'];
  /** Of kind `records`: a type that is not there gets NODATA. */
  readonly records: readonly CompiledRecord[];
  /** Of kind `alias`: the wire name that is asked in place of the client's. */
  readonly target: Uint8Array;
  /** As in RuleResponse: exceptions that only lift responses leave it alone. */
  readonly isBlock: boolean;
}

const NOTHING = new Uint8Array(0);

export const NODATA: CompiledResponse = { kind: 'nodata', records: [], target: NOTHING, isBlock: false };

export function compileResponse(response: RuleResponse): CompiledResponse {
  const isBlock = response.isBlock === true;
  switch (response.kind) {
    case 'records': {
      const records = response.records.map(({ type, rdataHex }) => ({ type, rdata: Uint8Array.fromHex(rdataHex) }));
      return { kind: 'records', records, target: NOTHING, isBlock };
    }
    case 'alias': {
      const target = nameFromText(response.target);
      // Parsers let no other text through.
      return target === undefined ? NODATA : { kind: 'alias', records: [], target, isBlock };
    }
    default:
      return { kind: response.kind, records: [], target: NOTHING, isBlock };
  }
}
