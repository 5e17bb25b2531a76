// `resolve.rewrites`: names that are answered as another name, or by addresses. Short for [[record]] tables.

import { isIP } from 'node:net';
import { nameFromInternational } from '../../../wire/international-name.ts';
import { parseAddress } from '../../../wire/ip-address.ts';
import { TYPE } from '../../../wire/numbers.ts';
import { readLocalName } from '../local-name.ts';
import { describeValue, quote, type SettingsPath } from '../settings-fault.ts';
import { isTable, readTexts, type TableContext } from '../table-reader.ts';
import type { PlacedRecord } from './record-table.ts';

const FORM = '{ "old.example" = "new.example", "*.dev.example" = "192.0.2.1" }';
const NAME_FORM = '"old.example", or "*.old.example" for the names below it';
const TARGET_FORM = 'a name, an address, or a list of addresses';
const REWRITES_MAX = 10_000;
const ADDRESSES_MAX = 32;
const TTL_SECONDS = 300;

export function readRewrites(raw: unknown, path: SettingsPath, context: TableContext): PlacedRecord[] {
  if (raw === undefined) return [];
  if (!isTable(raw)) {
    context.faults.fault(path, `${describeValue(raw)} does not fit; allowed: ${FORM}`);
    return [];
  }
  const entries = Object.entries(raw);
  if (entries.length > REWRITES_MAX)
    context.faults.fault(path, `has ${entries.length} entries; at most ${REWRITES_MAX} are allowed`);
  return entries.slice(0, REWRITES_MAX).flatMap(([from, to]) => readRewrite(from, to, [...path, from], context));
}

function readRewrite(from: string, to: unknown, path: SettingsPath, context: TableContext): PlacedRecord[] {
  const owner = readLocalName(from, true);
  if (owner === undefined) context.faults.fault(path, `${quote(from)} is not a name; allowed: ${NAME_FORM}`);
  const targets = readTargets(to, path, context);
  if (owner === undefined) return [];
  return targets.map((target) => ({ owner, ttlSeconds: TTL_SECONDS, ...target, isRewrite: true, path }));
}

type Target = Pick<PlacedRecord, 'type' | 'rdata'>;

function readTargets(to: unknown, path: SettingsPath, context: TableContext): Target[] {
  if (typeof to === 'string') {
    const target = addressTarget(to) ?? nameTarget(to);
    if (target !== undefined) return [target];
    context.faults.fault(path, `${quote(to)} is neither a name nor an address; allowed: ${TARGET_FORM}`);
    return [];
  }
  if (!Array.isArray(to) || to.length === 0) {
    context.faults.fault(
      path,
      `${Array.isArray(to) ? 'an empty list' : describeValue(to)} does not fit; allowed: ${TARGET_FORM}`,
    );
    return [];
  }
  return readTexts(to, path, 'an address', ADDRESSES_MAX, context).flatMap(({ text, path: place }) => {
    const target = addressTarget(text);
    if (target !== undefined) return [target];
    context.faults.fault(place, `${quote(text)} is not an address; a list holds addresses, and a name stands alone`);
    return [];
  });
}

function addressTarget(text: string): Target | undefined {
  const octets = new Uint8Array(16);
  if (text.includes('%') || !parseAddress(text, octets)) return undefined;
  return isIP(text) === 4 ? { type: TYPE.A, rdata: octets.slice(12) } : { type: TYPE.AAAA, rdata: octets };
}

function nameTarget(text: string): Target | undefined {
  // What looks like an address is a slip of the pen, not a name.
  if (/^[\d.]+$/.test(text) || /[:*/\s]/.test(text)) return undefined;
  const name = nameFromInternational(text);
  return name === undefined || name.length === 1 ? undefined : { type: TYPE.CNAME, rdata: name };
}
