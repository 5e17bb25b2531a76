// A hosts file: an address and the names it has, the first of which is also its reverse name. `#` begins a comment.

import { isIP } from 'node:net';
import { parseAddress } from '../../wire/ip-address.ts';
import { TYPE } from '../../wire/numbers.ts';
import { isOrdinaryHostsEntry } from '../lists/formats/ordinary-hosts-entries.ts';
import { readLocalName } from '../settings/local-name.ts';
import { LineFaults, type ParsedFile } from './parsed-file.ts';
import { ITEMS_PER_SLICE, type Sliced } from './slices.ts';
import type { SourcedRecord } from './sourced-record.ts';

/** A change of the file is to be seen soon. */
const TTL_SECONDS = 60;
const LINE_CHARACTERS_MAX = 8_192;

export function* parseHostsFile(text: string): Sliced<ParsedFile> {
  const records: SourcedRecord[] = [];
  const faults = new LineFaults();
  let line = 0;
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    line++;
    const isTooLong = end - start > LINE_CHARACTERS_MAX;
    const fault = isTooLong ? 'longer than a line can be' : parseLine(text.slice(start, end), line, records);
    if (fault !== undefined) faults.add(line, fault);
    start = end + 1;
    if (line % ITEMS_PER_SLICE === 0) yield;
  }
  return { records, faults: faults.shown, faultCount: faults.count, nextExpirySeconds: undefined };
}

/** What is wrong with the line, if something is; its good names count all the same. */
function parseLine(written: string, line: number, records: SourcedRecord[]): string | undefined {
  const hash = written.indexOf('#');
  const words = (hash < 0 ? written : written.slice(0, hash)).split(/[\s\uFEFF]+/).filter((word) => word !== '');
  const [address, ...names] = words;
  if (address === undefined) return undefined;
  const octets = new Uint8Array(16);
  if (!parseAddress(address, octets)) return 'does not begin with an address';
  if (names.length === 0) return 'an address without a name';
  const isIpv6 = address.includes(':');
  const data = isIpv6 ? { type: TYPE.AAAA, rdata: octets } : { type: TYPE.A, rdata: octets.subarray(12) };
  let fault: string | undefined;
  for (const text of names) {
    // Lists of names to block name addresses too.
    if (isIP(text) !== 0) continue;
    const owner = readLocalName(text, false);
    if (owner === undefined) fault ??= 'what follows the address is not a name';
    // Every hosts file has these, for the machine it stands on. They are not names of this network.
    else if (isOrdinaryHostsEntry(owner, owner.length)) continue;
    else if (address.includes('%')) fault ??= 'an address of one interface (%) means nothing to others';
    else records.push({ owner, ttlSeconds: TTL_SECONDS, ...data, line });
  }
  return fault;
}
