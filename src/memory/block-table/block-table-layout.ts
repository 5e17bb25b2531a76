// Where everything lies in a block table's buffer; README.md has the picture. Shared by the writer and the readers.
//
//   header | filter | slots | source sets | names | description (JSON) | zeros up to a multiple of 8
//
// Words are 32 bits in the machine's own byte order. A table written on a machine of the other order shows another layout
// version and is refused.

export const LAYOUT_VERSION = 2;

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
  SET_INDEX_BYTES: 12,
  NAME_BYTES: 13,
  DESCRIPTION_BYTES: 14,
  /** Four words, then one spare. */
  HASH_KEY: 15,
} as const;

export const HEADER_BYTES = 80;

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

/** A source set has one field per precedence class and scope. */
export const SET_FIELDS = 8;
export const SET_BYTES = 2 * SET_FIELDS;

/**
 * First field of each class; + 0 for the exact scope, + 1 for the subtree scope. A field holds 1 + the index of the first
 * source, in configured order, that names the name this way; 0 for none.
 */
export const CLASS_FIELD = { RULE_ALLOW: 0, RULE_BLOCK: 2, LIST_ALLOW: 4, LIST_BLOCK: 6 } as const;
export const EXACT = 0;
export const SUBTREE = 1;

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
