// [access]: who may ask, and who is told the names of this network.

import * as z from 'zod';
import { type AddressRange, parseAccessEntry } from '../../../policy/access-list.ts';
import { choice, list } from '../fields.ts';
import type { Settings } from '../settings.ts';
import { readTable, readTexts, type TableContext } from '../table-reader.ts';

const FORM = '"loopback", "private", "any", an address, or a range such as "192.0.2.0/24"';
const ENTRIES_MAX = 10_000;

export const ACCESS_SHAPE = z.strictObject({
  plain: list(`a list of ${FORM}`),
  encrypted: list(`a list of ${FORM}`),
  http: list(`a list of ${FORM}`),
  local_names: list(`a list of ${FORM}`),
  unknown_client_ids: choice(['answer', 'refuse']),
});

export function readAccess(raw: unknown, context: TableContext): Settings['access'] {
  const table = readTable(ACCESS_SHAPE, raw, ['access'], context);
  const plain = table.plain ?? ['loopback', 'private'];
  if (plain.includes('any'))
    context.faults.notice(
      ['access', 'plain'],
      '"any" makes this an open resolver, which others misuse to flood third parties; keep it to networks you know',
    );
  const localNames = table.local_names ?? ['loopback', 'private'];
  if (localNames.includes('any'))
    context.faults.notice(
      ['access', 'local_names'],
      '"any" tells everybody who may ask the names and addresses of this network; keep it to networks you know',
    );
  return {
    plain: readEntries(plain, 'plain', context),
    encrypted: readEntries(table.encrypted ?? ['loopback', 'private'], 'encrypted', context),
    http: readEntries(table.http ?? ['loopback', 'private'], 'http', context),
    localNames: readEntries(localNames, 'local_names', context),
    unknownClientIds: table.unknown_client_ids ?? 'answer',
  };
}

function readEntries(elements: readonly unknown[], key: string, context: TableContext): AddressRange[] {
  return readTexts(elements, ['access', key], FORM, ENTRIES_MAX, context).flatMap(({ text, path }) => {
    const ranges = parseAccessEntry(text);
    if (typeof ranges !== 'string') return ranges;
    context.faults.fault(path, ranges);
    return [];
  });
}
