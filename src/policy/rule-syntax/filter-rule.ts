// One rule in the syntax of AdGuard's DNS filters, which the operator's own rules and many lists are written in: `||name^`, `@@`,
// `|`, `*`, `/regex/` and the options behind `$`. Control plane and command line; pure. What only browsers can follow is told
// apart and never taken for a block.

import { type RuleShape, RULE_CLASS, type RuleClass } from '../../memory/block-table/rule-model.ts';
import { readOptions, type RuleOptions } from './rule-options.ts';
import { readPattern, type RuleSubject } from './rule-pattern.ts';
import { RULE_SKIP, type SkippedRule, skipped } from './skip-reason.ts';
import { splitRule } from './split-rule.ts';

export interface FilterRule {
  readonly subject: RuleSubject;
  readonly shape: RuleShape;
  /** It takes away rules of this subject and shape instead of adding one. */
  readonly removes: boolean;
}

/** Rules of a list differ in their names; their options are few. */
const SHAPES_KEPT = 4096;
const shapes = new Map<string, RuleShape>();

/** Takes one line that is no comment. Shapes are the same object for the same meaning, as long as those are few. */
export function readFilterRule(line: string): FilterRule | SkippedRule {
  const text = line.trim();
  const parts = splitRule(text);
  if ('reason' in parts) return parts;
  const options = readOptions(parts.options);
  if ('reason' in options) return options;
  const subject = readPattern(parts.pattern, options.condition !== undefined);
  if ('reason' in subject) return subject;
  const { response } = options;
  if (!parts.isException) {
    if (response === 'every') return skipped(RULE_SKIP.OPTION_VALUE, 'dnsrewrite');
    return { subject, shape: shapeOf(classOf(options, false), options, response), removes: options.isBadfilter };
  }
  // An exception with a value is about the one rule that has it.
  if (response !== undefined && response !== 'every')
    return { subject, shape: shapeOf(classOf(options, false), options, response), removes: true };
  return { subject, shape: shapeOf(classOf(options, true), options, response), removes: options.isBadfilter };
}

function classOf({ isImportant }: RuleOptions, isException: boolean): RuleClass {
  if (isException) return isImportant ? RULE_CLASS.IMPORTANT_ALLOW : RULE_CLASS.ALLOW;
  return isImportant ? RULE_CLASS.IMPORTANT_BLOCK : RULE_CLASS.BLOCK;
}

function shapeOf(ruleClass: RuleClass, options: RuleOptions, response: RuleOptions['response']): RuleShape {
  const condition =
    response === 'every' ? { ...options.condition, liftsResponsesOnly: true as const } : options.condition;
  return internShape({
    class: ruleClass,
    ...(condition === undefined ? {} : { condition }),
    ...(response === undefined || response === 'every' ? {} : { response }),
  });
}

/** The same object for the same content, so that a table need not compare it each time. */
export function internShape(shape: RuleShape): RuleShape {
  const key = JSON.stringify(shape);
  const known = shapes.get(key);
  if (known !== undefined) return known;
  // A list that gives every name a response of its own would fill any store.
  if (shapes.size >= SHAPES_KEPT) shapes.clear();
  shapes.set(key, shape);
  return shape;
}
