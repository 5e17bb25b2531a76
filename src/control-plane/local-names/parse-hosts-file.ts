// A hosts file: an address and the names it has, the first of which is also its reverse name. `#` begins a comment.

import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { AccessList, type AddressRange, parseAccessEntry } from '../../policy/access-list.ts';
import { isMappedIpv4, parseAddress } from '../../wire/ip-address.ts';
import { TYPE } from '../../wire/numbers.ts';
import { isOrdinaryHostsEntry } from '../lists/formats/ordinary-hosts-entries.ts';
import { readLocalName } from '../settings/local-name.ts';
import { LineFaults, type ParsedFile } from './parsed-file.ts';
import { ITEMS_PER_SLICE, type Sliced } from './slices.ts';
import type { SourcedRecord } from './sourced-record.ts';

/** A change of the file is to be seen soon. */
const TTL_SECONDS = 60;
const LINE_CHARACTERS_MAX = 8_192;
const LOOPBACK = new AccessList(parseAccessEntry('loopback') as readonly AddressRange[]);

/** `machine`: the name of the one that the file stands on. */
export function* parseHostsFile(text: string, machine: string = hostname()): Sliced<ParsedFile> {
  const machineLabel = firstLabel(machine);
  const records: SourcedRecord[] = [];
  const faults = new LineFaults();
  let line = 0;
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    line++;
    const isTooLong = end - start > LINE_CHARACTERS_MAX;
    const fault = isTooLong
      ? 'longer than a line can be'
      : parseLine(text.slice(start, end), line, machineLabel, records);
    if (fault !== undefined) faults.add(line, fault);
    start = end + 1;
    if (line % ITEMS_PER_SLICE === 0) yield;
  }
  return { records, faults: faults.shown, faultCount: faults.count, nextExpirySeconds: undefined };
}

/** What is wrong with the line, if something is; its good names count all the same. */
function parseLine(written: string, line: number, machineLabel: string, records: SourcedRecord[]): string | undefined {
  const hash = written.indexOf('#');
  const words = (hash < 0 ? written : written.slice(0, hash)).split(/[\s\uFEFF]+/).filter((word) => word !== '');
  const [address, ...names] = words;
  if (address === undefined) return undefined;
  const octets = new Uint8Array(16);
  if (!parseAddress(address, octets)) return 'does not begin with an address';
  if (names.length === 0) return 'an address without a name';
  if (isLoopback(octets) && (isDebians(octets) || names.some((text) => isOfMachine(text, machineLabel))))
    return undefined;
  const isIpv6 = address.includes(':');
  // A copy: a view would give each of them an array buffer of its own, which costs more than the octets.
  const data = isIpv6 ? { type: TYPE.AAAA, rdata: octets } : { type: TYPE.A, rdata: octets.slice(12) };
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

/**
 * What a machine calls itself at its own loopback address means nothing to others: they would look for it on themselves. Other names
 * at loopback addresses, as people write them to block, are kept.
 */
function isLoopback(octets: Uint8Array): boolean {
  return LOOPBACK.permits(octets);
}

/** 127.0.1.1, where Debian writes the name that the machine had when it was set up. */
function isDebians(octets: Uint8Array): boolean {
  return isMappedIpv4(octets) && octets[12] === 127 && octets[13] === 0 && octets[14] === 1 && octets[15] === 1;
}

function isOfMachine(name: string, machineLabel: string): boolean {
  return machineLabel !== '' && firstLabel(name) === machineLabel;
}

/** In lower case; empty for the name that every machine has. */
function firstLabel(name: string): string {
  const [label = ''] = name.toLowerCase().split('.', 1);
  return label === 'localhost' ? '' : label;
}
