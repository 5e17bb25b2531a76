// Configuration file -> checked settings, or every fault at once. Main thread and offline commands.

import { availableParallelism, hostname, networkInterfaces } from 'node:os';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import {
  reportChallengeListeners,
  reportMissingCertificate,
  reportOwnResolvers,
  reportOwnUpstreams,
  reportUnknownServers,
} from './cross-checks.ts';
import { anything, text as textField } from './fields.ts';
import { PATH_FORM, readDirectoryPath } from './operator-path.ts';
import { readFilter } from './read-filter.ts';
import { readSettingsFile } from './read-settings-file.ts';
import type { Settings, SettingsResult } from './settings.ts';
import { FaultCollector } from './settings-fault.ts';
import { isTable, readTable, type TableContext } from './table-reader.ts';
import { ACCESS_SHAPE, readAccess } from './tables/access-table.ts';
import { CACHE_SHAPE, readCache } from './tables/cache-table.ts';
import { CERTIFICATE_SHAPE, readCertificates } from './tables/certificate-table.ts';
import { DNS_PROVIDER_SHAPE } from './tables/dns-provider-table.ts';
import { HOLD_BACK_SHAPE } from './tables/hold-back.ts';
import { LIST_SHAPE, readLists } from './tables/list-table.ts';
import { LISTEN_SHAPE, readListen } from './tables/listen-table.ts';
import { BLOCK_ADDRESSES_SHAPE } from './tables/block-response.ts';
import { GROUP_SHAPE, WHEN_SHAPE } from './tables/group-table.ts';
import { POLICY_SHAPE } from './tables/policy-table.ts';
import { RECORD_SHAPE, readRecords } from './tables/record-table.ts';
import { RESOLVE_SHAPE, readResolve } from './tables/resolve-table.ts';
import { SCHEDULE_SHAPE, WINDOW_SHAPE } from './tables/schedule-table.ts';
import { readServer, SERVER_SHAPE } from './tables/server-table.ts';
import { readUpstreams, UPSTREAM_SHAPE } from './tables/upstream-table.ts';
import { readZones, ZONE_SHAPE } from './tables/zone-table.ts';
import { tomlLines } from './toml-lines.ts';
import { parseToml, type TomlTree } from './toml-text.ts';

export { formatFault } from './settings-fault.ts';

export interface SettingsEnvironment {
  readonly workingDirectory: string;
  readonly cores: number;
  readonly hostName: string;
  /** The machine's, where not given. */
  readonly platform?: NodeJS.Platform;
  readonly localAddresses?: readonly string[];
  readonly now?: Date;
}

const TOP_SHAPE = z.strictObject({
  state_dir: textField(PATH_FORM),
  certificate_dir: textField(PATH_FORM),
  server: anything(),
  listen: anything(),
  access: anything(),
  upstream: anything(),
  zone: anything(),
  cache: anything(),
  resolve: anything(),
  record: anything(),
  list: anything(),
  policy: anything(),
  group: anything(),
  schedule: anything(),
  certificate: anything(),
});

const KNOWN_KEYS = Object.fromEntries(
  Object.entries({
    '': TOP_SHAPE,
    server: SERVER_SHAPE,
    listen: LISTEN_SHAPE,
    access: ACCESS_SHAPE,
    upstream: UPSTREAM_SHAPE,
    zone: ZONE_SHAPE,
    cache: CACHE_SHAPE,
    resolve: RESOLVE_SHAPE,
    record: RECORD_SHAPE,
    list: LIST_SHAPE,
    'list.hold_back': HOLD_BACK_SHAPE,
    policy: POLICY_SHAPE,
    'policy.when': WHEN_SHAPE,
    group: GROUP_SHAPE,
    'group.when': WHEN_SHAPE,
    ...Object.fromEntries(
      ['policy', 'policy.when', 'group', 'group.when'].map((table) => [
        `${table}.block_response`,
        BLOCK_ADDRESSES_SHAPE,
      ]),
    ),
    schedule: SCHEDULE_SHAPE,
    'schedule.windows': WINDOW_SHAPE,
    certificate: CERTIFICATE_SHAPE,
    'certificate.dns': DNS_PROVIDER_SHAPE,
  }).map(([table, schema]) => [table, Object.keys(schema.shape)]),
);

