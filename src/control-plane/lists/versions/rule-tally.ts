// Which rules two versions of a list have, by hashes of 64 bits: enough to count by. Helper process.
//
// Open addressing, three words a rule: both halves of its hash, then in which versions it stands (0: the slot is free). The first half
// alone says where: rules that share it stand in a row, and each is looked for along all of it.

export const VERSION = { BEFORE: 1, AFTER: 2 } as const;
export type Version = (typeof VERSION)[keyof typeof VERSION];

const RULE_WORDS = 3;
const VERSIONS = 2;
const LOAD_MAX = 0.75;
const SLOTS_MIN = 1_024;
const HASH_RANGE = 0x1_0000_0000;

export class RuleTally {
  before = 0;
  after = 0;
  both = 0;
  #slots: number;
  #rules: Uint32Array;
  #used = 0;

  /** With as many different rules as expected, or fewer, it never grows. */
  constructor(expectedRules: number) {
    this.#slots = Math.max(SLOTS_MIN, Math.ceil(expectedRules / LOAD_MAX) + 1);
    this.#rules = new Uint32Array(RULE_WORDS * this.#slots);
  }

  /**
   * Counts a rule of a version, each once however often it comes. The halves of its hash are 32 bits, signed or not. In which versions
   * it was before, as bits.
   */
  count(high: number, low: number, version: Version): number {
    const place = this.#find(high >>> 0, low >>> 0);
    const rules = this.#rules;
    const seen = rules[place + VERSIONS]!;
    if ((seen & version) !== 0) return seen;
    if (seen === 0) {
      if (this.#used + 1 > LOAD_MAX * this.#slots) {
        this.#grow();
        return this.count(high, low, version);
      }
      this.#used++;
      rules[place] = high;
      rules[place + 1] = low;
    } else this.both++;
    rules[place + VERSIONS] = seen | version;
    if (version === VERSION.BEFORE) this.before++;
    else this.after++;
    return seen;
  }

  /** Where the rule stands, or the free place for it. */
  #find(high: number, low: number): number {
    const rules = this.#rules;
    const end = rules.length;
    let place = RULE_WORDS * Math.floor((high / HASH_RANGE) * this.#slots);
    while (rules[place + VERSIONS] !== 0 && (rules[place] !== high || rules[place + 1] !== low)) {
      place += RULE_WORDS;
      if (place === end) place = 0;
    }
    return place;
  }

  #grow(): void {
    const old = this.#rules;
    this.#slots *= 2;
    this.#rules = new Uint32Array(RULE_WORDS * this.#slots);
    for (let from = 0; from < old.length; from += RULE_WORDS) {
      if (old[from + VERSIONS] === 0) continue;
      const to = this.#find(old[from]!, old[from + 1]!);
      this.#rules.set(old.subarray(from, from + RULE_WORDS), to);
    }
  }
}
