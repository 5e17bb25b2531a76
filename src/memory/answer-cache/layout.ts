// Where everything lies in the cache's SharedArrayBuffer; README.md has the picture. All positions are in 32-bit words of one
// Int32Array over the whole buffer; an arena is cut into units of two words.

export const CACHE_MIN_BYTES = 65_536;
/** A larger budget is used up to here: word indexes stay below 2^30. */
export const CACHE_MAX_BYTES = 2 ** 32;

export const UNIT_WORDS = 2;
const UNIT_BYTES = 8;
const LINE_BYTES = 64;
const LINE_WORDS = 16;

/** A stripe of this size holds the largest entry (74,024 bytes) beside its index. */
const STRIPE_MIN_BYTES = 131_072;
/** 20 bits of an index slot name a unit. */
const STRIPE_MAX_BYTES = 2 ** 20 * UNIT_BYTES;
const STRIPES_WANTED = 256;
/** One bucket of 12 slots to so much arena: half to two thirds full with ordinary answers (about 200 bytes an entry). */
const ARENA_BYTES_PER_BUCKET = 1408;

/** Header words, all written once by createAnswerCache. */
const MAGIC_AT = 0;
const VERSION_AT = 1;
const STRIPE_COUNT_AT = 2;
const STRIPE_LINES_AT = 3;
const CHECKSUM_KEY_AT = 4;
export const CHECKSUM_KEY_WORDS = 4;
/** The nursery's share (low 16 bits) and its complement (high 16 bits): one flipped bit does not go unnoticed. */
const NURSERY_AT = 8;
const MAGIC = 0x536f_416e; // "SoAn"
const VERSION = 2;

/** Where new answers prove themselves, in thousandths of the arena. Chosen by measurement: docs/decisions/005-eviction-rule.md. */
const NURSERY_PERMILLE = 200;
const NURSERY_PERMILLE_MAX = 500;

/** Words of a stripe's first line; all but the owner belong to whoever holds the stripe. */
export const STRIPE = {
  /** Thread slot of the writer at work, 0: nobody. */
  OWNER: 0,
  /** Times the stripe was emptied because its own bookkeeping made no sense. */
  DAMAGE: 1,
  /** Cursors of the ring of new answers. */
  NURSERY: 4,
  /** Cursors of the ring of answers worth keeping. */
  MAIN: 8,
  /** First bucket. */
  INDEX: LINE_WORDS,
} as const;

/** Words of a ring's cursors. */
export const RING = {
  /** Unit at which the next entry is written. */
  HEAD: 0,
  /** First unit of the former lap that has not been swept yet. */
  SWEEP: 1,
  /** Unit at which the former lap ended. */
  LIMIT: 2,
} as const;

/** A bucket is one cache line: 12 slots, a mark of one byte for each, 4 bytes of memory; marks and memory are the eviction rule's. */
export const BUCKET_WORDS = LINE_WORDS;
export const BUCKET_SLOTS = 12;
export const BUCKET_MEMORY_BYTES = 4;

/** A slot is tag (12 bits, never 0) and unit (20 bits); 0 is empty. */
export const TAG_SHIFT = 20;
export const UNIT_MASK = (1 << TAG_SHIFT) - 1;

export interface CacheLayout {
  readonly byteLength: number;
  /** A power of two. */
  readonly stripeCount: number;
  readonly stripeWords: number;
  /** Buckets in each stripe. */
  readonly bucketCount: number;
  /** Distance of the arena from its stripe's first word. */
  readonly arenaOffset: number;
  readonly arenaUnits: number;
  /** The arena's first units are the nursery, the others the main ring. */
  readonly nurseryUnits: number;
  /** What the main ring holds. */
  readonly entryUnitsMax: number;
}

