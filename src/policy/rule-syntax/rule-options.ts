// The options behind `$` that concern names: what they say of when a rule holds and what it answers.

import type { RuleCondition, RuleResponse } from '../../memory/block-table/rule-model.ts';
import { nameFromInternational } from '../../wire/international-name.ts';
import { foldName } from '../../wire/name.ts';
import { nameToText } from '../../wire/name-text.ts';
import { typeFromText } from '../../wire/type-text.ts';
import { isBrowserOption } from './browser-options.ts';
import { readRewrite } from './rewrite-response.ts';
import { RULE_SKIP, type SkippedRule, skipped } from './skip-reason.ts';
import { splitAt, withoutEscapes } from './split-rule.ts';

export interface RuleOptions {
  readonly isImportant: boolean;
  readonly isBadfilter: boolean;
  /** Undefined: the rule holds always. */
  readonly condition: RuleCondition | undefined;
  /** `every`: `dnsrewrite` without a value, which is about all rules with one. */
  readonly response: RuleResponse | 'every' | undefined;
}

interface Choices {
  readonly only: readonly string[];
  readonly except: readonly string[];
}

/** In the value of an option. Names in other scripts take microseconds each. */
const CHOICES_MAX = 500;

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** Each option as written, without the commas between them. */
export function readOptions(options: readonly string[]): RuleOptions | SkippedRule {
  let isImportant = false;
  let isBadfilter = false;
  let response: RuleOptions['response'];
  const condition: Mutable<RuleCondition> = {};
  for (const option of options) {
    const equals = option.indexOf('=');
    const name = (equals < 0 ? option : option.slice(0, equals)).trim();
    const value = equals < 0 ? undefined : option.slice(equals + 1);
    if (name === 'dnsrewrite') {
      const read = value === undefined || value === '' ? 'every' : readRewrite(withoutEscapes(value));
      if (read !== 'every' && 'reason' in read) return read;
      response = read;
    } else if (name === 'important' || name === 'badfilter') {
      if (value !== undefined) return skipped(RULE_SKIP.OPTION_VALUE, option);
      if (name === 'important') isImportant = true;
      else isBadfilter = true;
    } else if (CONDITIONS.has(name)) {
      if (!CONDITIONS.get(name)!(condition, value ?? '')) return skipped(RULE_SKIP.OPTION_VALUE, option);
    } else {
      return skipped(isBrowserOption(name) ? RULE_SKIP.BROWSER_OPTION : RULE_SKIP.UNKNOWN_OPTION, name);
    }
  }
  const hasCondition = Object.keys(condition).length > 0;
  return { isImportant, isBadfilter, response, condition: hasCondition ? inFixedOrder(condition) : undefined };
}

/** Rules with the same meaning are to be the same, whichever option was written first. */
function inFixedOrder({ types, clients, tags, denyAllow }: RuleCondition): RuleCondition {
  return {
    ...(types === undefined ? {} : { types }),
    ...(clients === undefined ? {} : { clients }),
    ...(tags === undefined ? {} : { tags }),
    ...(denyAllow === undefined ? {} : { denyAllow }),
  };
}

/** Each writes what its value says into the condition; false if it says nothing. */
const CONDITIONS: ReadonlyMap<string, (condition: Mutable<RuleCondition>, value: string) => boolean> = new Map([
  ['dnstype', setTypes],
  ['client', setClients],
  ['ctag', setTags],
  ['denyallow', setDenyAllow],
]);

function setTypes(condition: Mutable<RuleCondition>, value: string): boolean {
  const choices = readChoices(value, (text) => (typeFromText(text) === undefined ? undefined : text));
  if (choices === undefined) return false;
  // Beside types that are asked for, the excepted ones say nothing.
  const except = choices.only.length === 0;
  const numbers = (except ? choices.except : choices.only).map((text) => typeFromText(text)!);
  condition.types = { except, numbers: [...new Set(numbers)].sort((a, b) => a - b) };
  return true;
}

function setClients(condition: Mutable<RuleCondition>, value: string): boolean {
  const clients = readChoices(value, (text) => {
    const quoted = /^(["'])(.*)\1$/s.exec(text);
    return withoutEscapes(quoted === null ? text : quoted[2]!).trim() || undefined;
  });
  if (clients === undefined) return false;
  condition.clients = clients;
  return true;
}

function setTags(condition: Mutable<RuleCondition>, value: string): boolean {
  const tags = readChoices(value, (text) => (/^[a-z0-9_]+$/.test(text) ? text : undefined));
  if (tags === undefined) return false;
  condition.tags = tags;
  return true;
}

function setDenyAllow(condition: Mutable<RuleCondition>, value: string): boolean {
  const names = readChoices(value, (text) => {
    const name = nameFromInternational(text);
    if (name === undefined || name.length === 1) return undefined;
    foldName(name, name.length);
    return nameToText(name);
  });
  if (names === undefined || names.except.length > 0) return false;
  condition.denyAllow = names.only;
  return true;
}

/** `a|~b`: sorted, each once; undefined if there are too many, or a part is empty or nothing that `read` knows. */
function readChoices(value: string, read: (text: string) => string | undefined): Choices | undefined {
  const only = new Set<string>();
  const except = new Set<string>();
  const parts = splitAt(value, '|');
  if (parts.length > CHOICES_MAX) return undefined;
  for (const part of parts) {
    const isExcepted = part.startsWith('~');
    const text = read(isExcepted ? part.slice(1) : part);
    if (text === undefined) return undefined;
    (isExcepted ? except : only).add(text);
  }
  return { only: [...only].sort(), except: [...except].sort() };
}
