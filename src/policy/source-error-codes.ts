// Why what a source blocks is blocked, as clients are told (RFC 8914 section 4.16 to 4.19).

import type { RuleSource } from '../memory/block-table/rule-model.ts';
import { EXTENDED_ERROR } from '../wire/numbers.ts';

/** Codes of the lists that have one of their own, by name; the others are Blocked. */
export type ListErrorCodes = readonly (readonly [list: string, code: number])[];

/** A code for each source: what the operator blocks is Blocked, what clients chose for themselves is Filtered. */
export function sourceErrorCodes(sources: readonly RuleSource[], ofLists: ListErrorCodes): Uint8Array {
  const codes = new Map(ofLists);
  return Uint8Array.from(sources, ({ kind, name }) => {
    if (kind === 'list') return codes.get(name) ?? EXTENDED_ERROR.BLOCKED;
    return kind === 'rules' ? EXTENDED_ERROR.BLOCKED : EXTENDED_ERROR.FILTERED;
  });
}
