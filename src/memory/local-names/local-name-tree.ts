// Local names while they are collected: records and zones as their sources give them, and the tree made of them.

import type { ZoneKind } from './local-names.ts';

export interface LocalRecord {
  /** Uncompressed wire name, letters lower-cased. A first label `*` covers what does not exist below (RFC 4592). */
  readonly owner: Uint8Array;
  readonly type: number;
  readonly ttlSeconds: number;
  /** Names inside uncompressed. */
  readonly rdata: Uint8Array;
  /** Records that go along in ADDITIONAL. */
  readonly additional?: readonly LocalRecord[];
  /**
   * It says nothing about its name besides: other types, and whether the name exists, are for others to answer.
   */
  readonly standsAlone?: boolean;
  /** What of it is said to those who do not get the names of this network, where that is something else. */
  readonly forOthers?: Pick<LocalRecord, 'rdata' | 'additional'> | 'nothing';
  /** Only for a name in a zone of ours: elsewhere others answer for it. */
  readonly inOwnZoneOnly?: boolean;
}

export interface LocalZone {
  readonly name: Uint8Array;
  readonly kind: ZoneKind;
  /** Index of a `[[zone]]`, -1 where names that are not ours go to the upstream. */
  readonly forwarder: number;
  readonly negativeTtlSeconds: number;
  /** Its apex has SOA and NS (RFC 6303 section 3); else it exists only if something below it does. */
  readonly hasApexRecords: boolean;
  /** The DS at its apex is for the upstream to answer. */
  readonly parentAnswersDs: boolean;
  /** Its "no" is a signal that the client is told of. */
  readonly isCanary?: boolean;
  /** Its names are asked to see whether the question comes here (memory/sightings). */
  readonly isCheck?: boolean;
}

export interface BuiltRrset {
  readonly type: number;
  readonly source: number;
  ttlSeconds: number;
  readonly rdata: Uint8Array[];
  bytes: number;
  /** Most have none. */
  additional: LocalRecord[] | undefined;
}

export interface BuiltNode {
  readonly name: Uint8Array;
  readonly parent: BuiltNode | undefined;
  readonly index: number;
  zone: LocalZone | undefined;
  flags: number;
  rrsets: BuiltRrset[] | undefined;
  /** Some record of it does not stand alone. */
  isOurs: boolean;
  /** Whose name it is: the first source that gave it a record that does not stand alone. */
  source: number | undefined;
}