/** Divides a budget; uses it up to less than one line a stripe. `nurseryPermille`: for benches that compare rules. */
export function planLayout(maxBytes: number, nurseryPermille: number = NURSERY_PERMILLE): CacheLayout {
  const budget = Math.min(maxBytes, CACHE_MAX_BYTES);
  let stripeCount = 1;
  while (
    budget / stripeCount > STRIPE_MAX_BYTES ||
    (stripeCount < STRIPES_WANTED && splitsFurther(budget, stripeCount))
  ) {
    stripeCount *= 2;
  }
  return layoutOf(stripeCount, Math.floor((budget - LINE_BYTES) / stripeCount / LINE_BYTES), nurseryPermille);
}

function splitsFurther(budget: number, stripeCount: number): boolean {
  return budget / (stripeCount * 2) >= STRIPE_MIN_BYTES;
}

function layoutOf(stripeCount: number, stripeLines: number, nurseryPermille: number): CacheLayout {
  const stripeBytes = stripeLines * LINE_BYTES;
  const bucketCount = Math.floor((stripeBytes - LINE_BYTES) / (ARENA_BYTES_PER_BUCKET + LINE_BYTES));
  const indexEnd = LINE_BYTES + bucketCount * LINE_BYTES;
  const arenaUnits = (stripeBytes - indexEnd) / UNIT_BYTES;
  const nurseryUnits = Math.floor((arenaUnits * nurseryPermille) / 1000);
  return {
    byteLength: LINE_BYTES + stripeCount * stripeBytes,
    stripeCount,
    stripeWords: stripeLines * LINE_WORDS,
    bucketCount,
    arenaOffset: indexEnd / 4,
    arenaUnits,
    nurseryUnits,
    entryUnitsMax: arenaUnits - nurseryUnits,
  };
}

export function stripeAt(layout: CacheLayout, stripe: number): number {
  return LINE_WORDS + stripe * layout.stripeWords;
}

/** Writes the header into a buffer of zeros. */
export function writeHeader(buffer: SharedArrayBuffer, layout: CacheLayout, checksumKey: Int32Array): void {
  const header = new Int32Array(buffer, 0, LINE_WORDS);
  header[MAGIC_AT] = MAGIC;
  header[VERSION_AT] = VERSION;
  header[STRIPE_COUNT_AT] = layout.stripeCount;
  header[STRIPE_LINES_AT] = layout.stripeWords / LINE_WORDS;
  header.set(checksumKey, CHECKSUM_KEY_AT);
  const permille = Math.ceil((layout.nurseryUnits * 1000) / layout.arenaUnits);
  header[NURSERY_AT] = permille | (~permille << 16);
}

/** The layout that the header tells. Throws TypeError when this is not an answer cache of this version and size. */
export function readHeader(buffer: SharedArrayBuffer): { layout: CacheLayout; checksumKey: Int32Array<ArrayBuffer> } {
  if (buffer.byteLength < CACHE_MIN_BYTES - LINE_BYTES) {
    throw new TypeError(`not an answer cache: ${buffer.byteLength} bytes are too few`);
  }
  const header = new Int32Array(buffer, 0, LINE_WORDS);
  if (header[MAGIC_AT] !== MAGIC || header[VERSION_AT] !== VERSION) {
    throw new TypeError(`not an answer cache of version ${VERSION}`);
  }
  const stripeCount = header[STRIPE_COUNT_AT]!;
  const nursery = header[NURSERY_AT]!;
  const nurseryPermille = nursery & 0xffff;
  const layout = layoutOf(stripeCount, header[STRIPE_LINES_AT]!, nurseryPermille);
  const isPowerOfTwo = stripeCount > 0 && (stripeCount & (stripeCount - 1)) === 0;
  const sizesFit = layout.byteLength === buffer.byteLength && layout.arenaUnits <= UNIT_MASK + 1;
  const nurseryFits = nursery >>> 16 === (~nurseryPermille & 0xffff) && nurseryPermille <= NURSERY_PERMILLE_MAX;
  if (!isPowerOfTwo || !sizesFit || !nurseryFits) {
    throw new TypeError(`answer cache of ${buffer.byteLength} bytes whose header tells of other sizes`);
  }
  return {
    layout,
    checksumKey: Int32Array.from(header.subarray(CHECKSUM_KEY_AT, CHECKSUM_KEY_AT + CHECKSUM_KEY_WORDS)),
  };
}
