// The 64-bit checksum that seals an entry. Keyed with random words of the cache, so that no message content sent by a peer can
// pass for a sealed entry. Four lanes run side by side; every step is a bijection of its lane, so a single changed word always
// changes the result. Copying and checking are one pass, because each word of shared memory may be read only once.

const LANE_FACTOR = 0x2c1b_3c6d | 0;

/** One step of one lane; also good for a short run of words that is read by other code. */
export function mixWord(lane: number, word: number): number {
  const mixed = lane ^ word;
  return Math.imul((mixed << 13) | (mixed >>> 19), LANE_FACTOR);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function avalanche(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x7feb_352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846c_a68b | 0);
  return mixed ^ (mixed >>> 16);
}

/** Reusable, one per thread and cache: start with the header, copy the rest in the order of the entry, read both halves. */
export class Checksum {
  readonly #key: Int32Array<ArrayBuffer>;
  #first = 0;
  #second = 0;
  #third = 0;
  #fourth = 0;

  /** `key`: four secret words. */
  constructor(key: Int32Array<ArrayBuffer>) {
    this.#key = key;
  }

  /** Begins with the eight words of a header. */
  start(
    word0: number,
    word1: number,
    word2: number,
    word3: number,
    word4: number,
    word5: number,
    word6: number,
    word7: number,
  ): void {
    const key = this.#key;
    this.#first = mixWord(mixWord(key[0]!, word0), word4);
    this.#second = mixWord(mixWord(key[1]!, word1), word5);
    this.#third = mixWord(mixWord(key[2]!, word2), word6);
    this.#fourth = mixWord(mixWord(key[3]!, word3), word7);
  }

  /** Copies `count` words and mixes what was copied. */
  copy(
    source: Int32Array<ArrayBufferLike>,
    sourceStart: number,
    target: Int32Array<ArrayBufferLike>,
    targetStart: number,
    count: number,
  ): void {
    let first = this.#first;
    let second = this.#second;
    let third = this.#third;
    let fourth = this.#fourth;
    let from = sourceStart;
    let to = targetStart;
    for (const end = sourceStart + (count & ~3); from < end; from += 4, to += 4) {
      const word0 = source[from]!;
      const word1 = source[from + 1]!;
      const word2 = source[from + 2]!;
      const word3 = source[from + 3]!;
      target[to] = word0;
      target[to + 1] = word1;
      target[to + 2] = word2;
      target[to + 3] = word3;
      first = mixWord(first, word0);
      second = mixWord(second, word1);
      third = mixWord(third, word2);
      fourth = mixWord(fourth, word3);
    }
    for (const end = sourceStart + count; from < end; from++, to++) {
      const word = source[from]!;
      target[to] = word;
      first = mixWord(first, word);
    }
    this.#first = first;
    this.#second = second;
    this.#third = third;
    this.#fourth = fourth;
  }

  low(): number {
    const left = (rotate(this.#first, 1) + rotate(this.#second, 7)) | 0;
    const right = (rotate(this.#third, 12) + rotate(this.#fourth, 18)) | 0;
    return avalanche((left + right) | 0);
  }

  high(): number {
    return avalanche(this.#first ^ rotate(this.#second, 9) ^ rotate(this.#third, 17) ^ rotate(this.#fourth, 25));
  }
}
