// Builder side: rules about addresses, laid out as ranges that do not overlap, each with the set of the rules that cover it.

import { AddressRanges } from './address-ranges.ts';
import { ADDRESS_WORDS, EMPTY_SET } from './block-table-layout.ts';
import { NAME_CONDITION_PARTS_MAX } from './condition-parts.ts';
import { CoveringItems } from './covering-items.ts';
import { EVERY_SOURCE } from './removed-names.ts';
import type { RuleItems } from './rule-items.ts';
import type { AddressRule, RuleShape } from './rule-model.ts';
import { type RuleSets, SET_IS_FULL } from './rule-sets.ts';
import { AddressTally, RepeatedRanges, type ToldAddresses } from './told-addresses.ts';

/** Rules about addresses of one list: as much memory as for as many names. */
const RULES_OF_LIST_MAX = 1 << 21;

export type AddressesWithoutLine = Omit<AddressRule, 'line'>;

const NONE: ToldAddresses = { rules: 0, first: [] };

interface LaidOut {
  readonly section: Uint32Array;
  /** By source. */
  readonly leftOut: readonly ToldAddresses[];
  readonly repeated: readonly ToldAddresses[];
}

export class AddressCollection {
  readonly #items: RuleItems;
  readonly #rulesOfListMax: number;
  readonly #ranges = new AddressRanges();
  /** By source. */
  readonly #counts: number[] = [];
  /** Their items are places in `#removals`. */
  readonly #removed = new AddressRanges();
  readonly #removals: { readonly source: number; readonly shape: RuleShape }[] = [];
  /** As laid out last; undefined where something has come since. */
  #laidOut: LaidOut | undefined;

  constructor(items: RuleItems, rulesOfListMax = RULES_OF_LIST_MAX) {
    this.#items = items;
    this.#rulesOfListMax = rulesOfListMax;
  }

