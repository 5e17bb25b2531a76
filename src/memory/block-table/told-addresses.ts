// Builder side: rules about addresses of which their source is told: how many, and the first by line. Bounded, however many come.

import type { AddressRanges } from './address-ranges.ts';

const FIRST_MAX = 5;
/** Ranges that begin at one address and are compared with each other; what is repeated among more of them is not noticed. */
const COMPARED_MAX = 10_000;

export interface ToldAddresses {
  readonly rules: number;
  readonly first: readonly ToldRange[];
}

export interface ToldRange {
  /** 1-based. */
  readonly line: number;
  /** 16 octets, in hex; IPv4 addresses as in ::ffff:0:0/96. */
  readonly firstHex: string;
  readonly lastHex: string;
}

export class AddressTally implements ToldAddresses {
  rules = 0;
  first: readonly ToldRange[] = [];

  add(ranges: AddressRanges, range: number): void {
    this.rules++;
    const line = ranges.lineOf(range);
    if (this.first.length === FIRST_MAX && this.first.at(-1)!.line <= line) return;
    const told = [...this.first, { line, ...ranges.hexOf(range) }].sort((a, b) => a.line - b.line);
    this.first = told.slice(0, FIRST_MAX);
  }
}

/** Finds ranges that were there before with the same item. They are to be asked about in the order of their first addresses. */
export class RepeatedRanges {
  readonly #ranges: AddressRanges;
  readonly #seen = new Set<string>();
  #before: number | undefined;

  constructor(ranges: AddressRanges) {
    this.#ranges = ranges;
  }

  isRepeated(range: number): boolean {
    const before = this.#before;
    this.#before = range;
    if (before === undefined || !this.#ranges.beginTogether(before, range)) {
      if (this.#seen.size > 0) this.#seen.clear();
      return false;
    }
    if (this.#seen.size === 0) this.#seen.add(this.#keyOf(before));
    const key = this.#keyOf(range);
    if (this.#seen.has(key)) return true;
    if (this.#seen.size < COMPARED_MAX) this.#seen.add(key);
    return false;
  }

  #keyOf(range: number): string {
    return `${this.#ranges.keyOf(range)} ${this.#ranges.itemOf(range)}`;
  }
}
