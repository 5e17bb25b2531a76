// Builder side: wildcards of zones. To a zone `*.name` is about what lies below the name, but not about names that the zone has itself, if
// only because something lies below them, nor what lies below these (RFC 4592 section 3.3.1: the closest encloser). A look-up does
// not know which names a source has, so such a wildcard gets them as a condition, when all names are there.

import { NAME_MAX_BYTES } from '../../wire/name.ts';
import { nameToText } from '../../wire/name-text.ts';
import type { NameHasher } from '../name-hash/name-hasher.ts';
import { EMPTY_SET, RANK_MASK } from './block-table-layout.ts';
import { conditionParts, NAME_CONDITION_PARTS_MAX } from './condition-parts.ts';
import type { NameIndex } from './name-index.ts';
import type { ChangeSet } from './removed-names.ts';
import { PARTS_OF_LIST_MAX } from './numbered-parts.ts';
import { type RuleItems, TOO_MANY } from './rule-items.ts';
import { type RuleClass, type RuleCondition, type RuleShape, SCOPE } from './rule-model.ts';
import type { RuleSets } from './rule-sets.ts';

/** What a set says about a source; bits. */
const SAYS = { SOMETHING: 1, WILDCARD: 2 } as const;
/** Of one wildcard; one with more than a condition may have stays as wide as it looks. */
const ENDS_MAX = NAME_CONDITION_PARTS_MAX;
/** Of a zone: strangers' zones are not to fill the memory, and a list has no more conditions than that. The rest stay wide. */
const WILDCARDS_MAX = PARTS_OF_LIST_MAX;
const ALL_ENDS_MAX = 100_000;
/** Up from the names of a zone; what is not walked any more ends no wildcard. */
const STEPS_MAX = 2 ** 26;
/** Pairs of sets remembered; forgetting them costs time only. */
const PAIRS_MAX = 1 << 20;
/** More than there are sets. */
const PAIR_FACTOR = 2 ** 26;

interface Wildcard {
  readonly hash: number;
  readonly name: Uint8Array;
  /** Directly below: the names that it ends at, in presentation form. */
  readonly ends: Set<string>;
}

export class ZoneWildcards {
  readonly #index: NameIndex;
  readonly #sets: RuleSets;
  readonly #items: RuleItems;
  readonly #hasher: NameHasher;
  readonly #source: number;
  /** By set. */
  readonly #says: Uint8Array;
  readonly #endsAt = new Map<number, boolean>();

  /** `source`: a zone, whose names are all in the index. */
  constructor(index: NameIndex, sets: RuleSets, items: RuleItems, hasher: NameHasher, source: number) {
    this.#index = index;
    this.#sets = sets;
    this.#items = items;
    this.#hasher = hasher;
    this.#source = source;
    this.#says = Uint8Array.from({ length: sets.count }, (_, set) =>
      sets.members(set).reduce((sum, item) => sum | this.#saidBy(item), 0),
    );
  }

