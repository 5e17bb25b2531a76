// Which part of a rule's condition is not met, in words. Each part is asked alone, by the code that decides.

import type { RuleCondition } from '../../memory/block-table/rule-model.ts';
import { CompiledConditions } from '../../policy/conditions/compiled-conditions.ts';
import type { GroupNames } from '../../policy/policy-tables.ts';
import { typeToText } from '../../wire/type-text.ts';
import type { RuledQuestion } from './ruled-question.ts';

/** Of the first part that is not met; empty if all are. */
export function unmetText(condition: RuleCondition, question: RuledQuestion, groups: GroupNames): string {
  const { types, clients, tags, denyAllow } = condition;
  const parts: readonly (readonly [RuleCondition | undefined, () => string])[] = [
    [types && { types }, () => typesText(types!)],
    [clients && { clients }, () => choiceText('clients', clients!)],
    [tags && { tags }, () => choiceText('groups with a tag among', tags!)],
    [denyAllow && { denyAllow }, () => `it leaves out ${denyAllow!.join(', ')}, and what is below`],
  ];
  return parts.find(([part]) => part !== undefined && !isMet(part, question, groups))?.[1]() ?? '';
}

function isMet(part: RuleCondition, { asker, type, name, hasher }: RuledQuestion, groups: GroupNames): boolean {
  return new CompiledConditions([part], groups).holds(1, asker, type, name, name.length, hasher);
}

function typesText({ except, numbers }: NonNullable<RuleCondition['types']>): string {
  const names = numbers.map(typeToText).join(', ');
  return except ? `it does not hold for type ${names}` : `it holds for type ${names} alone`;
}

function choiceText(what: string, { only, except }: NonNullable<RuleCondition['clients']>): string {
  const texts = [
    ...(only.length === 0 ? [] : [`it holds for ${what} ${only.join(', ')} alone`]),
    ...(except.length === 0 ? [] : [`it does not hold for ${what} ${except.join(', ')}`]),
  ];
  return texts.join(', ');
}
