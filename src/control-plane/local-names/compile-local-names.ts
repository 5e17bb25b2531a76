// Everything that is answered here, from all sources, into one table. A name belongs to the first source that has a record of it:
// the configuration with its rewrites, the hosts file, the gateway itself, leases, special-use names.

import { LOCAL_FLAG, ZONE_KIND } from '../../memory/local-names/local-names.ts';
import {
  LocalNamesBuilder,
  type LocalRecord,
  type LocalRecordFault,
} from '../../memory/local-names/local-names-builder.ts';
import { isRangeWithin } from '../../policy/access-list.ts';
import { isWithin } from '../../wire/name-within.ts';
import type { Settings } from '../settings/settings.ts';
import { isWildcard, namesWithMachinesBelow } from './names-below.ts';
import { addReverse } from './reverse-records.ts';
import { ITEMS_PER_SLICE, runAtOnce, type Sliced } from './slices.ts';
import type { SourceContent, SourcedRecord } from './sourced-record.ts';
import {
  canaryZone,
  checkZone,
  embeddedReverseZones,
  ipv4OnlyRecords,
  isNobodys,
  leaseZone,
  localhostRecords,
  refusedDiscoveryZone,
  specialUseZones,
} from './special-use-zones.ts';

export type LocalNameSettings = Pick<Settings, 'access' | 'records' | 'resolve' | 'zones' | 'configFile'> & {
  readonly cache: Pick<Settings['cache'], 'exclude'>;
};

/** What changes while the gateway runs. */
export interface LocalNameContents {
  readonly hosts: SourceContent | undefined;
  readonly leases: readonly SourceContent[];
  readonly discovery: readonly LocalRecord[];
  /** Names that devices had: they have no records, but are not asked elsewhere either. */
  readonly ended?: Iterable<Uint8Array>;
}

export const NO_CONTENTS: LocalNameContents = { hosts: undefined, leases: [], discovery: [] };

export interface CompiledLocalNames {
  readonly table: SharedArrayBuffer;
  readonly ownerCount: number;
  /** Owners of the bare names of devices. */
  readonly shortNames: readonly Uint8Array[];
  /** Records that had no room, by source. */
  readonly leftOut: ReadonlyMap<string, number>;
}

const FIREFOX_CANARY = 'use-application-dns.net';
const PRIVATE_RELAY = ['mask.icloud.com', 'mask-h2.icloud.com', 'mask-canary.icloud.com'];

/** Where names were written, in the order of rank. */
export function sourcesOf(settings: LocalNameSettings, contents: LocalNameContents): SourceContent[] {
  const file = settings.configFile ?? 'built-in defaults';
  return [
    { title: 'a record of the configuration', file, records: settings.records },
    ...(contents.hosts === undefined ? [] : [contents.hosts]),
    { title: 'discovery, by which devices find the gateway,', file: '', records: contents.discovery.map(unplaced) },
    ...contents.leases,
  ];
}

function unplaced(record: LocalRecord): SourcedRecord {
  return { ...record, line: 0 };
}

/** At once; for few names, and where nobody waits. */
export function compileLocalNames(
  settings: LocalNameSettings,
  hashKey: Uint8Array,
  contents: LocalNameContents = NO_CONTENTS,
): CompiledLocalNames {
  return runAtOnce(compileSliced(settings, hashKey, contents));
}

/** Whether some who may ask do not get the names of this network. */
export function servesOthers({ access }: Pick<Settings, 'access'>): boolean {
  return ![...access.plain, ...access.encrypted].every((range) => isRangeWithin(range, access.localNames));
}

/**
 * The table for those who may ask and do not get the names of this network: what the operator wrote, the gateway itself and
 * special-use names. No forwarded zones, hosts or leases, and no reverse names but those that a record gives. Undefined where
 * everybody who may ask gets them. At once: none of it is large.
 */
export function compileForOthers(
  settings: LocalNameSettings,
  hashKey: Uint8Array,
  discovery: readonly LocalRecord[] = [],
): SharedArrayBuffer | undefined {
  if (!servesOthers(settings)) return undefined;
  const forOthers = discovery.flatMap((record) =>
    record.forOthers === 'nothing' ? [] : [{ ...record, ...record.forOthers }],
  );
  const contents = { ...NO_CONTENTS, discovery: forOthers };
  return runAtOnce(compileSliced({ ...settings, zones: [] }, hashKey, contents, false)).table;
}

