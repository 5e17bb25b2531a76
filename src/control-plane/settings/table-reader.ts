// Reads the tables of the file: known keys with the right shape come out, everything else becomes a fault.

import type * as z from 'zod';
import { nearestKey } from './nearest-key.ts';
import { describeValue, type FaultCollector, type SettingsPath } from './settings-fault.ts';

/** What the tables need to know besides their own text. */
export interface TableContext {
  readonly faults: FaultCollector;
  /** Relative paths start here. */
  readonly baseDirectory: string;
  readonly cores: number;
  readonly hostName: string;
  readonly platform: NodeJS.Platform;
  /** Addresses of this machine's interfaces. */
  readonly localAddresses: readonly string[];
  readonly now: Date;
  /** Keys by table; '' is the top level. */
  readonly knownKeys: Readonly<Record<string, readonly string[]>>;
}

/** Tables of versions to come: named here so that a file written for one of them says so instead of "unknown". */
export const RESERVED_TABLES: ReadonlySet<string> = new Set([
  ...['limits', 'rate_limit', 'tunnel_guard', 'nftables'],
  ...['doh', 'api', 'proxy', 'query_log', 'log'],
]);

/** Tables that may stand several times. */
const REPEATED_TABLES: ReadonlySet<string> = new Set([
  ...['upstream', 'list', 'certificate'],
  ...['group', 'group.when', 'policy.when', 'schedule', 'record', 'zone'],
]);

const TABLES_MAX = 1000;

/** The keys of one table that fit `schema`, whose keys are all optional. */
export function readTable<Schema extends z.ZodObject>(
  schema: Schema,
  raw: unknown,
  path: SettingsPath,
  context: TableContext,
): z.output<Schema> {
  if (raw === undefined) return schema.parse({});
  if (!isTable(raw)) {
    context.faults.fault(
      path,
      `${describeValue(raw)} stands where a table belongs; write ${tableHeading(String(path[0]))}`,
    );
    return schema.parse({});
  }
  const whole = schema.safeParse(raw);
  if (whole.success) return whole.data;
  const faultyKeys = new Set<PropertyKey>();
  for (const issue of whole.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        faultyKeys.add(key);
        context.faults.fault([...path, key], () => unknownKey(key, raw[key], path, context));
      }
    } else {
      const key = String(issue.path[0]);
      faultyKeys.add(key);
      context.faults.fault([...path, key], issue.message);
    }
  }
  return schema.parse(Object.fromEntries(Object.entries(raw).filter(([key]) => !faultyKeys.has(key))));
}

/** A table and where it stands. */
export interface PlacedTable<Table> {
  readonly table: Table;
  readonly path: SettingsPath;
}

/** The tables of a `[[name]]` array, or of one in the table at `parent`; undefined where the file does not mention it. */
export function readTables<Schema extends z.ZodObject>(
  schema: Schema,
  raw: unknown,
  name: string,
  context: TableContext,
  parent: SettingsPath = [],
): PlacedTable<z.output<Schema>>[] | undefined {
  if (raw === undefined) return undefined;
  if (!Array.isArray(raw)) {
    const heading = `[[${[...parent, name].filter((part) => typeof part === 'string').join('.')}]]`;
    const advice = isTable(raw) ? `write ${heading}, with two brackets on each side` : `write ${heading} tables`;
    context.faults.fault([...parent, name], `${describeValue(raw)} stands where a list of tables belongs; ${advice}`);
    return undefined;
  }
  if (raw.length > TABLES_MAX)
    context.faults.fault([...parent, name], `more than ${TABLES_MAX} tables; at most ${TABLES_MAX} are allowed`);
  return raw.slice(0, TABLES_MAX).map((element, index) => {
    const path = [...parent, name, index];
    return { table: readTable(schema, element, path, context), path };
  });
}

/** A text of a list and where it stands. */
export interface PlacedText {
  readonly text: string;
  readonly path: SettingsPath;
}

/** The texts of a list; `form` shows what an element looks like. */
export function readTexts(
  elements: readonly unknown[],
  path: SettingsPath,
  form: string,
  maximum: number,
  context: TableContext,
): PlacedText[] {
  if (elements.length > maximum)
    context.faults.fault(path, `has ${elements.length} entries; at most ${maximum} are allowed`);
  const texts: PlacedText[] = [];
  for (const [index, text] of elements.slice(0, maximum).entries()) {
    const place = [...path, index];
    if (typeof text === 'string') texts.push({ text, path: place });
    else context.faults.fault(place, `${describeValue(text)} does not fit; allowed: ${form}`);
  }
  return texts;
}

export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function unknownKey(key: string, value: unknown, path: SettingsPath, context: TableContext): string {
  const tableName = path.filter((part) => typeof part === 'string').join('.');
  if (tableName === '' && RESERVED_TABLES.has(key) && holdsTables(value))
    return `${tableHeading(key)} is reserved for a later version; leave it out until then`;
  const own = context.knownKeys[tableName] ?? [];
  const meant = meantKey(key, own, tableName, context);
  const allowed = `known ${tableName === '' ? 'at the top level' : `in ${tableHeading(tableName)}`}: ${own.join(', ')}`;
  return meant === undefined ? `unknown key; ${allowed}` : `unknown key; did you mean ${meant}? ${allowed}`;
}

/** A similar key of the same table, else the same key of another one, else a similar one there. */
function meantKey(key: string, own: readonly string[], tableName: string, context: TableContext): string | undefined {
  const near = nearestKey(key, own);
  if (near !== undefined) return tableName === '' && Object.hasOwn(context.knownKeys, near) ? tableHeading(near) : near;
  const others = Object.entries(context.knownKeys).filter(([name]) => name !== tableName);
  const same = others.find(([, keys]) => keys.includes(key));
  if (same !== undefined) return placeOfKey(same[0], key);
  for (const [name, keys] of others) {
    const similar = nearestKey(key, keys);
    if (similar !== undefined) return placeOfKey(name, similar);
  }
  return undefined;
}

function placeOfKey(tableName: string, key: string): string {
  return tableName === '' ? `${key} at the top, before the first table` : `${tableHeading(tableName)} ${key}`;
}

function holdsTables(value: unknown): boolean {
  return isTable(value) || (Array.isArray(value) && value.every(isTable));
}

/** `[server]`, `[[list]]`. */
function tableHeading(name: string): string {
  return REPEATED_TABLES.has(name) ? `[[${name}]]` : `[${name}]`;
}
