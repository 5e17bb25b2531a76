// Who may ask: address ranges, compared as numbers.

import { isMappedIpv4 } from '../wire/ip-address.ts';

export { parseAccessEntry } from './access-entry.ts';

export interface AddressRange {
  /** 16 octets; IPv4 as ::ffff:a.b.c.d. */
  readonly address: Uint8Array;
  /** 0 to 128, counted in the 16-octet form. */
  readonly prefixBits: number;
}

const ADDRESS_WORDS = 4;
/** Where each of them begins. */
const WORD_BITS = [0, 32, 64, 96];
const MAPPED_PREFIX_BITS = 96;
/** The third word of ::ffff:0:0/96; the first two are 0. */
const MAPPED_WORD = 0xffff;

export class AccessList {
  /** Of each range inside ::ffff:0:0/96: its last 32 bits and their mask. */
  readonly #ipv4Networks: Int32Array;
  readonly #ipv4Masks: Int32Array;
  /** Of each range, four words. */
  readonly #networks: Int32Array;
  readonly #masks: Int32Array;

  constructor(ranges: readonly AddressRange[]) {
    const ipv4 = ranges.filter(isIpv4Range);
    this.#ipv4Masks = Int32Array.from(ipv4, ({ prefixBits }) => mask(prefixBits - MAPPED_PREFIX_BITS));
    this.#ipv4Networks = Int32Array.from(ipv4, ({ address }, index) => word(address, 12) & this.#ipv4Masks[index]!);
    const others = ranges.filter((range) => !isIpv4Range(range));
    this.#masks = Int32Array.from(others.flatMap(({ prefixBits }) => WORD_BITS.map((bits) => mask(prefixBits - bits))));
    const words = others.flatMap(({ address }) => WORD_BITS.map((bits) => word(address, bits / 8)));
    this.#networks = Int32Array.from(words, (value, index) => value & this.#masks[index]!);
  }

  /** `address`: 16 octets. Allocates nothing. */
  permits(address: Uint8Array): boolean {
    const word0 = word(address, 0);
    const word1 = word(address, 4);
    const word2 = word(address, 8);
    const word3 = word(address, 12);
    if (word0 === 0 && word1 === 0 && word2 === MAPPED_WORD) {
      const networks = this.#ipv4Networks;
      for (let index = 0; index < networks.length; index++) {
        if ((word3 & this.#ipv4Masks[index]!) === networks[index]) return true;
      }
    }
    const networks = this.#networks;
    const masks = this.#masks;
    for (let index = 0; index < networks.length; index += ADDRESS_WORDS) {
      if (
        (word0 & masks[index]!) === networks[index] &&
        (word1 & masks[index + 1]!) === networks[index + 1] &&
        (word2 & masks[index + 2]!) === networks[index + 2] &&
        (word3 & masks[index + 3]!) === networks[index + 3]
      ) {
        return true;
      }
    }
    return false;
  }
}

/** Whether every address of `range` is in one of `ranges`. What only several of them cover together counts as outside. */
export function isRangeWithin(range: AddressRange, ranges: readonly AddressRange[]): boolean {
  return ranges.some(({ address, prefixBits }) => {
    if (prefixBits > range.prefixBits) return false;
    return WORD_BITS.every((bits) => {
      const differing = word(address, bits / 8) ^ word(range.address, bits / 8);
      return (differing & mask(prefixBits - bits)) === 0;
    });
  });
}

function isIpv4Range({ address, prefixBits }: AddressRange): boolean {
  return prefixBits >= MAPPED_PREFIX_BITS && isMappedIpv4(address);
}

function word(address: Uint8Array, offset: number): number {
  return (address[offset]! << 24) | (address[offset + 1]! << 16) | (address[offset + 2]! << 8) | address[offset + 3]!;
}

/** The first `bits` bits of a word; none below 0, all from 32 on. */
function mask(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : -1 << (32 - bits);
}
