// A pattern with everything worked out that running it takes: a step from every state for every class of characters. Made where tables
// are built, and published with them: a query thread only reads, so that no pattern costs more than a look-up a character.
//
//   base64 of: start state u16 | classes u8 | nothing u8 | class of each character 128 x u8 | from FIRST_STATE on, for each state: classes x u16

import type { MadePattern } from '../../memory/block-table/rule-model.ts';
import { FIRST_STATE, FOUND } from './automaton-states.ts';
import { CHARACTERS } from './character-set.ts';
import { PatternAutomaton } from './pattern-automaton.ts';
import { parsePattern, type PatternKind } from './parse-pattern.ts';
import { compileProgram, END_CLASS, type PatternProgram } from './pattern-program.ts';
import { PatternFault } from './pattern-tree.ts';
import { requiredLiterals } from './required-literals.ts';

/** As it is run. A state is the place in `steps` where its own begin. */
export interface ReadyAutomaton {
  readonly start: number;
  /** Below it are the states that end the run, FOUND one of them. */
  readonly first: number;
  readonly found: number;
  readonly classOf: Uint8Array;
  /** By state, for each class: the state after it. */
  readonly steps: Uint16Array;
}

/** In places of its program walked through: a millisecond or two. Patterns of lists take a few thousand. */
const MAKING_WORK_MAX = 40_000;

const TOO_MUCH =
  'too many states: what may repeat a counted number of times, beginning anywhere, has to be remembered for every place';

const CLASSES_AT = 2;
const CLASS_OF_AT = 4;
const STEPS_AT = CLASS_OF_AT + CHARACTERS;
const LAST_CHARACTER = CHARACTERS - 1;

// A copy of its own: V8 knows the value of a module's constants, not that of imported ones.
const CLASS_OF_END = END_CLASS;
/** Behind the places that 16 bits can tell. Making one that is as large takes too much work. */
const STEPS_END = 0x1_0000;

/** Settings are checked, lists read, and tables built anew, mostly with the same patterns. */
const KEPT_MAX = 2000;
const kept = new Map<string, MadePattern | string>();

/** Or why the pattern cannot be used, as the end of a sentence that names it. Takes two milliseconds at the most. */
export function makePattern(kind: PatternKind, text: string): MadePattern | string {
  const key = `${kind} ${text}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = makeAnew(kind, text);
  if (kept.size === KEPT_MAX) kept.clear();
  kept.set(key, made);
  return made;
}

function makeAnew(kind: PatternKind, text: string): MadePattern | string {
  try {
    const tree = parsePattern(kind, text);
    const program = compileProgram(tree);
    const automaton = new PatternAutomaton(program);
    if (!automaton.makeAll(MAKING_WORK_MAX)) return TOO_MUCH;
    const made = { automaton: written(automaton.start, program, automaton.steps) };
    const literals = requiredLiterals(tree);
    return literals === undefined ? made : { ...made, literals };
  } catch (error) {
    if (error instanceof PatternFault) return error.message;
    throw error;
  }
}

function written(start: number, { classes, classOf }: PatternProgram, steps: Uint16Array): string {
  const octets = Buffer.alloc(STEPS_AT + 2 * steps.length);
  octets.writeUInt16LE(start, 0);
  octets[CLASSES_AT] = classes;
  octets.set(classOf, CLASS_OF_AT);
  for (const [index, step] of steps.entries()) octets.writeUInt16LE(step, STEPS_AT + 2 * index);
  return octets.toString('base64');
}

/** Undefined for what `makePattern` did not write: damage. Whatever comes out can be run. */
export function readAutomaton(text: string): ReadyAutomaton | undefined {
  const octets = Uint8Array.from(Buffer.from(text, 'base64'));
  const classes = octets[CLASSES_AT] ?? 0;
  const states = FIRST_STATE + (octets.length - STEPS_AT) / (2 * classes);
  if (classes === 0 || octets.length < STEPS_AT || !Number.isInteger(states) || states * classes > STEPS_END)
    return undefined;
  const start = octets[0]! | (octets[1]! << 8);
  const classOf = octets.subarray(CLASS_OF_AT, STEPS_AT);
  if (start >= states) return undefined;
  for (let code = 0; code < CHARACTERS; code++) if (classOf[code]! >= classes) return undefined;
  const written = new Uint16Array(octets.buffer, STEPS_AT);
  for (let at = 0; at < written.length; at++) if (written[at]! >= states) return undefined;
  return readyAutomaton(start, classes, classOf, written);
}

/** `steps`: by state from FIRST_STATE on, for each class: the number of the state after it; with the first ones 65,536 at the most. */
export function readyAutomaton(
  start: number,
  classes: number,
  classOf: Uint8Array,
  steps: Uint16Array,
): ReadyAutomaton {
  const first = FIRST_STATE * classes;
  // Side by side: where many are run, most of the time goes by waiting for memory.
  const octets = new ArrayBuffer(CHARACTERS + 2 * (first + steps.length));
  const classOfItsOwn = new Uint8Array(octets, 0, CHARACTERS);
  const places = new Uint16Array(octets, CHARACTERS);
  classOfItsOwn.set(classOf);
  for (let at = 0; at < steps.length; at++) places[first + at] = steps[at]! * classes;
  return { start: start * classes, first, found: FOUND * classes, classOf: classOfItsOwn, steps: places };
}

/** Whether it is found in the octets of `text` from `from` to before `end`. */
export function isFoundIn(
  { start, first, found, classOf, steps }: ReadyAutomaton,
  text: Uint8Array,
  from: number,
  end: number,
): boolean {
  let state = start;
  for (let position = from; position < end; position++) {
    if (state < first) return state === found;
    state = steps[state + classOf[text[position]! & LAST_CHARACTER]!]!;
  }
  return state < first ? state === found : steps[state + CLASS_OF_END] === found;
}