/**
 * Reads and checks `file` (undefined: the built-in defaults). Never fails on what is in the file; throws OperatorError
 * CONFIG_UNREADABLE if the file cannot be read.
 */
export function loadSettings(
  file: string | undefined,
  environment: SettingsEnvironment = thisMachine(),
): SettingsResult {
  if (file === undefined) return readTree({}, '', undefined, environment);
  const path = resolve(environment.workingDirectory, file);
  const text = readSettingsFile(path);
  if (text.wrong !== undefined) return { ok: false, faults: [{ line: 0, key: '', message: text.wrong }] };
  return readSettings(text.value, path, environment);
}

/** The same for the text of a file. `configFile`: its absolute path. Never throws. */
export function readSettings(text: string, configFile: string, environment: SettingsEnvironment): SettingsResult {
  const parsed = parseToml(text);
  if ('fault' in parsed) return { ok: false, faults: [parsed.fault] };
  return readTree(parsed.tree, text, configFile, environment);
}

function readTree(
  tree: TomlTree,
  source: string,
  configFile: string | undefined,
  environment: SettingsEnvironment,
): SettingsResult {
  const faults = new FaultCollector();
  const context: TableContext = {
    faults,
    baseDirectory: configFile === undefined ? environment.workingDirectory : dirname(configFile),
    cores: environment.cores,
    hostName: environment.hostName,
    platform: environment.platform ?? process.platform,
    localAddresses: environment.localAddresses ?? interfaceAddresses(),
    now: environment.now ?? new Date(),
    knownKeys: KNOWN_KEYS,
  };
  const top = readTable(TOP_SHAPE, tree, [], context);
  const listen = readListen(top.listen, context);
  const upstreams = readUpstreams(top.upstream, context);
  reportOwnUpstreams(upstreams, listen.doh, context);
  const { zones, forwards } = readZones(top.zone, context);
  reportOwnResolvers(forwards, listen.dns, context);
  const placedLists = readLists(top.list, isTable(top.policy) && top.policy.mode === 'allowlist', context);
  const lists = placedLists.map(({ list }) => list);
  const lineOf = tomlLines(source);
  const access = readAccess(top.access, context);
  const filter = readFilter(top, { upstreams, lists, unknownClientIds: access.unknownClientIds, lineOf }, context);
  const certificates = readCertificates(top.certificate, context);
  reportMissingCertificate(top.certificate, listen, faults);
  reportChallengeListeners(certificates, listen, faults);
  const { resolve: resolving, rewrites } = readResolve(top.resolve, context);
  const mayGrow = resolving.hostsFile !== undefined || resolving.leaseFiles.length > 0;
  const leaseDomain = resolving.leaseFiles.length > 0 ? resolving.leaseDomain : undefined;
  const records = readRecords(top.record, rewrites, { zones, mayGrow, leaseDomain }, context);
  if (!mayGrow) reportUnknownServers({ certificates, lists: placedLists, zones, records }, faults);
  const settings: Settings = {
    configFile,
    stateDirectory: directory('state_dir', top.state_dir ?? 'state', context),
    certificateDirectory: directory('certificate_dir', top.certificate_dir ?? 'certs', context),
    server: readServer(top.server, context),
    listen,
    access,
    upstreams: upstreams.map(({ upstream }) => upstream),
    zones,
    cache: readCache(top.cache, context),
    resolve: resolving,
    records: records.map(({ path, ...record }) => ({ ...record, line: lineOf(path) })),
    lists,
    ...filter,
    certificates,
  };
  if (faults.hasFaults) return { ok: false, faults: faults.faults(lineOf) };
  return { ok: true, settings, notices: faults.notices(lineOf) };
}

function directory(key: string, written: string, context: TableContext): string {
  return context.faults.accept([key], readDirectoryPath(written, context.baseDirectory)) ?? '';
}

function thisMachine(): SettingsEnvironment {
  return { workingDirectory: process.cwd(), cores: availableParallelism(), hostName: hostname() };
}

function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}
