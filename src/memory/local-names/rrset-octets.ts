// Records as the table keeps them: ready to be copied into a reply behind an owner.

import { CLASS } from '../../wire/numbers.ts';
import { RECORD_FIXED_BYTES } from '../../wire/resource-record.ts';
import type { BuiltRrset } from './local-name-tree.ts';
import type { OctetArena } from './octet-arena.ts';

const SOA_NUMBERS = [1, 3600, 1200, 604_800];
const NOBODY_INVALID = Buffer.from('\x06nobody\x07invalid\x00', 'latin1');

/** `zone nobody.invalid. 1 3600 1200 604800 minimum` (RFC 6303 section 3). */
export function soaRdata(zone: Uint8Array, minimumSeconds: number): Uint8Array {
  const numbers = Buffer.alloc(20);
  for (const [index, number] of [...SOA_NUMBERS, minimumSeconds].entries()) numbers.writeUInt32BE(number, 4 * index);
  return Buffer.concat([zone, NOBODY_INVALID, numbers]);
}

/** Writes the RRsets of a node behind their count; returns where that stands. */
export function addRrsets(arena: OctetArena, rrsets: readonly BuiltRrset[]): number {
  const offset = arena.length;
  arena.addUint16(rrsets.length);
  for (const rrset of rrsets) addRrset(arena, rrset);
  return offset;
}

function addRrset(arena: OctetArena, { type, ttlSeconds, rdata, additional = [] }: BuiltRrset): void {
  arena.addUint16(type);
  arena.addUint16(rdata.length);
  arena.addUint16(rdata.reduce((sum, { length }) => sum + RECORD_FIXED_BYTES + length, 0));
  arena.addUint16(additional.length);
  arena.addUint16(additional.reduce((sum, it) => sum + it.owner.length + RECORD_FIXED_BYTES + it.rdata.length, 0));
  for (const octets of rdata) addRecord(arena, type, ttlSeconds, octets);
  for (const record of additional) {
    arena.add(record.owner);
    addRecord(arena, record.type, record.ttlSeconds, record.rdata);
  }
}

function addRecord(arena: OctetArena, type: number, ttlSeconds: number, rdata: Uint8Array): void {
  arena.addUint16(type);
  arena.addUint16(CLASS.IN);
  arena.addUint16(ttlSeconds >>> 16);
  arena.addUint16(ttlSeconds & 0xffff);
  arena.addUint16(rdata.length);
  arena.add(rdata);
}
