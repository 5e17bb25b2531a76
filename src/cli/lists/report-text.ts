// What became of the lines of a list, for people.

import type { KeptReport } from '../../control-plane/lists/compile-messages.ts';
import type { NotedLines } from '../../control-plane/lists/noted-rules.ts';
import { countText } from '../../control-plane/lists/quantity-text.ts';

const KINDS = [
  ['names', 'about one name'],
  ['subtrees', 'about a name and what lies below it'],
  ['below', 'about what lies below a name'],
  ['patterns', 'by a pattern'],
  ['addresses', 'about addresses'],
  ['removals', 'that take others away'],
] as const;
const TRAITS = [
  ['exceptions', 'exceptions'],
  ['important', 'important'],
  ['conditional', 'with a condition'],
  ['responses', 'with a response of their own'],
] as const;

/** Rules taken, by kind. */
export function takenTexts({ rules }: KeptReport): string[] {
  const kinds = KINDS.flatMap(([kind, text]) => (rules[kind] === 0 ? [] : [`${number(rules[kind])} ${text}`]));
  const traits = TRAITS.flatMap(([trait, text]) => (rules[trait] === 0 ? [] : [`${number(rules[trait])} ${text}`]));
  return [
    kinds.length === 0 ? 'none' : kinds.join(', '),
    ...(traits.length === 0 ? [] : [`among them ${traits.join(', ')}`]),
  ];
}

/** Rules that were said before, with the first of them. */
export function repeatedTexts({ repeated: { rules, first } }: KeptReport): string[] {
  return rules === 0 ? [] : [countText(rules, 'rule'), ...firstTexts(first)];
}

/** Lines left out, by reason, with the first of each. */
export function leftOutTexts({ skipped, leftOut }: KeptReport): string[] {
  const lines = skipped.flatMap(({ reasonText, lines: count, first }) => [
    `${countText(count, 'line')}: ${reasonText}`,
    ...firstTexts(first),
  ]);
  if (leftOut.rules === 0) return lines;
  return [...lines, `${countText(leftOut.rules, 'rule')} for which there was no place`, ...firstTexts(leftOut.first)];
}

function firstTexts(first: NotedLines['first']): string[] {
  return first.map(({ lineNumber, text }) => `  line ${lineNumber}: ${text}`);
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