  /** Gives each wildcard the names that it ends at. */
  end(changeSet: ChangeSet): void {
    if (!this.#says.some((said) => (said & SAYS.WILDCARD) !== 0)) return;
    for (const wildcard of this.#collect()) {
      const { hash, name, ends } = wildcard;
      const known = this.#index.arena.set(this.#index.find(hash, name, name.length));
      const wildcards = this.#sets.members(known).filter((item) => this.#isWildcard(item)).length;
      const condition = { denyAllow: [...ends].sort() };
      if (wildcards * conditionParts(condition) > NAME_CONDITION_PARTS_MAX) continue;
      const set = this.#sets.changed(known, (item) => (this.#isWildcard(item) ? this.#limited(item, condition) : item));
      if (set !== known) changeSet(wildcard, set);
    }
  }

  /**
   * Goes from each name up to the top-level domain, or to the first wildcard that a name before it has come by: what is above was
   * walked then.
   */
  #collect(): Iterable<Wildcard> {
    const index = this.#index;
    const hasher = this.#hasher;
    const wildcards = new Map<number, Wildcard>();
    const name = new Uint8Array(NAME_MAX_BYTES);
    let allEnds = 0;
    let steps = 0;
    index.forEach((_, reference) => {
      let set = index.arena.set(reference);
      if (this.#says[set] === 0 || steps >= STEPS_MAX) return;
      const length = index.arena.read(reference, name);
      hasher.hash(name, length);
      // Where the wildcard below ends, this one would show through: it has to end at that name too.
      let isOpenBelow = false;
      for (let suffix = hasher.fullIndex - 1; suffix >= 0; suffix--) {
        steps++;
        const below = set;
        const parent = name.subarray(hasher.suffixOffset[suffix], length);
        const hash = hasher.high[suffix]! >>> 0;
        const found = index.find(hash, parent, parent.length);
        set = found === 0 ? EMPTY_SET : index.arena.set(found);
        const isLimited = (this.#says[set]! & SAYS.WILDCARD) !== 0 && (isOpenBelow || this.#endsAtName(set, below));
        const known = wildcards.get(found);
        isOpenBelow = false;
        if (known === undefined && (!isLimited || wildcards.size >= WILDCARDS_MAX)) continue;
        const { ends } = known ?? { ends: new Set<string>() };
        if (known === undefined) wildcards.set(found, { hash, name: parent.slice(), ends });
        if (isLimited && ends.size < ENDS_MAX && allEnds < ALL_ENDS_MAX) {
          allEnds -= ends.size;
          allEnds += ends.add(nameToText(name, hasher.suffixOffset[suffix + 1]!)).size;
        }
        if (known !== undefined) return;
        isOpenBelow = true;
      }
    });
    return wildcards.values();
  }

  /** Whether it makes a difference that a wildcard of the first set ends at a name of the second one. */
  #endsAtName(wildcardSet: number, set: number): boolean {
    const pair = PAIR_FACTOR * wildcardSet + set;
    let ends = this.#endsAt.get(pair);
    if (ends === undefined) {
      const said = this.#sets.members(set);
      const wildcards = this.#sets.members(wildcardSet).filter((item) => this.#isWildcard(item));
      ends = wildcards.some((wildcard) => !this.#saysAsMuch(said, wildcard));
      if (this.#endsAt.size >= PAIRS_MAX) this.#endsAt.clear();
      this.#endsAt.set(pair, ends);
    }
    return ends;
  }

  /** Whether of these rules some win over the wildcard anyway, at their name and below it, whatever else is lifted or passed over. */
  #saysAsMuch(said: Uint32Array, wildcard: number): boolean {
    const items = this.#items;
    const rank = items.ruleWord(wildcard) & RANK_MASK;
    let scopes = 0;
    for (const item of said) {
      if (items.source(item) !== this.#source || items.condition(item) !== 0) continue;
      const response = items.response(item);
      const isLasting =
        response === 0 || response === items.response(wildcard) || items.responses[response - 1]!.isBlock === true;
      if (isLasting && (items.ruleWord(item) & RANK_MASK) <= rank) scopes |= items.scope(item);
    }
    return scopes === SCOPE.SUBTREE;
  }

  #saidBy(item: number): number {
    if (this.#items.source(item) !== this.#source) return 0;
    return this.#isWildcard(item) ? SAYS.SOMETHING | SAYS.WILDCARD : SAYS.SOMETHING;
  }

  #isWildcard(item: number): boolean {
    const items = this.#items;
    return items.source(item) === this.#source && items.scope(item) === SCOPE.BELOW && items.condition(item) === 0;
  }

  #limited(item: number, condition: RuleCondition): number {
    const items = this.#items;
    const response = items.responses[items.response(item) - 1];
    const shape: RuleShape = {
      class: items.ruleClass(item) as RuleClass,
      condition,
      ...(response === undefined ? {} : { response }),
    };
    const limited = items.itemOf(this.#source, SCOPE.BELOW, shape);
    return limited === TOO_MANY ? item : limited;
  }
}
