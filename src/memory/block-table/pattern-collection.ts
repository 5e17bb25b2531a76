// Builder side: rules about names that no look-up finds, each once, handed out in order of precedence.

import { DESCRIBED_MAX } from './block-table-layout.ts';
import { isNoName, isRecordsOfTypes, NO_DATA } from './existing-names.ts';
import { rankOf, type PatternRule, type RuleShape, type RuleSource } from './rule-model.ts';
import { EVERY_SOURCE } from './removed-names.ts';
import type { RuleItems, ShapeNumbers } from './rule-items.ts';
import type { TablePattern } from './table-description.ts';

export type PatternWithoutLine = Pick<PatternRule, 'kind' | 'text' | 'shape'>;

export class PatternCollection {
  readonly #sources: readonly RuleSource[];
  readonly #items: RuleItems;
  readonly #patterns = new Map<string, TablePattern>();
  readonly #removed: { readonly pattern: PatternWithoutLine; readonly source: number }[] = [];

  constructor(sources: readonly RuleSource[], items: RuleItems) {
    this.#sources = sources;
    this.#items = items;
  }

  /** False where there are too many. One that is there already keeps its first line. */
  add(source: number, pattern: PatternRule): boolean {
    const numbers = this.#items.numbersOf(pattern.shape, source);
    if (numbers === undefined) return false;
    const key = keyOf(source, pattern, numbers);
    if (this.#patterns.has(key)) return true;
    if (this.#patterns.size === DESCRIBED_MAX) return false;
    const { kind, text, line, shape, made } = pattern;
    this.#patterns.set(key, { source, kind, text, class: shape.class, ...numbers, line, ...(made && { made }) });
    return true;
  }

  remove(pattern: PatternWithoutLine, source: number): void {
    this.#removed.push({ pattern, source });
  }

  /** What is left of them. */
  inOrder(): readonly TablePattern[] {
    const removed = new Set(this.#removedKeys());
    const left = [...this.#patterns].filter(([key]) => !removed.has(key) && !removed.has(withEverySource(key)));
    const rank = ({ source, class: ruleClass }: TablePattern) => rankOf(this.#sources[source]!.tier, ruleClass);
    const inOrder = this.#withExistingNames(left.map(([, pattern]) => pattern)).sort(
      (a, b) =>
        rank(a) - rank(b) ||
        a.source - b.source ||
        // As RuleItems.order has it.
        Number(a.response === 0) - Number(b.response === 0) ||
        Number(a.condition === 0) - Number(b.condition === 0) ||
        a.line - b.line,
    );
    return withAutomataOnce(inOrder);
  }

  /** What existing-names.ts does for names: where a source gives records of some types, all others have no data. */
  #withExistingNames(patterns: readonly TablePattern[]): TablePattern[] {
    const { conditions, responses } = this.#items;
    const about = ({ source, class: ruleClass, kind, text }: TablePattern) => `${source} ${ruleClass} ${kind} ${text}`;
    const existing = new Set(
      patterns
        .filter(({ condition, response }) => isRecordsOfTypes(conditions[condition - 1], responses[response - 1]))
        .map(about),
    );
    if (existing.size === 0) return [...patterns];
    return patterns.map((pattern) => {
      const isDenied = pattern.condition === 0 && isNoName(responses[pattern.response - 1]);
      if (!isDenied || !existing.has(about(pattern))) return pattern;
      const shape: RuleShape = { class: pattern.class, response: NO_DATA };
      const numbers = this.#items.numbersOf(shape, pattern.source);
      return numbers === undefined ? pattern : { ...pattern, ...numbers };
    });
  }

  *#removedKeys(): Generator<string> {
    for (const { pattern, source } of this.#removed) {
      const numbers = this.#items.knownNumbersOf(pattern.shape);
      if (numbers !== undefined) yield keyOf(source, pattern, numbers);
    }
  }
}

/** Lists share many patterns, and whoever reads them shares what is made of them. */
function withAutomataOnce(patterns: readonly TablePattern[]): readonly TablePattern[] {
  const seen = new Set<string>();
  return patterns.map((pattern) => {
    const { made, ...rest } = pattern;
    const text = `${pattern.kind} ${pattern.text}`;
    if (made === undefined || !seen.has(text)) {
      if (made !== undefined) seen.add(text);
      return pattern;
    }
    return rest;
  });
}

function keyOf(
  source: number,
  { kind, text, shape }: PatternWithoutLine,
  { condition, response }: ShapeNumbers,
): string {
  return `${source} ${shape.class} ${condition} ${response} ${kind} ${text}`;
}

function withEverySource(key: string): string {
  return `${EVERY_SOURCE}${key.slice(key.indexOf(' '))}`;
}
