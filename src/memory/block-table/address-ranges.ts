// Builder side: ranges of addresses with the item and the line of each, so many that an object for each would be too much. 40 octets
// a range.

const WORD_DIGITS = 8;
const WORDS = 4;
/** First address, last address (highest word first), item, line. */
const RANGE_WORDS = 2 * WORDS + 2;
const LAST = WORDS;
const ITEM = 2 * WORDS;
const LINE = ITEM + 1;
const RADIX_BITS = 8;
const WORD_BITS = 32;
const RADIX = 1 << RADIX_BITS;
const FULL_WORD = 0xffff_ffff;
const HEX = /^(?:[0-9a-f]{8}|[0-9a-f]{32})$/i;
const MAPPED_IPV4 = `${'0'.repeat(20)}ffff`;

export class AddressRanges {
  #words = new Uint32Array(64 * RANGE_WORDS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Both in hex, of 4 octets or of 16. False, and nothing added, where they are no range. */
  add(firstHex: string, lastHex: string, item: number, line = 0): boolean {
    const [first, last] = [mappedHex(firstHex), mappedHex(lastHex)];
    if (first === undefined || last === undefined || firstHex.length !== lastHex.length || first > last) return false;
    const at = RANGE_WORDS * this.#count;
    if (at === this.#words.length) this.#grow();
    writeHex(first, this.#words, at);
    writeHex(last, this.#words, at + LAST);
    this.#words[at + ITEM] = item;
    this.#words[at + LINE] = line;
    this.#count++;
    return true;
  }

  itemOf(range: number): number {
    return this.#words[RANGE_WORDS * range + ITEM]!;
  }

  lineOf(range: number): number {
    return this.#words[RANGE_WORDS * range + LINE]!;
  }

  /** Its first and its last address, 16 octets each. */
  hexOf(range: number): { readonly firstHex: string; readonly lastHex: string } {
    const at = RANGE_WORDS * range;
    return { firstHex: hexText(this.#words, at), lastHex: hexText(this.#words, at + LAST) };
  }

  /** Whether both have the same first address. */
  beginTogether(range: number, other: number): boolean {
    const [a, b] = [RANGE_WORDS * range, RANGE_WORDS * other];
    for (let word = 0; word < WORDS; word++) if (this.#words[a + word] !== this.#words[b + word]) return false;
    return true;
  }

  /** Its addresses, as a text that no other range has. */
  keyOf(range: number): string {
    const at = RANGE_WORDS * range;
    return this.#words.subarray(at, at + ITEM).join();
  }

  /** Numbers of the ranges by their first address, or by their last; equal ones as they came. */
  inOrder(of: 'first' | 'last'): Uint32Array {
    let order = new Uint32Array(this.#count);
    for (let range = 0; range < order.length; range++) order[range] = range;
    let other = new Uint32Array(this.#count);
    const lowest = (of === 'first' ? 0 : LAST) + WORDS - 1;
    for (let word = lowest; word > lowest - WORDS; word--) {
      const differing = this.#bitsThatDiffer(word);
      for (let shift = 0; shift < WORD_BITS; shift += RADIX_BITS) {
        if (((differing >>> shift) & (RADIX - 1)) === 0) continue;
        this.#sortByDigit(order, other, word, shift);
        [order, other] = [other, order];
      }
    }
    return order;
  }

  /** Whether the first address of one is behind the last one of the other. */
  beginsBehind(range: number, other: number): boolean {
    const [from, to] = [RANGE_WORDS * range, RANGE_WORDS * other + LAST];
    for (let word = 0; word < WORDS; word++) {
      const difference = this.#words[from + word]! - this.#words[to + word]!;
      if (difference !== 0) return difference > 0;
    }
    return false;
  }

  /** Writes its first address to the beginning of `to`, four words. */
  copyFirst(range: number, to: Uint32Array): void {
    const from = RANGE_WORDS * range;
    for (let word = 0; word < WORDS; word++) to[word] = this.#words[from + word]!;
  }

  /** The same with the address behind its last one. There has to be one. */
  copyBehind(range: number, to: Uint32Array): void {
    const from = RANGE_WORDS * range + LAST;
    let carries = true;
    for (let word = WORDS - 1; word >= 0; word--) {
      const value = this.#words[from + word]!;
      to[word] = carries ? value + 1 : value;
      carries &&= value === FULL_WORD;
    }
  }

  /** It has the last address that there is: nothing is behind it. */
  isEndless(range: number): boolean {
    const from = RANGE_WORDS * range + LAST;
    return this.#words.subarray(from, from + WORDS).every((word) => word === FULL_WORD);
  }

  /** In a word of all ranges: of IPv4 addresses three are the same. */
  #bitsThatDiffer(word: number): number {
    let differing = 0;
    const first = this.#words[word]!;
    const end = RANGE_WORDS * this.#count;
    for (let at = word; at < end; at += RANGE_WORDS) differing |= this.#words[at]! ^ first;
    return differing;
  }

  /** Counts and places by 8 bits of a word. */
  #sortByDigit(order: Uint32Array, sorted: Uint32Array, word: number, shift: number): void {
    const words = this.#words;
    const places = new Uint32Array(RADIX + 1);
    for (const range of order) places[((words[RANGE_WORDS * range + word]! >>> shift) & (RADIX - 1)) + 1]!++;
    for (let digit = 0; digit < RADIX; digit++) places[digit + 1]! += places[digit]!;
    for (const range of order) sorted[places[(words[RANGE_WORDS * range + word]! >>> shift) & (RADIX - 1)]!++] = range;
  }

  #grow(): void {
    const larger = new Uint32Array(2 * this.#words.length);
    larger.set(this.#words);
    this.#words = larger;
  }
}

/** The address as 16 octets; undefined where it is none. */
function mappedHex(hex: string): string | undefined {
  if (!HEX.test(hex)) return undefined;
  return (hex.length === WORD_DIGITS ? MAPPED_IPV4 + hex : hex).toLowerCase();
}

function hexText(words: Uint32Array, at: number): string {
  return Array.from(words.subarray(at, at + WORDS), (word) => word.toString(16).padStart(WORD_DIGITS, '0')).join('');
}

function writeHex(hex: string, words: Uint32Array, at: number): void {
  for (let word = 0; word < WORDS; word++)
    words[at + word] = Number.parseInt(hex.slice(WORD_DIGITS * word, WORD_DIGITS * (word + 1)), 16);
}
