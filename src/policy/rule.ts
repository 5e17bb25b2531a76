// One rule of the operator's own: `||name^` (name and everything below), `|name^` or `name` (exactly), `@@` in front to allow, and
// whatever else the syntax of AdGuard's DNS filters has, read as in a list.

import { matchesEmptyText, patternFault } from './patterns/pattern-fault.ts';
import { type FilterRule, readFilterRule } from './rule-syntax/filter-rule.ts';
import { RULE_SKIP, skipped, skippedText } from './rule-syntax/skip-reason.ts';

const FORMS = 'write ||name^ (it and all below it), |name^ or name (exactly), with @@ in front to allow';

/** The rule, or a sentence saying what is wrong and what would be right. `faultOf`: whether its pattern can be used. */
export function parseRule(text: string, faultOf = patternFault): FilterRule | string {
  const line = text.trim();
  const fault = formFault(line);
  if (fault !== undefined) return `"${line}": ${fault}`;
  const rule = readFilterRule(line);
  if ('reason' in rule) return `"${line}": ${skippedText(rule)}; ${FORMS}`;
  const { subject, shape } = rule;
  if (!('text' in subject)) return rule;
  const wrong = faultOf(subject.kind, subject.text);
  if (wrong !== undefined) return `"${line}": its pattern cannot be used: ${wrong}`;
  if (subject.kind === 'regex' && shape.condition === undefined && matchesEmptyText(subject.kind, subject.text))
    return `"${line}": ${skippedText(skipped(RULE_SKIP.TOO_WIDE, subject.text))}; ${FORMS}`;
  return rule;
}

/** What is a line in a list, but no rule. */
function formFault(line: string): string | undefined {
  if (/^(?:@@)?[|^]*$/.test(line)) return `no name; ${FORMS}`;
  if (/^[!#]/.test(line)) return 'a comment among the rules; use # of the configuration file';
  return undefined;
}
