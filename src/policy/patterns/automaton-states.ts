// The states of one automaton while it is made: which places of its program each stands for, and what follows for each class of
// characters. They grow with the work of making them, which has a bound (pattern-automaton.ts).

const STATES_AT_FIRST = 8;

/** Numbers of states that are none: nothing can match any more, and found. No step leads to 0: it is one that is not known yet. */
export const DEAD = 1;
export const FOUND = 2;
export const FIRST_STATE = 3;

/** What stands before a state. */
export const BEFORE = { NO_WORD: 0, WORD: 1, NOTHING: 2 } as const;
export type Before = (typeof BEFORE)[keyof typeof BEFORE];

export class AutomatonStates {
  /** By state x classes + class: the state after it. Another array once it has grown. */
  steps: Uint16Array;

  readonly #classes: number;
  readonly #places: Uint16Array[] = [];
  readonly #befores: Before[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(classes: number) {
    this.#classes = classes;
    this.steps = new Uint16Array((FIRST_STATE + STATES_AT_FIRST) * classes);
  }

  /** Number behind the last one. */
  get end(): number {
    return FIRST_STATE + this.#places.length;
  }

  placesOf(state: number): Uint16Array {
    return this.#places[state - FIRST_STATE]!;
  }

  beforeOf(state: number): Before {
    return this.#befores[state - FIRST_STATE]!;
  }

  /** The state of these places, which it sorts and copies. */
  numberOf(places: Uint16Array, before: Before): number {
    if (places.length === 0) return DEAD;
    places.sort();
    const key = String.fromCharCode(before) + Reflect.apply(String.fromCharCode, undefined, places);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const state = this.end;
    this.#places.push(places.slice());
    this.#befores.push(before);
    this.#numbers.set(key, state);
    if ((state + 1) * this.#classes > this.steps.length) {
      const larger = new Uint16Array(2 * this.steps.length);
      larger.set(this.steps);
      this.steps = larger;
    }
    return state;
  }
}
