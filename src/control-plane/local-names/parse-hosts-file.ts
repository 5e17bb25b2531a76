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
  const machineName = inLowerCase(machine);
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
      : parseLine(text.slice(start, end), line, machineName, records);
    if (fault !== undefined) faults.add(line, fault);
    start = end + 1;
    if (line % ITEMS_PER_SLICE === 0) yield;
  }
  return { records, faults: faults.shown, faultCount: faults.count, nextExpirySeconds: undefined };
}

/** What is wrong with the line, if something is; its good names count all the same. */
function parseLine(written: string, line: number, machineName: string, records: SourcedRecord[]): string | undefined {
  const hash = written.indexOf('#');
  const words = (hash < 0 ? written : written.slice(0, hash)).split(/[\s\uFEFF]+/).filter((word) => word !== '');
  const [address, ...names] = words;
  if (address === undefined) return undefined;
  const octets = new Uint8Array(16);
  if (!parseAddress(address, octets)) return 'does not begin with an address';
  if (names.length === 0) return 'an address without a name';
  const machines = LOOPBACK.permits(octets) ? namesOfMachine(names, isDebians(octets), machineName) : NOBODY;
  const isIpv6 = address.includes(':');
  // A copy: a view would give each of them an array buffer of its own, which costs more than the octets.
  const data = isIpv6 ? { type: TYPE.AAAA, rdata: octets } : { type: TYPE.A, rdata: octets.slice(12) };
  let fault: string | undefined;
  for (const text of names) {
    // Lists of names to block name addresses too.
    if (isIP(text) !== 0 || machines.has(inLowerCase(text))) continue;
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
 * What a machine calls itself at its own loopback address means nothing to others: they would look for it on themselves. Those of
 * `names`, in lower case, that are its full or its short name; and what begins with its short name where that is on the line as
 * well, or where Debian writes it, who also gives the names that the machine had when it was set up: a short one, and longer ones
 * that begin with it. Others at loopback addresses are kept, as people write them to block: also "www.example" on a machine "www".
 */
function namesOfMachine(names: readonly string[], isDebians: boolean, machineName: string): ReadonlySet<string> {
  const short = firstLabel(machineName);
  const found = new Set([machineName, short]);
  const written = names.map(inLowerCase);
  const shorts = new Set(written.filter((name) => !name.includes('.') && (isDebians || name === short)));
  if (isDebians) shorts.add(short);
  // The name that every machine has says nothing about this one.
  shorts.delete('localhost');
  for (const name of written) if (shorts.has(firstLabel(name))) found.add(name);
  return found;
}

const NOBODY: ReadonlySet<string> = new Set();

/** 127.0.1.1, where Debian writes the name that the machine had when it was set up. */
function isDebians(octets: Uint8Array): boolean {
  return isMappedIpv4(octets) && octets[12] === 127 && octets[13] === 0 && octets[14] === 1 && octets[15] === 1;
}

/** Without the dot that may end it. */
function inLowerCase(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function firstLabel(name: string): string {
  const [label = ''] = name.split('.', 1);
  return label;
}