/** `hasReverses`: private addresses of records and hosts get a reverse name by themselves. */
export function* compileSliced(
  settings: LocalNameSettings,
  hashKey: Uint8Array,
  contents: LocalNameContents,
  hasReverses = true,
): Sliced<CompiledLocalNames> {
  const builder = new LocalNamesBuilder(hashKey);
  const leftOut = new Map<string, number>();
  const shortNames: Uint8Array[] = [];
  let rank = 0;
  addZones(builder, settings);
  yield* addAll(settings.records, 'the configuration');
  if (contents.hosts !== undefined) yield* addAll(contents.hosts.records, contents.hosts.file);
  // Before the leases: no device takes the name of the gateway.
  rank++;
  const ofMachines = yield* namesWithMachinesBelow(settings, contents);
  for (const record of contents.discovery)
    if (record.inOwnZoneOnly !== true || isForUsToSay(record.owner))
      builder.add(rank, record, Number.POSITIVE_INFINITY);
  // Leases of several files are of one rank: two servers may share a network.
  rank++;
  for (const { records, file } of contents.leases) yield* addSource(rank, records, file);
  for (const { records, file } of contents.leases) yield* addReverses(rank, records, file, true);
  rank++;
  for (const record of localhostRecords()) builder.add(rank, record, Number.POSITIVE_INFINITY);
  if (settings.resolve.dns64 !== undefined)
    for (const record of ipv4OnlyRecords()) builder.add(rank, record, Number.POSITIVE_INFINITY);
  for (const name of contents.ended ?? []) builder.addEmptyName(name);
  return { table: yield* builder.finishSliced(), ownerCount: builder.ownerCount, shortNames, leftOut };

  /** In a zone of ours; of a wildcard, one below which machines have no names: not right below the zone itself. */
  function isForUsToSay(owner: Uint8Array): boolean {
    if (!isWildcard(owner) || !builder.isInOwnZone(owner)) return builder.isInOwnZone(owner);
    const parent = owner.subarray(2);
    return !builder.isSpokenFor(parent) && !ofMachines.some((name) => Buffer.compare(name, parent) === 0);
  }

  /** Records, then their reverse names: a PTR that somebody wrote comes before one that follows from an address. */
  function* addAll(records: readonly SourcedRecord[], title: string): Sliced<void> {
    yield* addSource(++rank, records, title);
    if (hasReverses) yield* addReverses(rank, records, title, false);
  }

  function* addSource(source: number, records: readonly SourcedRecord[], title: string): Sliced<void> {
    for (const [index, record] of records.entries()) {
      const { shortFor } = record;
      if (shortFor === undefined) note(title, builder.add(source, record));
      // Nor does a device take the name of a zone.
      else if (!builder.isSpokenFor(record.owner) && builder.holds({ ...record, owner: shortFor })) {
        const fault = builder.add(source, record);
        note(title, fault);
        if (fault === undefined) shortNames.push(record.owner);
      }
      if (index % ITEMS_PER_SLICE === ITEMS_PER_SLICE - 1) yield;
    }
  }

  function* addReverses(
    source: number,
    records: readonly SourcedRecord[],
    title: string,
    isOfThisNetwork: boolean,
  ): Sliced<void> {
    for (const [index, record] of records.entries()) {
      note(title, addReverse(builder, source, record, isOfThisNetwork));
      if (index % ITEMS_PER_SLICE === ITEMS_PER_SLICE - 1) yield;
    }
  }

  function note(title: string, fault: LocalRecordFault | undefined): void {
    if (fault === 'too many names' || fault === 'too many records') leftOut.set(title, (leftOut.get(title) ?? 0) + 1);
  }
}

function addZones(builder: LocalNamesBuilder, settings: LocalNameSettings): void {
  const { resolve, records, cache, zones } = settings;
  // First: what the operator says of a zone goes before what it usually is.
  for (const [index, zone] of zones.entries()) builder.addZone(forwardedZone(zone.name, index));
  const mayGrow = records.length > 0 || resolve.hostsFile !== undefined || resolve.leaseFiles.length > 0;
  if (resolve.leaseFiles.length > 0) builder.addZone(leaseZone(resolve.leaseDomain));
  builder.addZone(checkZone());
  if (resolve.discovery === 'nxdomain') builder.addZone(refusedDiscoveryZone());
  for (const zone of specialUseZones(mayGrow)) builder.addZone(zone);
  for (const zone of embeddedReverseZones(mayGrow))
    if (!zones.some(({ name }) => isWithin(zone.name, name))) builder.addZone(zone);
  const canaries = [
    ...(resolve.firefoxCanary ? [FIREFOX_CANARY] : []),
    ...(resolve.privateRelay === 'block' ? PRIVATE_RELAY : []),
  ];
  for (const name of canaries) builder.addZone(canaryZone(name));
  for (const name of cache.exclude) builder.addFlags(name, LOCAL_FLAG.NO_CACHE);
}

/**
 * A zone that a resolver of this network answers for; `forwarder`: its index in the settings. Of a top-level domain that nobody has,
 * there is nobody else to ask for its DS.
 */
export function forwardedZone(name: Uint8Array, forwarder: number): Parameters<LocalNamesBuilder['addZone']>[0] {
  return {
    name,
    kind: ZONE_KIND.NONE,
    forwarder,
    negativeTtlSeconds: 60,
    hasApexRecords: false,
    parentAnswersDs: !isNobodys(name),
  };
}
