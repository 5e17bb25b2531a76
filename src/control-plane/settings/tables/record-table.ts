// [[record]]: names that the gateway answers itself.

import * as z from 'zod';
import { RRSET_BYTES_MAX, rrsetBytesOf } from '../../../memory/local-names/local-names-builder.ts';
import type { LanZone } from '../../../upstream/lan-resolver/lan-zone.ts';
import { rdataFromText, WRITABLE_TYPES } from '../../../wire/rdata-from-text.ts';
import { parseAddress } from '../../../wire/ip-address.ts';
import { nameToText } from '../../../wire/name-text.ts';
import { TYPE } from '../../../wire/numbers.ts';
import { reverseName } from '../../../wire/reverse-name.ts';
import { typeFromText, typeToText } from '../../../wire/type-text.ts';
import { anything, text } from '../fields.ts';
import { readLocalName } from '../local-name.ts';
import { readDurationSeconds } from '../quantities.ts';
import type { RecordSettings } from '../settings.ts';
import { quote, type SettingsPath } from '../settings-fault.ts';
import { readTables, type TableContext } from '../table-reader.ts';
import { reportAliases } from './alias-chains.ts';
import { reportDoubts } from './record-doubts.ts';

const NAME_FORM = '"nas.example.org", or "*.example.org" for every name below that has no record';
const TYPES_FORM = WRITABLE_TYPES.map(typeToText).join(', ');
/** At the end of their value. */
const NAMES_A_HOST: readonly number[] = [TYPE.CNAME, TYPE.PTR, TYPE.MX, TYPE.SRV];
const DEFAULT_TTL = '5m';
const DEFAULT_TTL_SECONDS = 300;
const WEEK_SECONDS = 604_800;

export const RECORD_SHAPE = z.strictObject({
  name: text(NAME_FORM),
  type: text(TYPES_FORM),
  value: text('the value as a zone file has it, in quotes'),
  ttl: anything(),
});
type RecordTable = z.output<typeof RECORD_SHAPE>;

export type PlacedRecord = Omit<RecordSettings, 'line'> & { readonly path: SettingsPath };

/** What is known of other names. */
export interface Surroundings {
  readonly zones: readonly LanZone[];
  /** A hosts file or leases bring names besides. */
  readonly mayGrow: boolean;
  /** Where names come from leases: nobody else has names there. */
  readonly leaseDomain: Uint8Array | undefined;
}

/** `rewrites` are records as well, and come behind. */
export function readRecords(
  raw: unknown,
  rewrites: readonly PlacedRecord[],
  { zones, mayGrow, leaseDomain }: Surroundings,
  context: TableContext,
): PlacedRecord[] {
  const written = (readTables(RECORD_SHAPE, raw, 'record', context) ?? []).flatMap(({ table, path }) => {
    const owner = readOwner(table, path, context);
    const type = readType(table, path, context);
    const rdata = readValue(table, type, path, context);
    const ttl = readDurationSeconds(table.ttl ?? DEFAULT_TTL, 0, WEEK_SECONDS);
    const ttlSeconds = context.faults.accept([...path, 'ttl'], ttl) ?? DEFAULT_TTL_SECONDS;
    if (owner === undefined || type === undefined || rdata === undefined) return [];
    return [{ owner, type, ttlSeconds, rdata, path }];
  });
  const records = [...written, ...rewrites];
  reportAliases(records, zones, mayGrow, context.faults);
  reportTooMany(records, context);
  reportDoubts(records, zones, leaseDomain, context.faults);
  return records;
}

function readOwner(table: RecordTable, path: SettingsPath, context: TableContext): Uint8Array | undefined {
  const key = [...path, 'name'];
  if (table.name === undefined) return missing(key, `name = ${NAME_FORM}`, context);
  const reverse = reverseOf(table.name);
  if (reverse !== undefined) {
    context.faults.fault(key, `${quote(table.name)} is an address; the name of an address, for a PTR, is "${reverse}"`);
    return undefined;
  }
  const owner = readLocalName(table.name, true);
  if (owner === undefined) context.faults.fault(key, `${quote(table.name)} is not a name; allowed: ${NAME_FORM}`);
  return owner;
}

function readType(table: RecordTable, path: SettingsPath, context: TableContext): number | undefined {
  const key = [...path, 'type'];
  if (table.type === undefined) return missing(key, `type, one of ${TYPES_FORM}`, context);
  const type = typeFromText(table.type);
  if (type !== undefined && WRITABLE_TYPES.includes(type)) return type;
  context.faults.fault(key, `${quote(table.type)} is not a type of record here; allowed: ${TYPES_FORM}`);
  return undefined;
}

function readValue(
  table: RecordTable,
  type: number | undefined,
  path: SettingsPath,
  context: TableContext,
): Uint8Array | undefined {
  const key = [...path, 'value'];
  if (table.value === undefined) return missing(key, 'value', context);
  if (type === undefined) return undefined;
  // Four numbers are labels like others, and no name that anybody has.
  const target = NAMES_A_HOST.includes(type) ? table.value.trim().split(/\s+/).at(-1)! : '';
  if (reverseOf(target) !== undefined) {
    const fault = `${quote(table.value)} has an address where a ${typeToText(type)} has the name of a host; write ${type === TYPE.PTR ? `the name, and the address as name = "${reverseOf(target)}"` : 'the name, and give that an A or AAAA record'}`;
    context.faults.fault(key, fault);
    return undefined;
  }
  const rdata = rdataFromText(type, table.value);
  if (typeof rdata !== 'string') return rdata;
  context.faults.fault(key, `${quote(table.value)} is not the value of a record of type ${typeToText(type)}: ${rdata}`);
  return undefined;
}

/** All records of a name and type are one answer, which has to fit into a message. */
function reportTooMany(records: readonly PlacedRecord[], { faults }: TableContext): void {
  const sets = Map.groupBy(records, ({ owner, type }) => `${Buffer.from(owner).toString('latin1')} ${type}`);
  for (const [first, ...others] of sets.values()) {
    const distinct = new Map([first!, ...others].map(({ rdata }) => [Buffer.from(rdata).toString('latin1'), rdata]));
    let bytes = 0;
    for (const rdata of distinct.values()) bytes += rrsetBytesOf(rdata);
    if (bytes > RRSET_BYTES_MAX)
      faults.fault(
        first!.path,
        `is one of ${distinct.size} ${typeToText(first!.type)} records of its name, ${bytes} octets in one answer; allowed: ${RRSET_BYTES_MAX}`,
      );
  }
}

/** The name of an address; undefined for what is none. */
function reverseOf(text: string): string | undefined {
  const octets = new Uint8Array(16);
  return parseAddress(text, octets) ? nameToText(reverseName(octets)) : undefined;
}

/** A key that is written wrong has its own fault already. */
function missing(key: SettingsPath, what: string, context: TableContext): undefined {
  if (!context.faults.isFaulty(key))
    context.faults.fault(key.slice(0, -1), `has no ${String(key.at(-1))}; write ${what}`);
  return undefined;
}
