// What the gateway answers by itself, and where that was written.

import { open } from 'node:fs/promises';
import { appendLocalRecords } from '../../memory/local-names/append-local-answer.ts';
import { LOCAL, LocalMatch, type LocalNames } from '../../memory/local-names/local-names.ts';
import { RRSET_HEAD_BYTES } from '../../memory/local-names/local-names-layout.ts';
import type { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { HEADER_BYTES, MESSAGE_MAX_BYTES } from '../../wire/header.ts';
import { nameToText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { RECORD_FIXED_BYTES } from '../../wire/resource-record.ts';
import { reverseRecord } from '../local-names/reverse-records.ts';
import type { SourceContent } from '../local-names/sourced-record.ts';

/** What the client gets. */
export type LocalResponse = 'records' | 'nodata' | 'nxdomain' | 'servfail' | 'alias';

export interface LocalExplanation {
  readonly response: LocalResponse;
  /** Where its aliases lead, folded; undefined for what is answered whole. */
  readonly target: Uint8Array | undefined;
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

/** Index of the `[[zone]]` whose resolver is asked for the name, -1 for the upstream. `name`: as last given to `hasher`. */
export function forwarderOf(names: LocalNames, name: Uint8Array, type: number, hasher: NameHasher): number {
  const match = new LocalMatch();
  names.find(name, name.length, type, hasher, match);
  return match.forwarder;
}

/** Undefined where the name is not answered here. `name`: as last given to `hasher`. */
export async function explainLocal(
  names: LocalNames,
  sources: readonly SourceContent[],
  name: Uint8Array,
  type: number,
  hasher: NameHasher,
): Promise<LocalExplanation | undefined> {
  const match = new LocalMatch();
  names.find(name, name.length, type, hasher, match);
  const { node, outcome } = match;
  if (outcome === LOCAL.RECORDS) {
    const out = new Uint8Array(MESSAGE_MAX_BYTES);
    out.set(name, HEADER_BYTES);
    appendLocalRecords(names, match, type, out, HEADER_BYTES + name.length);
  }
  if (match.outcome === LOCAL.PASS) return undefined;
  const text = nameToText(name);
  const owner = node === 0 ? undefined : names.nameOf(node);
  const origin = owner === undefined ? undefined : findOrigin(sources, owner, type, pointerOf(names, node));
  return {
    response: RESPONSES[match.outcome],
    target: match.outcome === LOCAL.ALIAS ? match.alias.slice(0, match.aliasLength) : undefined,
    matchedName: owner === undefined ? undefined : nameToText(owner),
    line: origin && { file: origin.file, number: origin.number, text: await readLine(origin.file, origin.number) },
    sentence: `${text} ${verb(match)}: ${reason(names, match, origin?.title)}`,
  };
}

function verb({ outcome, alias }: LocalMatch): string {
  if (outcome !== LOCAL.ALIAS) return 'is answered by the gateway itself';
  return `is an alias that leads to ${nameToText(alias)}, which is not answered here`;
}

function reason(names: LocalNames, { zone }: LocalMatch, title: string | undefined): string {
  if (title !== undefined) return `${title} names it`;
  if (names.isCanary(zone)) return 'its "no" tells browsers and systems that this network has its own resolver';
  return 'a special-use name, which is never sent to an upstream';
}

interface Origin {
  readonly title: string;
  readonly file: string;
  readonly number: number;
}

/**
 * The record that put the owner into the table: of the first source that has the name, whose it is, and there one of the type asked
 * for before any other; or else the one whose address it is the reverse name of. `pointer`: what its PTR says.
 */
function findOrigin(
  sources: readonly SourceContent[],
  owner: Uint8Array,
  type: number,
  pointer: Uint8Array | undefined,
): Origin | undefined {
  type Written = SourceContent['records'][number];
  const isSame = (one: Uint8Array, other: Uint8Array | undefined) =>
    other !== undefined && Buffer.compare(one, other) === 0;
  const finders = [
    (records: readonly Written[]) =>
      records.find((record) => record.type === type && isSame(owner, record.owner)) ??
      records.find((record) => isSame(owner, record.owner)),
    (records: readonly Written[]) =>
      records.find((record) => isSame(record.owner, pointer) && isSame(owner, reverseRecord(record, true)?.owner)),
  ];
  for (const find of finders) {
    for (const { title, file, records } of sources) {
      const record = find(records);
      if (record !== undefined) return { title, file, number: record.line };
    }
  }
  return undefined;
}

/** The first name that a reverse name has. */
function pointerOf(names: LocalNames, node: number): Uint8Array | undefined {
  const rrset = names.rrsetOf(node, TYPE.PTR);
  if (rrset === 0) return undefined;
  const rdata = rrset + RRSET_HEAD_BYTES + RECORD_FIXED_BYTES;
  return new Uint8Array(names.octets.subarray(rdata, rdata + names.octet16(rdata - 2)));
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
