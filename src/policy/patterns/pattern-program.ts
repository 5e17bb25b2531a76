// A pattern as a program for an automaton that follows every way through it at once: what it costs is known before it runs.

import { type CharacterSet, CHARACTER_SETS, CHARACTERS, characterFlags } from './character-set.ts';
import { ASSERTION, type Assertion, PatternFault, type PatternTree, UNBOUNDED } from './pattern-tree.ts';

/** Of one pattern: `[a-z0-9]{1,63}` takes 126. */
export const INSTRUCTIONS_MAX = 1000;

export const OPERATION = {
  /** Everything is found. */
  FOUND: 0,
  /** One character of the set `argument`, then `next`. */
  SET: 1,
  /** The assertion `argument`, then `next`. */
  ASSERT: 2,
  /** `next` and `argument` both. */
  FORK: 3,
} as const;

/** The class that stands for the end of the name. */
export const END_CLASS = 0;

export interface PatternProgram {
  readonly operations: readonly number[];
  readonly nexts: readonly number[];
  readonly arguments: readonly number[];
  readonly start: number;
  /** Class of each character; those that no set of the program tells apart share one. END_CLASS is no character's. */
  readonly classOf: Uint8Array;
  readonly classes: number;
  /** By set x classes + class: 1 if its characters are in it. */
  readonly members: Uint8Array;
  /** Whether it matters if the character before was one of a word. */
  readonly hasWordEdges: boolean;
  /** By class: 1 for characters of words. Only where it matters. */
  readonly isWordClass: Uint8Array;
}

/** Instructions of a pattern's program: told without writing it, which takes ten times as long. Throws PatternFault for too many. */
export function programSize(tree: PatternTree): number {
  const size = 1 + sizeOf(tree);
  if (size > INSTRUCTIONS_MAX)
    throw new PatternFault(`too large: more than ${INSTRUCTIONS_MAX} steps once its repetitions are written out`);
  return size;
}

function sizeOf(tree: PatternTree): number {
  switch (tree.kind) {
    case 'set':
    case 'assertion':
      return 1;
    case 'sequence':
      return tree.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    case 'choice':
      return tree.branches.reduce((sum, branch) => sum + 1 + sizeOf(branch), -1);
    case 'repeat': {
      const { least, most } = tree;
      const size = sizeOf(tree.part);
      return least * size + (most === UNBOUNDED ? 1 : most - least) * (1 + size);
    }
  }
}

/** Throws PatternFault for one that is too large. */
export function compileProgram(tree: PatternTree): PatternProgram {
  programSize(tree);
  const writer = new ProgramWriter();
  const start = writer.write(tree, writer.found());
  const flagsOfSets = [...writer.sets.keys()].map(characterFlags);
  const { classOf, classes } = classify(writer.hasWordEdges ? [...flagsOfSets, WORD_FLAGS] : flagsOfSets);
  const members = new Uint8Array(flagsOfSets.length * classes);
  const isWordClass = new Uint8Array(classes);
  for (let code = 0; code < CHARACTERS; code++) isWordClass[classOf[code]!] = WORD_FLAGS[code]!;
  flagsOfSets.forEach((flags, index) => {
    for (let code = 0; code < CHARACTERS; code++) members[index * classes + classOf[code]!] = flags[code]!;
  });
  const { operations, nexts, arguments: all, hasWordEdges } = writer;
  return { operations, nexts, arguments: all, start, classOf, classes, members, hasWordEdges, isWordClass };
}

const WORD_FLAGS = characterFlags(CHARACTER_SETS.WORD);

/** Written from the end: each part gets to know where to go on. */
class ProgramWriter {
  readonly operations: number[] = [];
  readonly nexts: number[] = [];
  readonly arguments: number[] = [];
  readonly sets = new Map<CharacterSet, number>();
  hasWordEdges = false;

  found(): number {
    return this.#add(OPERATION.FOUND, 0, 0);
  }

  /** The place where `tree` begins. */
  write(tree: PatternTree, next: number): number {
    switch (tree.kind) {
      case 'set':
        return this.#add(OPERATION.SET, next, this.#setNumber(tree.set));
      case 'assertion':
        return this.#writeAssertion(tree.assertion, next);
      case 'sequence':
        return tree.parts.reduceRight((behind, part) => this.write(part, behind), next);
      case 'choice':
        return tree.branches
          .map((branch) => this.write(branch, next))
          .reduceRight((others, branch) => this.#add(OPERATION.FORK, branch, others));
      case 'repeat':
        return this.#writeRepeat(tree.part, tree.least, tree.most, next);
    }
  }

  #writeAssertion(assertion: Assertion, next: number): number {
    if (assertion !== ASSERTION.START && assertion !== ASSERTION.END) this.hasWordEdges = true;
    return this.#add(OPERATION.ASSERT, next, assertion);
  }

  #writeRepeat(part: PatternTree, least: number, most: number, next: number): number {
    let start = next;
    if (most === UNBOUNDED) {
      start = this.#add(OPERATION.FORK, next, next);
      this.arguments[start] = this.write(part, start);
    }
    // Each that may be left out leaves out all behind it.
    for (let count = least; count < most; count++) start = this.#add(OPERATION.FORK, this.write(part, start), next);
    for (let count = 0; count < least; count++) start = this.write(part, start);
    return start;
  }

  #setNumber(set: CharacterSet): number {
    const known = this.sets.get(set);
    if (known !== undefined) return known;
    this.sets.set(set, this.sets.size);
    return this.sets.size - 1;
  }

  #add(operation: number, next: number, argument: number): number {
    this.operations.push(operation);
    this.nexts.push(next);
    this.arguments.push(argument);
    return this.operations.length - 1;
  }
}

/** Splits the characters until each set has all of a class or none of it. END_CLASS stays free. */
function classify(flagsOfSets: readonly Uint8Array[]): { classOf: Uint8Array; classes: number } {
  const classOf = new Uint8Array(CHARACTERS).fill(END_CLASS + 1);
  let classes = END_CLASS + 2;
  const sizes = new Uint8Array(CHARACTERS + 1);
  const sizesInside = new Uint8Array(CHARACTERS + 1);
  const movedTo = new Uint8Array(CHARACTERS + 1);
  for (const flags of flagsOfSets) {
    // Of each class that has characters inside and outside, those inside move to a new one.
    sizes.fill(0);
    sizesInside.fill(0);
    movedTo.fill(0);
    for (let code = 0; code < CHARACTERS; code++) {
      sizes[classOf[code]!]!++;
      sizesInside[classOf[code]!]! += flags[code]!;
    }
    for (let code = 0; code < CHARACTERS; code++) {
      const from = classOf[code]!;
      if (flags[code] === 0 || sizesInside[from] === sizes[from]) continue;
      if (movedTo[from] === 0) movedTo[from] = classes++;
      classOf[code] = movedTo[from]!;
    }
  }
  return { classOf, classes };
}