  /** False, and nothing added, where first and last address are no range, or a list has said too much already. */
  add({ firstHex, lastHex, line }: AddressRule, item: number): boolean {
    const source = this.#items.source(item);
    const count = this.#counts[source] ?? 0;
    if (this.#items.isOfList(item)) {
      if (count >= this.#rulesOfListMax || this.#items.conditionParts(item) > NAME_CONDITION_PARTS_MAX) return false;
    }
    if (!this.#ranges.add(firstHex, lastHex, item, line)) return false;
    this.#counts[source] = count + 1;
    this.#laidOut = undefined;
    return true;
  }

  /** Takes back what a source says of exactly this range, before or after. */
  remove({ firstHex, lastHex, shape }: AddressesWithoutLine, source: number): void {
    if (!this.#removed.add(firstHex, lastHex, this.#removals.length)) return;
    this.#removals.push({ source, shape });
    this.#laidOut = undefined;
  }

  /** The table's section as laid out last; its sets may be given other numbers. */
  get section(): Uint32Array {
    return this.#laidOut?.section ?? new Uint32Array(0);
  }

  /** The table's section (block-table-layout.ts). May add to `sets`. */
  layOut(sets: RuleSets): Uint32Array {
    this.#laidOut ??= this.#layOut(sets);
    return this.#laidOut.section;
  }

  /** Rules of a source that do not hold at all of their addresses, and those that it had said before. May add to `sets`. */
  told(source: number, sets: RuleSets): { readonly leftOut: ToldAddresses; readonly repeated: ToldAddresses } {
    this.#laidOut ??= this.#layOut(sets);
    const { leftOut, repeated } = this.#laidOut;
    return { leftOut: leftOut[source] ?? NONE, repeated: repeated[source] ?? NONE };
  }

  /** Goes through the addresses where a range begins, or has just ended. */
  #layOut(sets: RuleSets): LaidOut {
    const ranges = this.#ranges;
    const isThere = this.#areThere();
    const starts = ranges.inOrder('first').filter(isThere);
    const ends = ranges.inOrder('last').filter(isThere);
    const covering = new CoveringItems(this.#items, this.#counts.filter((count) => count > 0).length);
    const section = new SectionWriter(sets, covering);
    const repeating = new RepeatedRanges(ranges);
    const leftOut: AddressTally[] = [];
    const repeated: AddressTally[] = [];
    const address = new Uint32Array(ADDRESS_WORDS - 1);
    let start = 0;
    for (const ended of ends) {
      for (; start < starts.length && !ranges.beginsBehind(starts[start]!, ended); start++) {
        const range = starts[start]!;
        ranges.copyFirst(range, address);
        section.goTo(address);
        const isHeld = covering.begin(ranges.itemOf(range));
        if (repeating.isRepeated(range)) this.#tell(repeated, range);
        else if (!isHeld) this.#tell(leftOut, range);
      }
      // Nothing is behind it, nor behind those that end where it does.
      if (ranges.isEndless(ended)) break;
      ranges.copyBehind(ended, address);
      section.goTo(address);
      covering.end(ranges.itemOf(ended));
    }
    const finished = section.finish();
    for (const [source, rules] of covering.leftOut.entries()) {
      if (rules === undefined) continue;
      leftOut[source] ??= new AddressTally();
      leftOut[source].rules += rules;
    }
    return { section: finished, leftOut, repeated };
  }

  #tell(bySource: AddressTally[], range: number): void {
    const source = this.#items.source(this.#ranges.itemOf(range));
    bySource[source] ??= new AddressTally();
    bySource[source].add(this.#ranges, range);
  }

  /** Whether a range is not taken back. */
  #areThere(): (range: number) => boolean {
    if (this.#removals.length === 0) return () => true;
    const items = this.#items;
    const removed = new Set<string>();
    for (const [index, { source, shape }] of this.#removals.entries()) {
      const numbers = items.knownNumbersOf(shape);
      if (numbers === undefined) continue;
      removed.add(`${this.#removed.keyOf(index)} ${source} ${shape.class} ${numbers.condition} ${numbers.response}`);
    }
    return (range) => {
      const item = this.#ranges.itemOf(range);
      const addresses = this.#ranges.keyOf(range);
      const rule = `${items.ruleClass(item)} ${items.condition(item)} ${items.response(item)}`;
      return [items.source(item), EVERY_SOURCE].every((source) => !removed.has(`${addresses} ${source} ${rule}`));
    };
  }
}

/** Writes down each address where another set begins to hold. */
class SectionWriter {
  readonly #sets: RuleSets;
  readonly #covering: CoveringItems;
  /** Where what `#covering` says begins to hold; undefined before the first address. */
  #address: Uint32Array | undefined;
  #setBefore = EMPTY_SET;
  #words = new Uint32Array(64 * ADDRESS_WORDS);
  #length = 0;

  constructor(sets: RuleSets, covering: CoveringItems) {
    this.#sets = sets;
    this.#covering = covering;
  }

  /** What is changed from now on holds from this address on. Copied. */
  goTo(address: Uint32Array): void {
    if (this.#address === undefined) {
      this.#address = address.slice();
      return;
    }
    if (this.#address.every((word, index) => word === address[index])) return;
    this.#write(this.#address);
    this.#address.set(address);
  }

  finish(): Uint32Array {
    if (this.#address !== undefined) this.#write(this.#address);
    return this.#words.slice(0, this.#length);
  }

  #write(address: Uint32Array): void {
    let set = this.#sets.of(this.#covering.inOrder);
    if (set === SET_IS_FULL) {
      this.#covering.leaveOutAll();
      set = EMPTY_SET;
    }
    if (set === this.#setBefore) return;
    this.#setBefore = set;
    if (this.#length === this.#words.length) {
      const larger = new Uint32Array(2 * this.#words.length);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words.set(address, this.#length);
    this.#words[this.#length + ADDRESS_WORDS - 1] = set;
    this.#length += ADDRESS_WORDS;
  }
}
