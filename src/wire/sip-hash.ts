// SipHash-2-4 with a 64-bit result, in halves of 32 bits: the hash of server cookies (RFC 9018 section 4.4). V8 has no 64-bit
// integers that cost nothing; halves in locals do.

export const SIP_HASH_KEY_BYTES = 16;
export const SIP_HASH_BYTES = 8;

const ROUNDS_PER_BLOCK = 2;
const FINAL_ROUNDS = 4;

/** Writes the 8 octets of the hash of `message` [0, length) to `out` at `offset`. `key`: 16 octets. Allocates nothing. */
export function sipHash(key: Uint8Array, message: Uint8Array, length: number, out: Uint8Array, offset: number): void {
  const key0Low = readLittleEndian(key, 0, SIP_HASH_KEY_BYTES);
  const key0High = readLittleEndian(key, 4, SIP_HASH_KEY_BYTES);
  const key1Low = readLittleEndian(key, 8, SIP_HASH_KEY_BYTES);
  const key1High = readLittleEndian(key, 12, SIP_HASH_KEY_BYTES);
  // "somepseudorandomlygeneratedbytes", as the paper has it.
  let v0Low = key0Low ^ 0x70736575;
  let v0High = key0High ^ 0x736f6d65;
  let v1Low = key1Low ^ 0x6e646f6d;
  let v1High = key1High ^ 0x646f7261;
  let v2Low = key0Low ^ 0x6e657261;
  let v2High = key0High ^ 0x6c796765;
  let v3Low = key1Low ^ 0x79746573;
  let v3High = key1High ^ 0x74656462;
  // The last block ends in the length; behind it comes one without octets, which closes the hash.
  const closing = (length >>> 3) + 1;
  for (let block = 0; block <= closing; block++) {
    let low = 0;
    let high = 0;
    if (block < closing) {
      low = readLittleEndian(message, block * 8, length);
      high = readLittleEndian(message, block * 8 + 4, length);
      if (block === closing - 1) high |= length << 24;
    } else {
      v2Low ^= 0xff;
    }
    v3Low ^= low;
    v3High ^= high;
    const rounds = block < closing ? ROUNDS_PER_BLOCK : FINAL_ROUNDS;
    for (let round = 0; round < rounds; round++) {
      let sum = (v0Low + v1Low) | 0;
      v0High = (v0High + v1High + carryOf(sum, v1Low)) | 0;
      v0Low = sum;
      let turned = (v1Low << 13) | (v1High >>> 19);
      v1High = ((v1High << 13) | (v1Low >>> 19)) ^ v0High;
      v1Low = turned ^ v0Low;
      turned = v0Low;
      v0Low = v0High;
      v0High = turned;

      sum = (v2Low + v3Low) | 0;
      v2High = (v2High + v3High + carryOf(sum, v3Low)) | 0;
      v2Low = sum;
      turned = (v3Low << 16) | (v3High >>> 16);
      v3High = ((v3High << 16) | (v3Low >>> 16)) ^ v2High;
      v3Low = turned ^ v2Low;

      sum = (v0Low + v3Low) | 0;
      v0High = (v0High + v3High + carryOf(sum, v3Low)) | 0;
      v0Low = sum;
      turned = (v3Low << 21) | (v3High >>> 11);
      v3High = ((v3High << 21) | (v3Low >>> 11)) ^ v0High;
      v3Low = turned ^ v0Low;

      sum = (v2Low + v1Low) | 0;
      v2High = (v2High + v1High + carryOf(sum, v1Low)) | 0;
      v2Low = sum;
      turned = (v1Low << 17) | (v1High >>> 15);
      v1High = ((v1High << 17) | (v1Low >>> 15)) ^ v2High;
      v1Low = turned ^ v2Low;
      turned = v2Low;
      v2Low = v2High;
      v2High = turned;
    }
    v0Low ^= low;
    v0High ^= high;
  }
  writeLittleEndian(out, offset, v0Low ^ v1Low ^ v2Low ^ v3Low);
  writeLittleEndian(out, offset + 4, v0High ^ v1High ^ v2High ^ v3High);
}

/** What the sum of two low halves hands on to the high ones: it has wrapped if it is less than either. */
function carryOf(sum: number, term: number): number {
  return sum >>> 0 < term >>> 0 ? 1 : 0;
}

/** Four octets from `offset` on; those at `end` and behind it count as zero. */
function readLittleEndian(bytes: Uint8Array, offset: number, end: number): number {
  let word = 0;
  for (let i = 0; i < 4 && offset + i < end; i++) word |= bytes[offset + i]! << (i << 3);
  return word;
}

function writeLittleEndian(out: Uint8Array, offset: number, word: number): void {
  out[offset] = word;
  out[offset + 1] = word >>> 8;
  out[offset + 2] = word >>> 16;
  out[offset + 3] = word >>> 24;
}
