// `block_response`: a word, or addresses.

import { isIP } from 'node:net';
import * as z from 'zod';
import type { BlockResponse } from '../../../policy/policy-settings.ts';
import { parseAddress } from '../../../wire/ip-address.ts';
import { text } from '../fields.ts';
import { describeValue, quote, type SettingsPath } from '../settings-fault.ts';
import { isTable, readTable, type TableContext } from '../table-reader.ts';

const WORDS = ['nxdomain', 'nodata', 'null-address', 'refused', 'drop'] as const;
const FORM = `${WORDS.map((kind) => `"${kind}"`).join(', ')}, or { a = "192.0.2.1", aaaa = "2001:db8::1" }`;

export const BLOCK_ADDRESSES_SHAPE = z.strictObject({
  a: text('an IPv4 address in quotes'),
  aaaa: text('an IPv6 address in quotes'),
});

export function readBlockResponse(raw: unknown, path: SettingsPath, context: TableContext): BlockResponse {
  if (isTable(raw)) return readAddresses(raw, path, context);
  const kind = WORDS.find((known) => known === raw);
  if (kind === undefined) context.faults.fault(path, `${describeValue(raw)} does not fit; allowed: ${FORM}`);
  return { kind: kind ?? 'nxdomain' };
}

function readAddresses(raw: object, path: SettingsPath, context: TableContext): BlockResponse {
  const table = readTable(BLOCK_ADDRESSES_SHAPE, raw, path, context);
  const a = readAddress(table.a, 4, [...path, 'a'], context);
  const aaaa = readAddress(table.aaaa, 6, [...path, 'aaaa'], context);
  if (Object.keys(raw).length === 0) context.faults.fault(path, 'is an empty table; give a, aaaa, or both');
  return { kind: 'address', a: a?.subarray(12), aaaa };
}

function readAddress(
  written: string | undefined,
  family: 4 | 6,
  path: SettingsPath,
  context: TableContext,
): Uint8Array | undefined {
  if (written === undefined) return undefined;
  const octets = new Uint8Array(16);
  if (isIP(written) === family && !written.includes('%') && parseAddress(written, octets)) return octets;
  context.faults.fault(path, `${quote(written)} is not an IPv${family} address`);
  return undefined;
}
