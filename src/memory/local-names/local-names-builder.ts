// Collects local names from all their sources and writes the table that the query threads read. Control plane.

import { TYPE } from '../../wire/numbers.ts';
import { RECORD_FIXED_BYTES } from '../../wire/resource-record.ts';
import type { BuiltNode, LocalRecord, LocalZone } from './local-name-tree.ts';
import { CLIENT_SERVICES } from './local-names-layout.ts';
import { ZONE_KIND } from './local-names.ts';
import { soaRdata } from './rrset-octets.ts';
import { writeLocalNames } from './write-local-names.ts';

export type { LocalRecord, LocalZone } from './local-name-tree.ts';

/** Owner names; ancestors and zones do not count. */
export const LOCAL_NAMES_MAX = 200_000;
/** Octets of the records of one name and type: an answer must have room for them, and their places must fit a pointer. */
export const RRSET_BYTES_MAX = 12_000;

/** Why a record is not in the table. */
export type LocalRecordFault = 'too many names' | 'too many records' | 'beside an alias' | 'shadowed';

/** Additional records of one RRset: more helps nobody. */
const ADDITIONAL_MAX = 16;

/** What a record counts for RRSET_BYTES_MAX: itself, and a pointer to its owner. */
export function rrsetBytesOf(rdata: Uint8Array): number {
  return 2 + RECORD_FIXED_BYTES + rdata.length;
}

export class LocalNamesBuilder {
  readonly #hashKey: Uint8Array;
  readonly #nodes: BuiltNode[] = [];
  readonly #byName = new Map<string, BuiltNode>();
  readonly #zones: LocalZone[] = [];
  #ownerCount = 0;

  /** `hashKey`: 16 octets, those of the query threads. */
  constructor(hashKey: Uint8Array) {
    this.#hashKey = hashKey;
    this.#node(Uint8Array.of(0));
  }

  get ownerCount(): number {
    return this.#ownerCount;
  }

  /** Whether a source has said what the name has of this type. */
  has(owner: Uint8Array, type: number): boolean {
    return this.#byName.get(keyOf(owner))?.rrsets?.some((rrset) => rrset.type === type) === true;
  }

  /** Whether this very record is in the table, whichever source it is of. */
  holds({ owner, type, rdata }: Pick<LocalRecord, 'owner' | 'type' | 'rdata'>): boolean {
    const rrset = this.#byName.get(keyOf(owner))?.rrsets?.find((known) => known.type === type);
    return rrset?.rdata.some((known) => Buffer.compare(known, rdata) === 0) === true;
  }

  /** The first zone of a name stays. */
  addZone(zone: LocalZone): void {
    const node = this.#node(zone.name);
    if (node.zone !== undefined) return;
    node.zone = zone;
    this.#zones.push(zone);
  }

  /** LOCAL_FLAG bits for the name and everything below it. */
  addFlags(name: Uint8Array, flags: number): void {
    this.#node(name).flags |= flags;
  }

  /**
   * Adds a record of `source`. Sources come in the order of their rank: the first that says something of a name owns it, and
   * later ones add nothing to it, of whatever type, unless it stands alone. Undefined: it is in the table (or was already).
   * `namesMax`: what is built in has room in any case.
   */
  add(source: number, record: LocalRecord, namesMax = LOCAL_NAMES_MAX): LocalRecordFault | undefined {
    const owner = this.#byName.get(keyOf(record.owner))?.source;
    // Otherwise a device could give itself the other type of address beside what the operator wrote.
    if (owner !== undefined && owner !== source && record.standsAlone !== true) return 'shadowed';
    return this.#put(source, record, namesMax);
  }

  /** The name exists and has no records, unless a source has said something of it, or it is for somebody else to say. */
  addEmptyName(name: Uint8Array): void {
    if (this.isSpokenFor(name)) return;
    const node = this.#node(name);
    if (node.rrsets !== undefined || this.#ownerCount >= LOCAL_NAMES_MAX) return;
    node.rrsets = [];
    node.isOurs = true;
    this.#ownerCount++;
  }

  /** Whether a name lies in a zone of ours, or would. */
  isInOwnZone(name: Uint8Array): boolean {
    const zone = this.#zoneOf(name);
    return zone !== undefined && zone.kind !== ZONE_KIND.NONE;
  }

  /** Whether a name is that of a zone, or one that a resolver of this network answers for. */
  isSpokenFor(name: Uint8Array): boolean {
    const zone = this.#zoneOf(name);
    return zone !== undefined && (zone.forwarder >= 0 || zone.name.length === name.length);
  }

  /** The zone that a name lies in, or would. */
  #zoneOf(name: Uint8Array): LocalZone | undefined {
    for (let start = 0; ; start += 1 + name[start]!) {
      const zone = this.#byName.get(keyOf(name.subarray(start)))?.zone;
      if (zone !== undefined || name[start] === 0) return zone;
    }
  }

