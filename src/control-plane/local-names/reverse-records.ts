// Reverse names for free: each private address that a record names gets a PTR to the first name that has it. Public
// addresses do not, since their reverse names are somebody else's to give.

import type { LocalNamesBuilder, LocalRecordFault } from '../../memory/local-names/local-names-builder.ts';
import { AccessList, type AddressRange, parseAccessEntry } from '../../policy/access-list.ts';
import { TYPE } from '../../wire/numbers.ts';
import { reverseName } from '../../wire/reverse-name.ts';
import type { SourcedRecord } from './sourced-record.ts';

const NOT_PUBLIC = new AccessList(
  ['loopback', 'private'].flatMap((word) => parseAccessEntry(word) as readonly AddressRange[]),
);
const address = new Uint8Array(16);

/**
 * Undefined where the record gets none. `isOfThisNetwork`: its address is, public or not, since the network's own DHCP server
 * gave it.
 */
export function reverseRecord(record: SourcedRecord, isOfThisNetwork: boolean): SourcedRecord | undefined {
  const { type, owner, rdata, ttlSeconds, line } = record;
  if ((type !== TYPE.A && type !== TYPE.AAAA) || owner[1] === 0x2a) return undefined;
  address.fill(0);
  if (type === TYPE.A) {
    address.fill(0xff, 10, 12);
    address.set(rdata, 12);
  } else address.set(rdata);
  if (!isOfThisNetwork && !NOT_PUBLIC.permits(address)) return undefined;
  return { owner: reverseName(address), type: TYPE.PTR, ttlSeconds, rdata: owner, line };
}

/** The first name of an address is the one its reverse name gives. A name that is somebody else's has other addresses, so it is none. */
export function addReverse(
  builder: LocalNamesBuilder,
  source: number,
  record: SourcedRecord,
  isOfThisNetwork: boolean,
): LocalRecordFault | undefined {
  const reverse = reverseRecord(record, isOfThisNetwork);
  if (reverse === undefined || builder.has(reverse.owner, TYPE.PTR) || !builder.holds(record)) return undefined;
  return builder.add(source, reverse);
}
