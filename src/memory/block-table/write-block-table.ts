// Lays the collected names out (block-table-layout.ts, README.md): from the first octet to the last, so that a table can go to
// a file piece by piece and never stands in memory beside the names it is made of.

import {
  ADDRESS_WORDS,
  FILTER_BITS_PER_NAME,
  FILTER_WORD_BITS,
  HEADER,
  HEADER_BYTES,
  ITEM_WORDS,
  LAYOUT_VERSION,
  MAGIC,
  PROBE_LIMIT,
  rangeOf,
  SLOT_BYTES,
  SLOT_WORDS,
} from './block-table-layout.ts';
import { BlockTableTooLarge } from './name-arena.ts';
import type { NameIndex } from './name-index.ts';
import type { TableDescription } from './table-description.ts';
import { type PlaceOctets, TablePieces } from './table-pieces.ts';

/** Names per home slot: 3 slots are read on average to find a name; at 0.9 it would be 5.5, for 1 octet a name less. */
const LOAD = 0.8;
const BYTES_MAX = 0xffff_fff8;
/** Slots are filled so many at a time. */
const WINDOW_SLOTS = 8192;

export interface TableContent {
  readonly hashKey: Uint8Array;
  readonly description: TableDescription;
  /** Names with the numbers of their sets. */
  readonly index: NameIndex;
  /** One for each set, and one for the end. */
  readonly starts: Uint32Array;
  readonly items: Uint32Array;
  readonly addresses: Uint32Array;
}

/** `open` is told the size of the table and says where its octets go; every octet is placed, the header last. */
export function writeBlockTable(content: TableContent, open: (byteLength: number) => PlaceOctets): void {
  const { index, starts, items, addresses } = content;
  const { arena } = index;
  const homeSlots = Math.max(1, Math.ceil(index.count / LOAD));
  const { slotCount, probeMax } = measureSlots(index, homeSlots);
  const description = new TextEncoder().encode(describe(content.description));

  // An even number of words keeps each slot within one cache line.
  const filterWords = 2 * Math.max(1, Math.ceil((FILTER_BITS_PER_NAME * index.count) / (2 * FILTER_WORD_BITS)));
  const slotsOffset = HEADER_BYTES + 4 * filterWords;
  const setsOffset = slotsOffset + SLOT_BYTES * slotCount;
  const namesOffset = setsOffset + starts.byteLength + items.byteLength + addresses.byteLength;
  const descriptionOffset = namesOffset + arena.byteLength;
  const byteLength = Math.ceil((descriptionOffset + description.length) / 8) * 8;
  if (byteLength > BYTES_MAX) {
    throw new BlockTableTooLarge(`a block table of ${byteLength} octets; offsets reach to ${BYTES_MAX}`);
  }

  const header = new Uint32Array(HEADER_BYTES / 4);
  const headerOctets = new Uint8Array(header.buffer);
  headerOctets.set(MAGIC);
  headerOctets.set(content.hashKey, 4 * HEADER.HASH_KEY);
  header[HEADER.LAYOUT_VERSION] = LAYOUT_VERSION;
  header[HEADER.BYTE_LENGTH] = byteLength;
  header[HEADER.ENTRY_COUNT] = index.count;
  header[HEADER.FILTER_WORDS] = filterWords;
  header[HEADER.HOME_SLOTS] = homeSlots;
  header[HEADER.SLOT_COUNT] = slotCount;
  header[HEADER.PROBE_MAX] = probeMax;
  header[HEADER.SET_COUNT] = starts.length - 1;
  header[HEADER.ITEM_COUNT] = items.length / ITEM_WORDS;
  header[HEADER.ADDRESS_COUNT] = addresses.length / ADDRESS_WORDS;
  header[HEADER.SET_INDEX_BYTES] = arena.setIndexBytes;
  header[HEADER.NAME_BYTES] = arena.byteLength;
  header[HEADER.DESCRIPTION_BYTES] = description.length;

  const pieces = new TablePieces(byteLength, header, open(byteLength));
  pieces.append(octetsOf(makeFilter(index, filterWords)));
  appendSlots(pieces, index, homeSlots, slotCount, namesOffset);
  for (const section of [starts, items, addresses]) pieces.append(octetsOf(section));
  for (const piece of arena.pieces()) pieces.append(piece);
  pieces.append(description);
  pieces.finish();
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

function makeFilter(index: NameIndex, filterWords: number): Uint32Array {
  const filter = new Uint32Array(filterWords);
  index.forEach((hash) => {
    const bit = rangeOf(hash, FILTER_WORD_BITS * filterWords);
    filter[bit >>> 5]! |= 1 << (bit & 31);
  });
  return filter;
}

function appendSlots(
  pieces: TablePieces,
  index: NameIndex,
  homeSlots: number,
  slotCount: number,
  namesOffset: number,
): void {
  const window = new Uint32Array(SLOT_WORDS * WINDOW_SLOTS);
  let firstSlot = 0;
  let nextSlot = 0;
  const appendWindow = (slots: number) => {
    pieces.append(octetsOf(window.subarray(0, SLOT_WORDS * slots)));
    window.fill(0);
    firstSlot += slots;
  };
  index.forEach((hash, reference) => {
    const slot = Math.max(nextSlot, rangeOf(hash, homeSlots));
    while (slot >= firstSlot + WINDOW_SLOTS) appendWindow(WINDOW_SLOTS);
    window[SLOT_WORDS * (slot - firstSlot)] = hash;
    window[SLOT_WORDS * (slot - firstSlot) + 1] = namesOffset + reference;
    nextSlot = slot + 1;
  });
  while (firstSlot < slotCount) appendWindow(Math.min(WINDOW_SLOTS, slotCount - firstSlot));
}

function octetsOf(view: Uint32Array): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Named one by one: what else a caller's objects carry is not for the table. */
function describe({ contentId, sources, conditions, responses, patterns }: TableDescription): string {
  const bareSources = sources.map(({ name, kind, tier }) => ({ name, kind, tier }));
  return JSON.stringify({
    contentId,
    sources: bareSources,
    conditions,
    responses,
    patterns,
  } satisfies TableDescription);
}
