// [policy]: what happens to names, and the operator's own rules.

import { isIP } from 'node:net';
import * as z from 'zod';
import type { BlockResponse, PolicySettings } from '../../../policy/policy-settings.ts';
import { parseRule, type Rule } from '../../../policy/rule.ts';
import { parseAddress } from '../../../wire/ip-address.ts';
import { anything, choice, flag, list, text } from '../fields.ts';
import { readDurationSeconds } from '../quantities.ts';
import { describeValue, quote, type SettingsPath } from '../settings-fault.ts';
import { isTable, readTable, readTexts, type TableContext } from '../table-reader.ts';

const BLOCK_RESPONSES = ['nxdomain', 'nodata', 'null-address', 'refused', 'drop'] as const;
const BLOCK_RESPONSE_FORM = `${BLOCK_RESPONSES.map((kind) => `"${kind}"`).join(', ')}, or { a = "192.0.2.1", aaaa = "2001:db8::1" }`;
const RULE_FORM = '"||ads.example^", "|exact.example^" or "@@||allowed.example^"';
const RULES_MAX = 100_000;
const DEFAULT_BLOCK_TTL_SECONDS = 60;
const DAY_SECONDS = 86_400;

export const POLICY_SHAPE = z.strictObject({
  mode: choice(['blocklist', 'allowlist']),
  block_response: anything(),
  block_ttl: anything(),
  start: choice(['answer', 'refuse']),
  rebinding_protection: flag(),
  rules: list(`a list of rules such as ${RULE_FORM}`),
});

export const BLOCK_ADDRESSES_SHAPE = z.strictObject({
  a: text('an IPv4 address in quotes'),
  aaaa: text('an IPv6 address in quotes'),
});

export interface PlacedRule {
  readonly text: string;
  readonly rule: Rule;
  readonly path: SettingsPath;
}

export function readPolicy(
  raw: unknown,
  context: TableContext,
): { readonly policy: PolicySettings; readonly rules: PlacedRule[] } {
  const { faults } = context;
  const table = readTable(POLICY_SHAPE, raw, ['policy'], context);
  const mode = table.mode ?? 'blocklist';
  if (mode === 'allowlist' && table.start === 'answer')
    faults.notice(
      ['policy', 'start'],
      '"answer" has no effect with mode = "allowlist": until the lists are ready, names are refused',
    );
  const blockTtlSeconds = faults.accept(
    ['policy', 'block_ttl'],
    readDurationSeconds(table.block_ttl ?? '60s', 0, DAY_SECONDS),
  );
  const policy = {
    mode,
    blockResponse: readBlockResponse(table.block_response ?? 'nxdomain', context),
    blockTtlSeconds: blockTtlSeconds ?? DEFAULT_BLOCK_TTL_SECONDS,
    start: mode === 'allowlist' ? 'refuse' : (table.start ?? 'answer'),
    rebindingProtection: table.rebinding_protection ?? false,
  } as const;
  return { policy, rules: readRules(table.rules ?? [], context) };
}

function readRules(elements: readonly unknown[], context: TableContext): PlacedRule[] {
  return readTexts(elements, ['policy', 'rules'], RULE_FORM, RULES_MAX, context).flatMap(({ text: written, path }) => {
    const rule = parseRule(written);
    if (typeof rule !== 'string') return [{ text: written, rule, path }];
    context.faults.fault(path, rule);
    return [];
  });
}

function readBlockResponse(raw: unknown, context: TableContext): BlockResponse {
  const path = ['policy', 'block_response'];
  if (isTable(raw)) return readAddresses(raw, path, context);
  const kind = BLOCK_RESPONSES.find((known) => known === raw);
  if (kind === undefined)
    context.faults.fault(path, `${describeValue(raw)} does not fit; allowed: ${BLOCK_RESPONSE_FORM}`);
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
