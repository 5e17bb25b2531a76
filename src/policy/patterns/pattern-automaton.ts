// Makes an automaton of a pattern's program: each set of places that the program can be in at once is a state. All states that any name
// leads to are made before the first name comes, with a bound on the work; so a name costs one look into a table a character, whatever
// the pattern (made-pattern.ts). Control plane.

import { AutomatonStates, BEFORE, type Before, DEAD, FIRST_STATE, FOUND } from './automaton-states.ts';
import { END_CLASS, INSTRUCTIONS_MAX, OPERATION, type PatternProgram } from './pattern-program.ts';
import { ASSERTION } from './pattern-tree.ts';

/** What a step costs beside the places that it walks through, counted in places; a new state more. */
const STEP_WORK = 16;

// While places are gathered: where that has been, what is still to be walked, and what came out. Shared by all automata of
// a thread.
const visited = new Uint8Array(INSTRUCTIONS_MAX);
const trail = new Uint16Array(INSTRUCTIONS_MAX);
const pending = new Uint16Array(2 * INSTRUCTIONS_MAX + 1);
const gathered = new Uint16Array(INSTRUCTIONS_MAX);
const across = new Uint16Array(INSTRUCTIONS_MAX);

export class PatternAutomaton {
  readonly #program: PatternProgram;
  readonly #classes: number;
  readonly #states: AutomatonStates;
  readonly #start: number;

  /** Places walked through so far to make states and steps: the time that takes goes by it. */
  #work = 0;
  /** How much of `trail` and `gathered` is in use, and whether the pattern is found already. */
  #trailLength = 0;
  #gatheredLength = 0;
  #isFound = false;
  /** What is known of the two sides of the assertions that are met. */
  #before: Before = BEFORE.NOTHING;
  #isNextKnown = false;
  #isNextWord = false;
  #isNextEnd = false;

  constructor(program: PatternProgram) {
    this.#program = program;
    this.#classes = program.classes;
    this.#states = new AutomatonStates(program.classes);
    this.#gather(program.start);
    this.#start = this.#gatheredState();
  }

  /** The state before the first character. */
  get start(): number {
    return this.#start;
  }

  /** States made so far. */
  get stateCount(): number {
    return this.#states.end - FIRST_STATE;
  }

  /** From FIRST_STATE on, for each class: the state after it. END_CLASS leads to FOUND or DEAD. */
  get steps(): Uint16Array {
    return this.#states.steps.subarray(FIRST_STATE * this.#classes, this.#states.end * this.#classes);
  }

  /** Makes every state that any name leads to, and every step; false if that takes more than `workMax` places to be walked through. */
  makeAll(workMax: number): boolean {
    const states = this.#states;
    if (this.#start < FIRST_STATE) return true;
    for (let state = FIRST_STATE; state < states.end; state++) {
      for (let characterClass = 0; characterClass < this.#classes; characterClass++) {
        const next = this.#stateAfter(state, characterClass);
        states.steps[state * this.#classes + characterClass] = next;
        if (this.#work > workMax) return false;
      }
    }
    return true;
  }

  #stateAfter(state: number, characterClass: number): number {
    const { operations, nexts, arguments: sets, members, isWordClass, hasWordEdges, start } = this.#program;
    const isEnd = characterClass === END_CLASS;
    const isWord = isWordClass[characterClass] === 1;
    // First over the assertions: now it is known what stands on both sides of them.
    this.#before = this.#states.beforeOf(state);
    this.#isNextKnown = true;
    this.#isNextWord = isWord;
    this.#isNextEnd = isEnd;
    this.#work += STEP_WORK;
    for (const place of this.#states.placesOf(state)) this.#gather(place);
    const isFound = this.#isFound;
    const count = this.#gatheredLength;
    for (let index = 0; index < count; index++) across[index] = gathered[index]!;
    this.#clearGathered();
    if (isFound || isEnd) return isFound ? FOUND : DEAD;

    this.#before = isWord && hasWordEdges ? BEFORE.WORD : BEFORE.NO_WORD;
    this.#isNextKnown = false;
    for (let index = 0; index < count; index++) {
      const place = across[index]!;
      const isMember =
        operations[place] === OPERATION.SET && members[sets[place]! * this.#classes + characterClass] === 1;
      if (isMember) this.#gather(nexts[place]!);
    }
    // The search may begin behind any character.
    this.#gather(start);
    return this.#gatheredState();
  }

  #gatheredState(): number {
    const isFound = this.#isFound;
    const places = gathered.subarray(0, this.#gatheredLength);
    this.#work += this.#gatheredLength;
    this.#clearGathered();
    return isFound ? FOUND : this.#states.numberOf(places, this.#before);
  }

  #clearGathered(): void {
    for (let index = 0; index < this.#trailLength; index++) visited[trail[index]!] = 0;
    this.#work += this.#trailLength;
    this.#trailLength = 0;
    this.#gatheredLength = 0;
    this.#isFound = false;
  }

  /** From `from` on all places that can be reached without a character. Not recursive: programs are long. */
  #gather(from: number): void {
    const { operations, nexts, arguments: all } = this.#program;
    let waiting = 0;
    pending[waiting++] = from;
    while (waiting > 0) {
      const place = pending[--waiting]!;
      if (visited[place] === 1) continue;
      visited[place] = 1;
      trail[this.#trailLength++] = place;
      const operation = operations[place]!;
      if (operation === OPERATION.FORK) {
        pending[waiting++] = nexts[place]!;
        pending[waiting++] = all[place]!;
      } else if (operation === OPERATION.FOUND) this.#isFound = true;
      else if (operation === OPERATION.SET || this.#mustWait(all[place]!)) gathered[this.#gatheredLength++] = place;
      else if (this.#holds(all[place]!)) pending[waiting++] = nexts[place]!;
    }
  }

  #mustWait(assertion: number): boolean {
    return !this.#isNextKnown && assertion !== ASSERTION.START;
  }

  #holds(assertion: number): boolean {
    const isAfterWord = this.#before === BEFORE.WORD;
    switch (assertion) {
      case ASSERTION.START:
        return this.#before === BEFORE.NOTHING;
      case ASSERTION.END:
        return this.#isNextEnd;
      case ASSERTION.WORD_EDGE:
        return isAfterWord !== this.#isNextWord;
      case ASSERTION.NO_WORD_EDGE:
        return isAfterWord === this.#isNextWord;
      case ASSERTION.WORD_START:
        return !isAfterWord && this.#isNextWord;
      default:
        return isAfterWord && !this.#isNextWord;
    }
  }
}
