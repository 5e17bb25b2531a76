// Reads and checks the header and the description of a block table: after this a reader can trust every size.

import { HASH_KEY_BYTES } from '../name-hash/name-hasher.ts';
import type { TableSource } from './block-table.ts';
import { tableChecksum } from './block-table-checksum.ts';
import { BlockTableDamaged } from './block-table-damaged.ts';
import {
  HEADER,
  HEADER_BYTES,
  LAYOUT_VERSION,
  MAGIC,
  PROBE_LIMIT,
  SET_BYTES,
  SLOT_BYTES,
  SOURCES_MAX,
} from './block-table-layout.ts';

/** Sizes and places, in octets from the start of the buffer unless the name says otherwise. */
export interface BlockTableHeader {
  readonly entryCount: number;
  readonly filterOffset: number;
  readonly filterWords: number;
  /** Slots a probe may begin at; more follow, for what is pushed past the last of them. */
  readonly homeSlots: number;
  readonly slotCount: number;
  readonly slotsOffset: number;
  /** No entry lies more slots than this behind its home. */
  readonly probeMax: number;
  readonly setCount: number;
  readonly setsOffset: number;
  /** 2, or 4 where a table has more than 65,536 different source sets. */
  readonly setIndexBytes: 2 | 4;
  readonly namesOffset: number;
  readonly namesEnd: number;
  readonly hashKey: Uint8Array;
  readonly contentId: string;
  readonly sources: readonly TableSource[];
}

/** Throws BlockTableDamaged on anything that could lead a reader out of bounds; with `verify`, on any changed octet. */
export function readHeader(buffer: SharedArrayBuffer, verify: boolean): BlockTableHeader {
  if (buffer.byteLength < HEADER_BYTES || buffer.byteLength % 8 !== 0) throw new BlockTableDamaged('wrong size');
  const octets = new Uint8Array(buffer);
  if (MAGIC.some((octet, index) => octets[index] !== octet)) throw new BlockTableDamaged('not a block table');
  const words = new Uint32Array(buffer);
  if (words[HEADER.LAYOUT_VERSION] !== LAYOUT_VERSION) throw new BlockTableDamaged('another layout version');
  if (words[HEADER.BYTE_LENGTH] !== buffer.byteLength) throw new BlockTableDamaged('cut short or prolonged');
  if (verify) {
    const [lane0, lane1] = tableChecksum(words, HEADER.BYTE_LENGTH);
    const same = words[HEADER.CHECKSUM] === lane0 && words[HEADER.CHECKSUM + 1] === lane1;
    if (!same) throw new BlockTableDamaged('the checksum does not fit');
  }

  const filterWords = words[HEADER.FILTER_WORDS]!;
  const homeSlots = words[HEADER.HOME_SLOTS]!;
  const slotCount = words[HEADER.SLOT_COUNT]!;
  const probeMax = words[HEADER.PROBE_MAX]!;
  const setCount = words[HEADER.SET_COUNT]!;
  const setIndexBytes = words[HEADER.SET_INDEX_BYTES]!;
  const slotsOffset = HEADER_BYTES + 4 * filterWords;
  const setsOffset = slotsOffset + SLOT_BYTES * slotCount;
  const namesOffset = setsOffset + SET_BYTES * setCount;
  const namesEnd = namesOffset + words[HEADER.NAME_BYTES]!;
  const descriptionEnd = namesEnd + words[HEADER.DESCRIPTION_BYTES]!;
  const sizesFit =
    filterWords >= 2 &&
    filterWords % 2 === 0 &&
    homeSlots >= 1 &&
    homeSlots <= slotCount &&
    probeMax <= PROBE_LIMIT &&
    (setIndexBytes === 2 || setIndexBytes === 4) &&
    Math.ceil(descriptionEnd / 8) * 8 === buffer.byteLength;
  if (!sizesFit) throw new BlockTableDamaged('sizes that contradict each other');

  // Copied: TextDecoder takes no shared memory.
  const { contentId, sources } = readDescription(octets.slice(namesEnd, descriptionEnd));
  const keyOffset = 4 * HEADER.HASH_KEY;
  return {
    entryCount: words[HEADER.ENTRY_COUNT]!,
    filterOffset: HEADER_BYTES,
    filterWords,
    homeSlots,
    slotCount,
    slotsOffset,
    probeMax,
    setCount,
    setsOffset,
    setIndexBytes,
    namesOffset,
    namesEnd,
    hashKey: octets.slice(keyOffset, keyOffset + HASH_KEY_BYTES),
    contentId,
    sources,
  };
}

export interface Description {
  readonly contentId: string;
  readonly sources: readonly TableSource[];
}

function readDescription(octets: Uint8Array): Description {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(octets));
  } catch {
    throw new BlockTableDamaged('the description is not JSON');
  }
  if (!isDescription(parsed)) throw new BlockTableDamaged('the description lacks its fields');
  return parsed;
}

function isDescription(value: unknown): value is Description {
  if (typeof value !== 'object' || value === null) return false;
  const { contentId, sources } = value as Record<string, unknown>;
  return (
    typeof contentId === 'string' && Array.isArray(sources) && sources.length <= SOURCES_MAX && sources.every(isSource)
  );
}

function isSource(value: unknown): value is TableSource {
  if (typeof value !== 'object' || value === null) return false;
  const { name, kind, action } = value as Record<string, unknown>;
  return (
    typeof name === 'string' && (kind === 'list' || kind === 'rules') && (action === 'block' || action === 'allow')
  );
}
