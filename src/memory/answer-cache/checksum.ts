// The 64-bit checksum that seals an entry. Keyed with random words of the cache, so that no message content sent by a peer can
// pass for a sealed entry. Four lanes run side by side; every step is a bijection of its lane, so a single changed word always
// changes the result. Copying and checking are one pass, because each word of shared memory may be read only once.

const WORD_FACTOR = 0x9e37_79b9 | 0;
const LANE_FACTOR = 0x2c1b_3c6d | 0;

/** One step of one lane; also good for a short run of words that is read by other code. */
export function mixWord(lane: number, word: number): number {
  const sum = (lane + Math.imul(word, WORD_FACTOR)) | 0;
  return Math.imul((sum << 13) | (sum >>> 19), LANE_FACTOR);
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
  readonly #lanes: Int32Array<ArrayBuffer> = new Int32Array(4);

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
    const lanes = this.#lanes;
    const key = this.#key;
    lanes[0] = mixWord(mixWord(key[0]!, word0), word4);
    lanes[1] = mixWord(mixWord(key[1]!, word1), word5);
    lanes[2] = mixWord(mixWord(key[2]!, word2), word6);
    lanes[3] = mixWord(mixWord(key[3]!, word3), word7);
  }

  /** Copies `count` words and mixes what was copied. */
  copy(
    source: Int32Array<ArrayBufferLike>,
    sourceStart: number,
    target: Int32Array<ArrayBufferLike>,
    targetStart: number,
    count: number,
  ): void {
    const lanes = this.#lanes;
    let first = lanes[0]!;
    let second = lanes[1]!;
    let third = lanes[2]!;
    let fourth = lanes[3]!;
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
    lanes[0] = first;
    lanes[1] = second;
    lanes[2] = third;
    lanes[3] = fourth;
  }

  low(): number {
    const lanes = this.#lanes;
    const left = (rotate(lanes[0]!, 1) + rotate(lanes[1]!, 7)) | 0;
    const right = (rotate(lanes[2]!, 12) + rotate(lanes[3]!, 18)) | 0;
    return avalanche((left + right) | 0);
  }

  high(): number {
    const lanes = this.#lanes;
    return avalanche(lanes[0]! ^ rotate(lanes[1]!, 9) ^ rotate(lanes[2]!, 17) ^ rotate(lanes[3]!, 25));
  }
}