  #put(source: number, record: LocalRecord, namesMax: number): LocalRecordFault | undefined {
    const key = keyOf(record.owner);
    const known = this.#byName.get(key);
    const rrsets = known?.rrsets;
    const standing = rrsets?.find(({ type }) => type === record.type);
    if (standing !== undefined && standing.source !== source) return 'shadowed';
    const isAlias = record.type === TYPE.CNAME;
    const isOfName = record.type !== CLIENT_SERVICES;
    if (rrsets !== undefined && isOfName && (rrsets[0]?.type === TYPE.CNAME) !== isAlias) return 'beside an alias';
    if (rrsets === undefined && this.#ownerCount >= namesMax) return 'too many names';
    if (standing?.rdata.some((rdata) => Buffer.compare(rdata, record.rdata) === 0)) return undefined;
    if (isAlias && standing !== undefined) return 'beside an alias';
    const bytes = rrsetBytesOf(record.rdata);
    if ((standing?.bytes ?? 0) + bytes > RRSET_BYTES_MAX) return 'too many records';
    const node = known ?? this.#node(record.owner, key);
    if (node.rrsets === undefined) {
      node.rrsets = [];
      this.#ownerCount++;
    }
    let rrset = standing;
    if (rrset === undefined) {
      const { type, ttlSeconds } = record;
      rrset = { type, source, ttlSeconds, rdata: [], bytes: 0, additional: undefined };
      node.rrsets.push(rrset);
    }
    if (record.standsAlone !== true) {
      node.isOurs = true;
      node.source ??= source;
    }
    rrset.rdata.push(record.rdata);
    rrset.bytes += bytes;
    rrset.ttlSeconds = Math.min(rrset.ttlSeconds, record.ttlSeconds);
    if (record.additional !== undefined)
      rrset.additional = [...(rrset.additional ?? []), ...record.additional].slice(0, ADDITIONAL_MAX);
    return undefined;
  }

  /** At once. */
  finish(): SharedArrayBuffer {
    const work = this.finishSliced();
    for (;;) {
      const step = work.next();
      if (step.done === true) return step.value;
    }
  }

  /** The same; yields where others may run in between. */
  *finishSliced(): Generator<undefined, SharedArrayBuffer> {
    for (const { name, hasApexRecords, negativeTtlSeconds: ttlSeconds } of this.#zones) {
      if (!hasApexRecords) continue;
      this.#addApex({ owner: name, type: TYPE.NS, ttlSeconds, rdata: name });
      const rdata = soaRdata(name, ttlSeconds);
      this.#addApex({ owner: name, type: TYPE.SOA, ttlSeconds, rdata });
    }
    return yield* writeLocalNames(this.#nodes, this.#zones, this.#hashKey);
  }

  #addApex(record: LocalRecord): void {
    this.#put(Number.POSITIVE_INFINITY, record, Number.POSITIVE_INFINITY);
  }

  /** The node of a name; its ancestors are made first, so that a parent always stands before its children. */
  #node(name: Uint8Array, key: string = keyOf(name)): BuiltNode {
    const known = this.#byName.get(key);
    if (known !== undefined) return known;
    const labelEnd = 1 + name[0]!;
    const parent = name.length === 1 ? undefined : this.#node(name.subarray(labelEnd), key.slice(labelEnd));
    const node: BuiltNode = {
      name,
      parent,
      index: this.#nodes.length,
      zone: undefined,
      flags: 0,
      rrsets: undefined,
      isOurs: false,
      source: undefined,
    };
    this.#byName.set(key, node);
    this.#nodes.push(node);
    return node;
  }
}

function keyOf(name: Uint8Array): string {
  let key = '';
  for (const octet of name) key += String.fromCharCode(octet);
  return key;
}
