// Finds which of many texts stand in a name, all of them in one walk over it (Aho and Corasick): a tree of the texts, in which every
// place knows the longest end of what was read that is a beginning of another one. About 20 octets a place, made once.

/** Told which text stands there; the same one may come again. */
export interface LiteralSink {
  onLiteral(number: number): void;
}

const ROOT = 0;
const NONE = -1;
const CODES = 128;

interface Branch {
  readonly code: number;
  readonly children: Map<number, Branch>;
  literal: number;
}

export class LiteralFinder {
  /** From the root, where most characters lead nowhere: by code. */
  readonly #fromRoot = new Int32Array(CODES);
  /** Places are numbered breadth-first, so the children of one stand in a row, as those of the next one behind them. */
  readonly #code: Uint8Array;
  readonly #firstChild: Int32Array;
  /** Where to go on if no child has the character. */
  readonly #fallback: Int32Array;
  /** The text that ends here, and the next place, by fallbacks, where one ends. */
  readonly #literal: Int32Array;
  readonly #nextEnd: Int32Array;

  /** Texts of codes below 128, none empty, none twice. */
  constructor(literals: readonly string[]) {
    const branches = inBreadth(treeOf(literals));
    this.#code = Uint8Array.from(branches, ({ code }) => code);
    this.#literal = Int32Array.from(branches, ({ literal }) => literal);
    this.#firstChild = new Int32Array(branches.length + 1);
    this.#fallback = new Int32Array(branches.length);
    this.#nextEnd = new Int32Array(branches.length).fill(NONE);
    this.#link(branches);
  }

  /** Tells `sink` of each text in the octets of `text` before `end`. Octets below 128. */
  find(text: Uint8Array, end: number, sink: LiteralSink): void {
    const fromRoot = this.#fromRoot;
    const literals = this.#literal;
    const nextEnd = this.#nextEnd;
    let place = ROOT;
    for (let position = 0; position < end; position++) {
      const code = text[position]!;
      place = place === ROOT ? fromRoot[code]! : this.#next(place, code);
      if (place === ROOT) continue;
      if (literals[place]! !== NONE) sink.onLiteral(literals[place]!);
      for (let other = nextEnd[place]!; other !== NONE; other = nextEnd[other]!) sink.onLiteral(literals[other]!);
    }
  }

  /** By the fallbacks a character is looked at twice on average at the most. */
  #next(from: number, code: number): number {
    const codes = this.#code;
    const firstChild = this.#firstChild;
    for (let place = from; place !== ROOT; place = this.#fallback[place]!) {
      const end = firstChild[place + 1]!;
      for (let child = firstChild[place]!; child < end; child++) if (codes[child] === code) return child;
    }
    return this.#fromRoot[code]!;
  }

  #link(branches: readonly Branch[]): void {
    const firstChild = this.#firstChild;
    let nextChild = 1;
    branches.forEach(({ children }, place) => {
      firstChild[place] = nextChild;
      nextChild += children.size;
    });
    firstChild[branches.length] = nextChild;
    for (let child = 1; child < firstChild[1]!; child++) this.#fromRoot[this.#code[child]!] = child;
    // Breadth-first: the fallbacks of a place are known before those of its children.
    for (let place = 1; place < branches.length; place++) {
      for (let child = firstChild[place]!; child < firstChild[place + 1]!; child++) {
        const fallback = this.#next(this.#fallback[place]!, this.#code[child]!);
        this.#fallback[child] = fallback;
        this.#nextEnd[child] = this.#literal[fallback] === NONE ? this.#nextEnd[fallback]! : fallback;
      }
    }
  }
}

function treeOf(literals: readonly string[]): Branch {
  const root: Branch = { code: 0, children: new Map(), literal: NONE };
  literals.forEach((literal, number) => {
    let branch = root;
    for (let i = 0; i < literal.length; i++) branch = childOf(branch, literal.charCodeAt(i));
    branch.literal = number;
  });
  return root;
}

function childOf(branch: Branch, code: number): Branch {
  const known = branch.children.get(code);
  if (known !== undefined) return known;
  const child: Branch = { code, children: new Map(), literal: NONE };
  branch.children.set(code, child);
  return child;
}

function inBreadth(root: Branch): Branch[] {
  const branches = [root];
  // Grows while it is walked.
  for (const { children } of branches) for (const child of children.values()) branches.push(child);
  return branches;
}
