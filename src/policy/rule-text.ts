// A rule in words, as people write it: `||name^`, `|name^`, `*.name`, with @@ in front where it allows. Its options are left out.

import { isAllowing, SCOPE } from '../memory/block-table/rule-model.ts';
import type { TablePattern } from '../memory/block-table/table-description.ts';
import { nameToText } from '../wire/name-text.ts';

/** What stands around the name; by scope. */
export const NAME_MARKS: readonly (readonly [before: string, behind: string])[] = [
  ['', ''],
  ['|', '^'],
  ['*.', ''],
  ['||', '^'],
];

export const ALLOWING_MARK = '@@';

/** `offset`: where the rule's name starts in the wire name. */
export function nameRuleText(rank: number, scope: number, name: Uint8Array, offset: number): string {
  const [before, behind] = NAME_MARKS[scope] ?? NAME_MARKS[SCOPE.EXACT]!;
  return `${isAllowing(rank) ? ALLOWING_MARK : ''}${before}${nameToText(name, offset)}${behind}`;
}

export function patternRuleText({
  kind,
  text,
  class: ruleClass,
}: Pick<TablePattern, 'kind' | 'text' | 'class'>): string {
  const written = kind === 'regex' ? (anchoredGlob(text) ?? `/${text}/`) : text;
  return `${isAllowing(ruleClass) ? ALLOWING_MARK : ''}${written}`;
}

/** `||ads*.example^` is a regular expression to the gateway (rule-syntax/rule-pattern.ts), but nothing that anybody wrote. */
function anchoredGlob(regex: string): string | undefined {
  const [, body, end] = /^\(\?:\^\|\\\.\)((?:[-\w]|\\\.|\.\*)+)(\$?)$/.exec(regex) ?? [];
  return body && `||${body.replaceAll('.*', '*').replaceAll('\\.', '.')}${end === '$' ? '^' : ''}`;
}
