// Records that are well written and hardly meant: what takes a name's addresses away, what stands in two places, and names that are
// this machine's own.

import { specialUseZones } from '../../local-names/special-use-zones.ts';
import type { LanZone } from '../../../upstream/lan-resolver/lan-zone.ts';
import { knownName, nameToText } from '../../../wire/name-text.ts';
import { isWithin } from '../../../wire/name-within.ts';
import { TYPE } from '../../../wire/numbers.ts';
import { typeToText } from '../../../wire/type-text.ts';
import type { FaultCollector } from '../settings-fault.ts';
import type { PlacedRecord } from './record-table.ts';

const LOCALHOST = knownName('localhost');
const UNDERSCORE = 0x5f;
const GIVES_ADDRESSES: readonly number[] = [TYPE.A, TYPE.AAAA, TYPE.CNAME];

/** Names in which nobody else has anything: a record takes nothing away there. */
export function reportDoubts(
  records: readonly PlacedRecord[],
  zones: readonly LanZone[],
  leaseDomain: Uint8Array | undefined,
  faults: FaultCollector,
): void {
  reportLocalhost(records, faults);
  const ownZones = [
    ...specialUseZones(false).map(({ name }) => name),
    ...(leaseDomain === undefined ? [] : [leaseDomain]),
  ];
  const isOwn = (name: Uint8Array) =>
    ownZones.some((zone) => isWithin(name, zone)) && !zones.some((zone) => isWithin(name, zone.name));
  for (const ofName of byOwner(records)) {
    noticeTwoPlaces(ofName, faults);
    const { owner, path, type } = ofName[0]!;
    if (ofName.some((record) => GIVES_ADDRESSES.includes(record.type)) || hasNoAddresses(owner) || isOwn(owner))
      continue;
    const name = nameToText(owner);
    faults.notice(
      path,
      `"${name}" is answered here alone with it, so its other types, such as addresses, are gone for clients; give it ${typeToText(TYPE.A)} and ${typeToText(TYPE.AAAA)} records beside this ${typeToText(type)}, if it has addresses`,
    );
  }
}

function byOwner(records: readonly PlacedRecord[]): Iterable<PlacedRecord[]> {
  return Map.groupBy(records, ({ owner }) => Buffer.from(owner).toString('latin1')).values();
}

/** RFC 6761 section 6.3. */
function reportLocalhost(records: readonly PlacedRecord[], faults: FaultCollector): void {
  for (const { owner, type, rdata, path } of records)
    if (isWithin(owner, LOCALHOST) && !isLoopback(type, rdata))
      faults.fault(
        path,
        `"${nameToText(owner)}" is this machine itself to every program (RFC 6761); allowed: records of type A and AAAA with 127.0.0.1 or ::1`,
      );
}

function isLoopback(type: number, rdata: Uint8Array): boolean {
  if (type === TYPE.A) return rdata[0] === 127;
  return type === TYPE.AAAA && rdata[15] === 1 && rdata.subarray(0, 15).every((octet) => octet === 0);
}

function noticeTwoPlaces(ofName: readonly PlacedRecord[], faults: FaultCollector): void {
  const rewrite = ofName.find(({ isRewrite }) => isRewrite === true);
  const isAlias = ofName.some(({ type }) => type === TYPE.CNAME);
  // Beside an alias it is a fault.
  if (rewrite === undefined || isAlias || ofName.every(({ isRewrite }) => isRewrite === true)) return;
  faults.notice(
    rewrite.path,
    'has a [[record]] as well, so it is answered with the records of both; write them all in one place',
  );
}

/** Names of services such as `_sip._tcp.example.org`, and reverse names. */
function hasNoAddresses(owner: Uint8Array): boolean {
  return owner[1] === UNDERSCORE || isWithin(owner, knownName('arpa'));
}
