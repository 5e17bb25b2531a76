// Reads and checks the header and the description of a block table: after this a reader can trust every size.

import { HASH_KEY_BYTES } from '../name-hash/name-hasher.ts';
import { tableChecksum } from './block-table-checksum.ts';
import { BlockTableDamaged } from './block-table-damaged.ts';
import {
  ADDRESS_BYTES,
  HEADER,
  HEADER_BYTES,
  ITEM_BYTES,
  LAYOUT_VERSION,
  MAGIC,
  PROBE_LIMIT,
  SET_START_BYTES,
  SLOT_BYTES,
} from './block-table-layout.ts';
import { readDescription, type TableDescription } from './table-description.ts';

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
  /** One more start than there are sets: the end of the last. */
  readonly startsOffset: number;
  readonly itemCount: number;
  readonly itemsOffset: number;
  readonly addressCount: number;
  readonly addressesOffset: number;
  /** 2, or 4 where a table has more than 65,536 different sets. */
  readonly setIndexBytes: 2 | 4;
  readonly namesOffset: number;
  readonly namesEnd: number;
  readonly hashKey: Uint8Array;
  readonly description: TableDescription;
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
  const itemCount = words[HEADER.ITEM_COUNT]!;
  const addressCount = words[HEADER.ADDRESS_COUNT]!;
  const setIndexBytes = words[HEADER.SET_INDEX_BYTES]!;
  const slotsOffset = HEADER_BYTES + 4 * filterWords;
  const startsOffset = slotsOffset + SLOT_BYTES * slotCount;
  const itemsOffset = startsOffset + SET_START_BYTES * (setCount + 1);
  const addressesOffset = itemsOffset + ITEM_BYTES * itemCount;
  const namesOffset = addressesOffset + ADDRESS_BYTES * addressCount;
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
  const description = readDescription(octets.slice(namesEnd, descriptionEnd));
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
    startsOffset,
    itemCount,
    itemsOffset,
    addressCount,
    addressesOffset,
    setIndexBytes,
    namesOffset,
    namesEnd,
    hashKey: octets.slice(keyOffset, keyOffset + HASH_KEY_BYTES),
    description,
  };
}
