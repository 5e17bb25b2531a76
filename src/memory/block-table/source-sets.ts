// Builder side: which sources name a name, as a small number. A few hundred different sets serve millions of names.
//
// A set keeps only the first source, in configured order, per class and scope (block-table-layout.ts): what a verdict and its
// explanation need. With k lists there are at most (k+1)^4 of them, were each list to name things in both scopes and with
// both actions; lists of one action and one scope, the usual kind, make (k+1)^2 at the worst, under 65,536 up to 254 lists.
// Beyond that the writer spends four octets on each entry's set instead of two, so nothing is ever lost or merged.

import { SET_FIELDS } from './block-table-layout.ts';

/** The set of a name that nobody has named yet. */
export const EMPTY_SET = 0;

export class SourceSets {
  #fields = new Uint16Array(64 * SET_FIELDS);
  #count = 0;
  readonly #known = new Map<string, number>();
  readonly #steps = new Map<number, number>();
  #lastStep = -1;
  #lastResult = -1;

  constructor() {
    this.#intern(new Uint16Array(SET_FIELDS));
  }

  /** The set `set` with `source` added in `field`; the same set if an earlier source stands there already. */
  with(set: number, field: number, source: number): number {
    const step = (set * SET_FIELDS + field) * 0x1_0000 + source;
    // A list's names mostly take the same step one after another.
    if (step === this.#lastStep) return this.#lastResult;
    let result = this.#steps.get(step);
    if (result === undefined) {
      result = this.#added(set, field, source);
      this.#steps.set(step, result);
    }
    this.#lastStep = step;
    this.#lastResult = result;
    return result;
  }

  /** Sets so far, those on the way to larger ones included: a few more than are in use. */
  get count(): number {
    return this.#count;
  }

  /** The fields of all sets, in the order of their numbers. A view, valid until the next call of `with`. */
  get all(): Uint16Array {
    return this.#fields.subarray(0, SET_FIELDS * this.#count);
  }

  /** The fields of `set`: source + 1, 0 for none. A view, valid until the next call of `with`. */
  fields(set: number): Uint16Array {
    return this.#fields.subarray(SET_FIELDS * set, SET_FIELDS * (set + 1));
  }

  #added(set: number, field: number, source: number): number {
    const current = this.fields(set)[field]!;
    if (current !== 0 && current <= source + 1) return set;
    const fields = this.fields(set).slice();
    fields[field] = source + 1;
    return this.#intern(fields);
  }

  #intern(fields: Uint16Array): number {
    const key = fields.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const set = this.#count++;
    if (SET_FIELDS * this.#count > this.#fields.length) {
      const larger = new Uint16Array(2 * this.#fields.length);
      larger.set(this.#fields);
      this.#fields = larger;
    }
    this.#fields.set(fields, SET_FIELDS * set);
    this.#known.set(key, set);
    return set;
  }
}
