// Where everything lies in a block table's buffer; README.md has the picture. Shared by the writer and the readers.
//
//   header | filter | slots | set starts | items | addresses | names | description (JSON) | zeros up to a multiple of 8
//
// Words are 32 bits in the machine's own byte order. A table written on a machine of the other order shows another layout
// version and is refused.

export const LAYOUT_VERSION = 3;

/** "SOTTO-BT" as octets. */
export const MAGIC: readonly number[] = [0x53, 0x4f, 0x54, 0x54, 0x4f, 0x2d, 0x42, 0x54];

/** Index of each header word. The checksum covers every word from `BYTE_LENGTH` to the end of the buffer. */
export const HEADER = {
  MAGIC: 0,
  LAYOUT_VERSION: 2,
  CHECKSUM: 3,
  BYTE_LENGTH: 5,
  ENTRY_COUNT: 6,
  FILTER_WORDS: 7,
  HOME_SLOTS: 8,
  SLOT_COUNT: 9,
  PROBE_MAX: 10,
  SET_COUNT: 11,
  ITEM_COUNT: 12,
  ADDRESS_COUNT: 13,
  SET_INDEX_BYTES: 14,
  NAME_BYTES: 15,
  DESCRIPTION_BYTES: 16,
  /** Four words, then one spare. */
  HASH_KEY: 17,
} as const;

export const HEADER_BYTES = 88;

/**
 * Bit i of the filter is set if a hash lies in the i-th of as many equal ranges: a name that is not listed mostly ends here,
 * at one bit in a part of the table small enough for the CPU's cache. With 8 bits a name, one of nine passes in vain.
 */
export const FILTER_BITS_PER_NAME = 8;
export const FILTER_WORD_BITS = 32;

/** Hash word, then the offset in the buffer of the name's entry; 0 (the header stands there) marks a free slot. */
export const SLOT_BYTES = 8;
export const SLOT_WORDS = 2;

/** No slot lies farther than this from its home: the bound of a probe, whatever the buffer holds. */
export const PROBE_LIMIT = 4096;

/**
 * A set is the run of items between its start and the next one's; the starts are counted in items. Set 0 has none. Items stand in the
 * order in which they are asked: by rank, then by source.
 */
export const SET_START_BYTES = 4;
export const EMPTY_SET = 0;

/**
 * An item is a rule without its name: rank, scope and source in one word, then the numbers of its condition and its response in the
 * description, from 1; 0 for none.
 */
export const ITEM_WORDS = 3;
export const ITEM_BYTES = 4 * ITEM_WORDS;
export const ITEM = { RULE: 0, CONDITION: 1, RESPONSE: 2 } as const;

/** In an item's first word: rank in the lowest bits, then the scope, then the source. */
export const RANK_MASK = 0xf;
export const SCOPE_SHIFT = 4;
export const SCOPE_MASK = 0x3;
export const SOURCE_SHIFT = 8;

/**
 * An address that begins a range, as 16 octets in four words, highest first (IPv4 as ::ffff:a.b.c.d), then the set of the range, which
 * reaches to the next such address. In rising order.
 */
export const ADDRESS_WORDS = 5;
export const ADDRESS_BYTES = 4 * ADDRESS_WORDS;

/** Conditions, responses and patterns: so many of each. They are read on every thread. */
export const DESCRIBED_MAX = 0xffff;
/** Different rules, names aside. */
export const ITEMS_MAX = 1 << 20;

export const SOURCES_MAX = 0xfffe;

/**
 * In which of `count` equal ranges an unsigned 32-bit hash lies: its home slot, its bit in the filter. Rises with the hash,
 * so slots filled in hash order stay in hash order. Scaling by a power of two is exact, hence only the product rounds, and
 * that is monotonic too; readers that scale first get the same.
 */
export function rangeOf(hash: number, count: number): number {
  return Math.floor(hash * (count / HASH_RANGE));
}

export const HASH_RANGE = 0x1_0000_0000;
