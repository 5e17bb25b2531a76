// What a compiled table was made from, as one short text: the same lists, rules, content and layout give the same table.

import { createHash } from 'node:crypto';
import { LAYOUT_VERSION } from '../../memory/block-table/block-table-layout.ts';
import type { CompileInput } from './compile-messages.ts';

/** To be raised when the reading of lists changes, so that tables compiled before are compiled again. */
const READING_VERSION = 5;

/** 32 hexadecimal digits. The hash key counts too (a table only serves its own key) and cannot be told from the result. */
export function contentIdOf(input: CompileInput): string {
  const lists = input.lists.map(({ name, action, format, subdomains, copy }) => [
    name,
    action,
    format,
    subdomains,
    copy?.sha256 ?? null,
  ]);
  const key = createHash('sha256').update(input.hashKey).digest('hex');
  const description = JSON.stringify([READING_VERSION, LAYOUT_VERSION, key, lists, input.removals]);
  return createHash('sha256').update(description).digest('hex').slice(0, 32);
}
