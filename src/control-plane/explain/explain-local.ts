// What the gateway answers by itself, and where that was written.

import { open } from 'node:fs/promises';
import { appendLocalRecords } from '../../memory/local-names/append-local-answer.ts';
import { LOCAL, LocalMatch, type LocalNames } from '../../memory/local-names/local-names.ts';
import { CLIENT_SERVICES, RRSET_HEAD_BYTES } from '../../memory/local-names/local-names-layout.ts';
import type { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { HEADER_BYTES, MESSAGE_MAX_BYTES, readAnswerCount, readUint16 } from '../../wire/header.ts';
import { skipName } from '../../wire/name.ts';
import { nameToText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { RECORD_FIXED_BYTES, RECORD_RDLENGTH } from '../../wire/resource-record.ts';
import { reverseRecord } from '../local-names/reverse-records.ts';
import type { SourceContent } from '../local-names/sourced-record.ts';
import type { Settings } from '../settings/settings.ts';

/** What the client gets. `embedded`: IPv6 addresses made of IPv4 addresses (DNS64). */
export type LocalResponse = 'records' | 'embedded' | 'nodata' | 'nxdomain' | 'servfail' | 'alias';

export interface LocalExplanation {
  readonly response: LocalResponse;
  /** Where its aliases lead, folded; undefined for what is answered whole. */
  readonly target: Uint8Array | undefined;
  /** What stands at the end of its aliases, where addresses were asked for: 4 or 16 octets each. */
  readonly addresses: readonly Uint8Array[];
  readonly sentence: string;
  readonly matchedName: string | undefined;
  readonly line: { readonly file: string; readonly number: number; readonly text: string } | undefined;
}

const LINE_CHARACTERS_MAX = 300;
const RESPONSES = {
  [LOCAL.RECORDS]: 'records',
  [LOCAL.NO_DATA]: 'nodata',
  [LOCAL.NON_EXISTENT]: 'nxdomain',
  [LOCAL.ALIAS]: 'alias',
  [LOCAL.LOOP]: 'servfail',
} as const;

/** What the table says of a name, also where it is not answered here. `name`: as last given to `hasher`. */
export function matchOf(names: LocalNames, name: Uint8Array, type: number, hasher: NameHasher): LocalMatch {
  const match = new LocalMatch();
  names.find(name, name.length, type, hasher, match);
  return match;
}

/** The same, with its aliases followed to their end. */
export function matchBehind(names: LocalNames, name: Uint8Array, type: number, hasher: NameHasher): LocalMatch {
  const match = matchOf(names, name, type, hasher);
  if (match.outcome === LOCAL.RECORDS) followed(names, match, name, type);
  return match;
}

export interface LocalContext {
  readonly localNames: LocalNames;
  /** Where local names were written. */
  readonly localSources: readonly SourceContent[];
  readonly settings: { readonly resolve: Pick<Settings['resolve'], 'leaseDomain' | 'leaseFiles'> };
}

/** Undefined where the name is not answered here. `name`: as last given to `hasher`. */
export async function explainLocal(
  { localNames: names, localSources: sources, settings }: LocalContext,
  name: Uint8Array,
  type: number,
  hasher: NameHasher,
): Promise<LocalExplanation | undefined> {
  const match = matchOf(names, name, type, hasher);
  const { node } = match;
  if (match.outcome === LOCAL.PASS) return undefined;
  const addresses = match.outcome === LOCAL.RECORDS ? followed(names, match, name, type) : [];
  const text = nameToText(name);
  const owner = node === 0 ? undefined : names.nameOf(node);
  const recordType = match.clientNameLength > 0 ? CLIENT_SERVICES : type;
  const origin = owner === undefined ? undefined : findOrigin(sources, owner, recordType, pointerOf(names, node));
  return {
    response: RESPONSES[match.outcome],
    target: match.outcome === LOCAL.ALIAS ? match.alias.slice(0, match.aliasLength) : undefined,
    addresses,
    matchedName: owner === undefined ? undefined : nameToText(owner),
    line: origin && (await lineOf(origin)),
    sentence: `${text} ${verb(match)}: ${origin === undefined ? reason(names, match, owner, settings) : `${origin.title} names it`}`,
  };
}

/** Follows the aliases at `match`, which then says how that ends; returns the addresses of `type` there. */
function followed(names: LocalNames, match: LocalMatch, name: Uint8Array, type: number): Uint8Array[] {
  const out = new Uint8Array(MESSAGE_MAX_BYTES);
  out.set(name, HEADER_BYTES);
  let position = HEADER_BYTES + name.length;
  const end = appendLocalRecords(names, match, type, out, position);
  const addresses: Uint8Array[] = [];
  for (let left = readAnswerCount(out); left > 0; left--) {
    const fixed = skipName(out, position, end);
    position = fixed + RECORD_FIXED_BYTES + readUint16(out, fixed + RECORD_RDLENGTH);
    const isAddress = type === TYPE.A || type === TYPE.AAAA;
    if (isAddress && readUint16(out, fixed) === type) addresses.push(out.slice(fixed + RECORD_FIXED_BYTES, position));
  }
  return addresses;
}

function verb({ outcome, alias }: LocalMatch): string {
  if (outcome !== LOCAL.ALIAS) return 'is answered by the gateway itself';
  return `is an alias that leads to ${nameToText(alias)}, which is not answered here`;
}

/** Of what nobody wrote down. */
function reason(
  names: LocalNames,
  { zone }: LocalMatch,
  owner: Uint8Array | undefined,
  { resolve }: LocalContext['settings'],
): string {
  if (names.isCanary(zone)) return 'its "no" tells browsers and systems that this network has its own resolver';
  if (owner !== undefined && nameToText(owner) === 'ipv4only.arpa')
    return 'by its addresses clients find the prefix of the translator (resolve.dns64)';
  if (zone === 0) return 'a device of this network had this name (resolve.lease_files)';
  const apex = names.apexOf(zone);
  const text = nameToText(apex);
  if (text === 'resolver.arpa' || text === '_dns.resolver.arpa')
    return 'by such names devices ask for encrypted resolvers, and a gateway that runs names none but its own (resolve.ddr)';
  if (resolve.leaseFiles.length > 0 && Buffer.compare(apex, resolve.leaseDomain) === 0)
    return `names below ${text} are those of the devices of this network (resolve.lease_domain), and none has this one`;
  return 'a special-use name, which is never sent to an upstream';
}

interface Origin {
  readonly title: string;
  readonly file: string;
  readonly number: number;
}

/**
 * The record that put the owner into the table: one that stands alone, or of the first source that has the name, whose it is, one of
 * the type asked for before any other; or else the one whose address it is the reverse name of. `pointer`: what its PTR says.
 */
function findOrigin(
  sources: readonly SourceContent[],
  owner: Uint8Array,
  type: number,
  pointer: Uint8Array | undefined,
): Origin | undefined {
  const whose = sources.find(({ records }) =>
    records.some((record) => record.standsAlone !== true && isSame(owner, record.owner)),
  );
  const its = whose?.records.filter((record) => isSame(owner, record.owner)) ?? [];
  const written = its.find((record) => record.type === type);
  if (whose !== undefined && written !== undefined) return originIn(whose, written);
  for (const source of sources) {
    const alone = source.records.find(
      (record) => record.standsAlone === true && record.type === type && isSame(owner, record.owner),
    );
    if (alone !== undefined) return originIn(source, alone);
  }
  if (whose !== undefined) return originIn(whose, its[0]!);
  for (const source of sources) {
    const named = source.records.find(
      (record) => isSame(record.owner, pointer) && isSame(owner, reverseRecord(record, true)?.owner),
    );
    if (named !== undefined) return originIn(source, named);
  }
  return undefined;
}

function isSame(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return other !== undefined && Buffer.compare(one, other) === 0;
}

function originIn({ title, file }: SourceContent, { line, isRewrite }: SourceContent['records'][number]): Origin {
  return { title: isRewrite === true ? 'a rewrite (resolve.rewrites)' : title, file, number: line };
}

/** The first name that a reverse name has. */
function pointerOf(names: LocalNames, node: number): Uint8Array | undefined {
  const rrset = names.rrsetOf(node, TYPE.PTR);
  if (rrset === 0) return undefined;
  const rdata = rrset + RRSET_HEAD_BYTES + RECORD_FIXED_BYTES;
  return new Uint8Array(names.octets.subarray(rdata, rdata + names.octet16(rdata - 2)));
}

/** Undefined for what is written nowhere. */
async function lineOf({ file, number }: Origin): Promise<LocalExplanation['line']> {
  return file === '' ? undefined : { file, number, text: await readLine(file, number) };
}

/** The text of a line, empty where the file has changed or cannot be read. */
async function readLine(file: string, number: number): Promise<string> {
  try {
    await using handle = await open(file);
    let left = number;
    for await (const line of handle.readLines({ encoding: 'utf8' }))
      if (--left === 0) return line.slice(0, LINE_CHARACTERS_MAX).replaceAll('\t', ' ').trim();
  } catch {
    // It may have been taken away since.
  }
  return '';
}
