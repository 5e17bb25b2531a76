// A line of rule syntax -> exception mark, pattern and options; lines for the inside of web pages are told apart here.

import { RULE_SKIP, type SkippedRule, skipped } from './skip-reason.ts';

export interface RuleParts {
  readonly isException: boolean;
  readonly pattern: string;
  /** As written, escapes and all. */
  readonly options: readonly string[];
}

/** `##`, `#@#`, `#?#`, `#$#`, `#%#` and their mixtures; `$$` and `$@$` for HTML. */
const COSMETIC_MARK = /#@?[$%?^]{0,2}#|\$@?\$/;

/** Options whose values may hold any characters: texts of records, names of clients. */
const FREE_TEXT = /(?:^|,)(?:dnsrewrite|client)=/;

export function splitRule(text: string): RuleParts | SkippedRule {
  const isException = text.startsWith('@@');
  const rule = isException ? text.slice(2) : text;
  const isRegex = rule.startsWith('/') && rule.length > 1;
  if (isRegex && rule.endsWith('/')) return { isException, pattern: rule, options: [] };
  const regexEnd = isRegex ? rule.lastIndexOf('/$') : -1;
  if (regexEnd > 0)
    return { isException, pattern: rule.slice(0, regexEnd + 1), options: splitAt(rule.slice(regexEnd + 2), ',') };
  const dollar = rule.indexOf('$');
  const mark = rule.search(COSMETIC_MARK);
  if (mark >= 0 && !isInFreeText(rule, dollar, mark)) return skipped(RULE_SKIP.COSMETIC);
  if (dollar < 0) return { isException, pattern: rule, options: [] };
  return { isException, pattern: rule.slice(0, dollar), options: splitAt(rule.slice(dollar + 1), ',') };
}

/** Whether what stands at `at` is part of an option's value; the options begin behind the first dollar sign. */
function isInFreeText(rule: string, dollar: number, at: number): boolean {
  return dollar >= 0 && at > dollar && FREE_TEXT.test(rule.slice(dollar + 1, at));
}

/** Parts between separators that no backslash stands before; the escapes stay. */
export function splitAt(text: string, separator: ',' | '|'): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** `\,` -> `,` and so on, for the characters that the syntax has a use for. */
export function withoutEscapes(text: string): string {
  return text.replace(/\\([,|$'"\\])/g, '$1');
}
