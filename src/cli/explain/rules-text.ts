// Rules as `sotto explain` shows them: three lines each, the one that decides with a mark in front.

import type { ExplainedRule } from '../../control-plane/explain/explanation.ts';
import { RULES_SOURCE } from '../../control-plane/rules/build-rules-table.ts';
import { visible } from '../visible-text.ts';
import type { Ink } from './ink.ts';

/** Lines, each beginning with `margin`. */
export function rulesText(rules: readonly ExplainedRule[], hasMore: boolean, margin: string, ink: Ink): string[] {
  const lines = rules.flatMap((rule) => ruleLines(rule, ink).map((line) => `${margin}${line}`));
  return hasMore ? [...lines, `${margin}  and more, which change nothing`] : lines;
}

function ruleLines(rule: ExplainedRule, ink: Ink): string[] {
  const { decides, place, ruleText, response, whyNot } = rule;
  const word = rule.action === 'block' && response !== undefined ? 'answer' : rule.action;
  const action = `${rule.isImportant ? 'important ' : ''}${word}`;
  const text = place?.text ?? ruleText ?? '';
  const own = place === undefined && response !== undefined ? `: ${response}` : '';
  const where = place === undefined ? '' : `  ${place.number > 0 ? `${place.file}:${place.number}` : place.file}`;
  const head = `${action}  ${visible(speakerOf(rule))}${visible(where)}`;
  return [
    decides ? `${ink.strong('>')} ${ink.strong(head)}` : `  ${head}`,
    ...(text === '' ? [] : [`    ${visible(`${text}${own}`)}`]),
    ...(whyNot === undefined ? [] : [ink.faint(`    does not decide: ${visible(whyNot)}`)]),
  ];
}

function speakerOf({ sourceKind, sourceName }: ExplainedRule): string {
  switch (sourceKind) {
    case 'list':
      return `list ${sourceName}`;
    case 'rules':
      return sourceName === RULES_SOURCE ? '[policy] rules' : sourceName;
    case 'group-rules':
      return `rules of the group ${sourceName}`;
    case 'service':
      return `service ${sourceName}`;
    case 'safe-search':
      return `safe search ${sourceName}`;
  }
}
