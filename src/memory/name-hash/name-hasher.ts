// Hashes every suffix of a name once per query; the block table and the answer cache both use the result. One per thread.
//
// HalfSipHash-1-3 with a 64-bit result. The message hashed for a suffix is read from the root leftwards, so that a longer
// suffix continues where its parent stopped:
//
//   key[8..15] | label nearest the root | next label | …        each label: length octet, octets, zeros up to a multiple of 4
//
// key[0..7] is HalfSipHash's own key; the other half of the key is the message's first two words, absorbed once in the
// constructor: 16 secret octets at no cost per name. Each label's length octet keeps the padding unambiguous.
//
// The half that is drawn first is called high. The block table needs no more, so a parent's other half is never drawn.

export const HASH_KEY_BYTES = 16;
const LABELS_MAX = 128;

const KEY_PREFIX_BYTES = 8;

/**
 * Reusable, one per thread. After `hash(name, length)`, index i (0 .. labelCount-1) describes the suffix made of the last
 * i+1 labels: index 0 is the top-level domain, index labelCount-1 the whole name. `fullIndex` is -1 for the root name.
 * The hash is keyed (HalfSipHash-1-3, 64-bit result) per installation, so that nobody outside can choose colliding names.
 */
export class NameHasher {
  labelCount = 0;
  /** Offset in the name at which suffix i starts. */
  readonly suffixOffset: Uint8Array<ArrayBuffer> = new Uint8Array(LABELS_MAX);
  /** High 32 bits, signed. */
  readonly high: Int32Array<ArrayBuffer> = new Int32Array(LABELS_MAX);
  /** Low 32 bits of the whole name's hash, signed; 0 for the root. */
  fullLow = 0;

  /** The state v0..v3 after both halves of the key. */
  readonly #start: Int32Array;
  /** Where each label starts, leftmost first. */
  readonly #labelOffset = new Uint8Array(LABELS_MAX);

  /** `key`: 16 octets, secret. Throws RangeError on another length. */
  constructor(key: Uint8Array) {
    if (key.length !== HASH_KEY_BYTES) throw new RangeError(`a name hash key has ${HASH_KEY_BYTES} octets`);
    this.#start = keyedState(key);
  }

  /** Another one of the same key, for other names. */
  another(): NameHasher {
    const other = new NameHasher(new Uint8Array(HASH_KEY_BYTES));
    other.#start.set(this.#start);
    return other;
  }

  /** Index of the whole name, -1 for the root. */
  get fullIndex(): number {
    return this.labelCount - 1;
  }

  /** High half of the whole name's hash, 0 for the root. */
  get fullHigh(): number {
    return this.labelCount === 0 ? 0 : this.high[this.labelCount - 1]!;
  }

  /** `name`: lower-cased uncompressed wire name at offset 0, `length` octets with its root octet. */
  hash(name: Uint8Array, length: number): void {
    const labelOffset = this.#labelOffset;
    const { suffixOffset, high } = this;
    const start = this.#start;
    const nameEnd = length - 1;
    let labelCount = 0;
    for (let offset = 0; offset < nameEnd && labelCount < LABELS_MAX; labelCount++) {
      labelOffset[labelCount] = offset;
      offset += 1 + name[offset]!;
    }
    this.labelCount = labelCount;

    let v0 = start[0]!;
    let v1 = start[1]!;
    let v2 = start[2]!;
    let v3 = start[3]!;
    let absorbedBytes = KEY_PREFIX_BYTES;
    let labelEnd = nameEnd;
    for (let suffix = 0; suffix < labelCount; suffix++) {
      const labelStart = labelOffset[labelCount - 1 - suffix]!;
      for (let offset = labelStart; offset < labelEnd; offset += 4) {
        let word = name[offset]! | (name[offset + 1]! << 8) | (name[offset + 2]! << 16) | (name[offset + 3]! << 24);
        // What was read past the label belongs to its parent (or to nobody): it becomes the padding.
        const excessBytes = offset + 4 - labelEnd;
        if (excessBytes > 0) word &= -1 >>> (excessBytes << 3);
        v3 ^= word;
        // One SipRound, in locals.
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
        v0 ^= word;
        absorbedBytes += 4;
      }
      suffixOffset[suffix] = labelStart;
      const closing = absorbedBytes << 24;
      if (labelStart === 0) this.#drawBoth(suffix, closing, v0, v1, v2, v3);
      else high[suffix] = drawFirst(closing, v0, v1, v2, v3);
      labelEnd = labelStart;
    }
    if (labelCount === 0) this.fullLow = 0;
  }

  /** What `drawFirst` does for the whole name, and the second half of its hash. */
  #drawBoth(suffix: number, closing: number, v0: number, v1: number, v2: number, v3: number): void {
    v3 ^= closing;
    for (let round = 0; round <= 6; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      if (round === 0) {
        v0 ^= closing;
        v2 ^= 0xee;
      } else if (round === 3) {
        this.high[suffix] = v1 ^ v3;
        v1 ^= 0xdd;
      }
    }
    this.fullLow = v1 ^ v3;
  }
}

/** Absorbs the closing word, then draws the first half of the result, from a copy of the running state. */
function drawFirst(closing: number, v0: number, v1: number, v2: number, v3: number): number {
  v3 ^= closing;
  for (let round = 0; round <= 3; round++) {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    if (round === 0) {
      v0 ^= closing;
      v2 ^= 0xee;
    }
  }
  return v1 ^ v3;
}

/** The state v0..v3 once the whole key is absorbed. Not hot, so its SipRound works on an array. */
function keyedState(key: Uint8Array): Int32Array {
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  const key0 = view.getInt32(0, true);
  const key1 = view.getInt32(4, true);
  // 0xee marks the variant with a 64-bit result.
  const state = Int32Array.of(key0, key1 ^ 0xee, 0x6c796765 ^ key0, 0x74656462 ^ key1);
  for (let offset = KEY_PREFIX_BYTES; offset < HASH_KEY_BYTES; offset += 4) {
    const word = view.getInt32(offset, true);
    state[3]! ^= word;
    sipRound(state);
    state[0]! ^= word;
  }
  return state;
}

function sipRound(v: Int32Array): void {
  v[0]! += v[1]!;
  v[1] = rotateLeft(v[1]!, 5) ^ v[0]!;
  v[0] = rotateLeft(v[0]!, 16);
  v[2]! += v[3]!;
  v[3] = rotateLeft(v[3]!, 8) ^ v[2]!;
  v[0]! += v[3]!;
  v[3] = rotateLeft(v[3]!, 7) ^ v[0]!;
  v[2]! += v[1]!;
  v[1] = rotateLeft(v[1]!, 13) ^ v[2]!;
  v[2] = rotateLeft(v[2]!, 16);
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
