// Lays the collected names out as one buffer (block-table-layout.ts, README.md), in hash order.

import type { BuildOptions } from './block-table-builder.ts';
import { tableChecksum } from './block-table-checksum.ts';
import type { Description } from './block-table-header.ts';
import {
  FILTER_BITS_PER_NAME,
  FILTER_WORD_BITS,
  HEADER,
  HEADER_BYTES,
  rangeOf,
  LAYOUT_VERSION,
  MAGIC,
  PROBE_LIMIT,
  SET_BYTES,
  SET_FIELDS,
  SLOT_BYTES,
  SLOT_WORDS,
} from './block-table-layout.ts';
import { BlockTableTooLarge, type NameArena } from './name-arena.ts';
import type { NameIndex } from './name-index.ts';
import type { SourceSets } from './source-sets.ts';

/** Names per home slot: 3 slots are read on average to find a name; at 0.9 it would be 5.5, for 1 octet a name less. */
const LOAD = 0.8;
const BYTES_MAX = 0xffff_fff8;
const NARROW_SETS_MAX = 0x1_0000;

export function writeBlockTable(
  options: BuildOptions,
  index: NameIndex,
  arena: NameArena,
  sets: SourceSets,
): SharedArrayBuffer {
  const homeSlots = Math.max(1, Math.ceil(index.count / LOAD));
  const { slotCount, probeMax } = measureSlots(index, homeSlots);
  const usedSets = numberUsedSets(index);
  const setIndexBytes = usedSets.size <= NARROW_SETS_MAX ? 2 : 4;
  const description = new TextEncoder().encode(describe(options));

  // An even number of words keeps each slot within one cache line.
  const filterWords = 2 * Math.max(1, Math.ceil((FILTER_BITS_PER_NAME * index.count) / (2 * FILTER_WORD_BITS)));
  const slotsOffset = HEADER_BYTES + 4 * filterWords;
  const setsOffset = slotsOffset + SLOT_BYTES * slotCount;
  const namesOffset = setsOffset + SET_BYTES * usedSets.size;
  const nameBytes = arena.nameBytes + setIndexBytes * index.count;
  const descriptionOffset = namesOffset + nameBytes;
  const byteLength = Math.ceil((descriptionOffset + description.length) / 8) * 8;
  if (byteLength > BYTES_MAX) {
    throw new BlockTableTooLarge(`a block table of ${byteLength} octets; offsets reach to ${BYTES_MAX}`);
  }

  const buffer = new SharedArrayBuffer(byteLength);
  const octets = new Uint8Array(buffer);
  const words = new Uint32Array(buffer);
  const setFields = new Uint16Array(buffer, setsOffset, SET_FIELDS * usedSets.size);
  for (const [set, place] of usedSets) setFields.set(sets.fields(set), SET_FIELDS * place);

  const filter = words.subarray(HEADER_BYTES / 4, slotsOffset / 4);
  const slots = words.subarray(slotsOffset / 4, setsOffset / 4);
  let nextSlot = 0;
  let nextEntry = namesOffset;
  index.forEach((hash, reference, set) => {
    const bit = rangeOf(hash, FILTER_WORD_BITS * filterWords);
    filter[bit >>> 5]! |= 1 << (bit & 31);
    const slot = Math.max(nextSlot, rangeOf(hash, homeSlots));
    slots[SLOT_WORDS * slot] = hash;
    slots[SLOT_WORDS * slot + 1] = nextEntry;
    nextSlot = slot + 1;
    const setIndex = usedSets.get(set)!;
    for (let octet = 0; octet < setIndexBytes; octet++) octets[nextEntry + octet] = setIndex >>> (8 * octet);
    nextEntry = arena.copyName(reference, octets, nextEntry + setIndexBytes);
  });

  octets.set(description, descriptionOffset);
  octets.set(MAGIC);
  octets.set(options.hashKey, 4 * HEADER.HASH_KEY);
  words[HEADER.LAYOUT_VERSION] = LAYOUT_VERSION;
  words[HEADER.BYTE_LENGTH] = byteLength;
  words[HEADER.ENTRY_COUNT] = index.count;
  words[HEADER.FILTER_WORDS] = filterWords;
  words[HEADER.HOME_SLOTS] = homeSlots;
  words[HEADER.SLOT_COUNT] = slotCount;
  words[HEADER.PROBE_MAX] = probeMax;
  words[HEADER.SET_COUNT] = usedSets.size;
  words[HEADER.SET_INDEX_BYTES] = setIndexBytes;
  words[HEADER.NAME_BYTES] = nameBytes;
  words[HEADER.DESCRIPTION_BYTES] = description.length;
  words.set(tableChecksum(words, HEADER.BYTE_LENGTH), HEADER.CHECKSUM);
  return buffer;
}

/** Where the last name ends up and how far any is pushed. One slot stays free at the end, so a table is never empty. */
function measureSlots(index: NameIndex, homeSlots: number): { slotCount: number; probeMax: number } {
  let nextSlot = 0;
  let probeMax = 0;
  index.forEach((hash) => {
    const home = rangeOf(hash, homeSlots);
    const slot = Math.max(nextSlot, home);
    probeMax = Math.max(probeMax, slot - home);
    nextSlot = slot + 1;
  });
  // About 100 for millions of names; only someone who knows the key could choose names for more.
  if (probeMax > PROBE_LIMIT) throw new Error('the names of the lists collide: choose another hash key');
  return { slotCount: Math.max(nextSlot, homeSlots) + 1, probeMax };
}

/** Sets on the way to larger ones are left behind; those in use are numbered in the order of their first name. */
function numberUsedSets(index: NameIndex): Map<number, number> {
  const places = new Map<number, number>();
  index.forEach((_hash, _reference, set) => {
    if (!places.has(set)) places.set(set, places.size);
  });
  return places;
}

function describe(options: BuildOptions): string {
  const sources = options.sources.map(({ name, kind, action }) => ({ name, kind, action }));
  return JSON.stringify({ contentId: options.contentId, sources } satisfies Description);
}
