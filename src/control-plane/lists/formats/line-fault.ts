// Why lines of a list are left out: small codes in the parsers, sentences for people. What is only meant for others (browsers,
// name servers) is no fault of the list.

import { isForBrowsers, RULE_SKIP, type RuleSkip, ruleSkipText } from '../../../policy/rule-syntax/skip-reason.ts';

export const FAULT = {
  NONE: '',
  EMPTY_LABEL: 'empty-label',
  LABEL_TOO_LONG: 'label-too-long',
  NAME_TOO_LONG: 'name-too-long',
  BAD_CHARACTER: 'bad-character',
  /** An address where a name belongs. */
  ADDRESS: 'address',
  /** A hosts line that does not begin with an address. */
  NO_ADDRESS: 'no-address',
  /** A hosts line that names nothing. */
  NO_NAME: 'no-name',
  /** More than one word where one name is expected. */
  TRAILING_TEXT: 'trailing-text',
  LINE_TOO_LONG: 'line-too-long',
  NOT_AN_ADDRESS: 'not-an-address',
  NOT_THIS_FORMAT: 'not-this-format',
  TOO_MANY_RECORDS: 'too-many-records',
  TOO_MANY_PATTERNS: 'too-many-patterns',
  OUTSIDE_ZONE: 'outside-zone',
} as const;
export type LineFault = (typeof FAULT)[keyof typeof FAULT];

/** Well-formed, and nothing that a filter could do. */
export const NOT_FOR_US = {
  /** dnsmasq: which server is asked. */
  FORWARDING: 'forwarding',
  /** dnsmasq: something else altogether. */
  OTHER_SETTING: 'other-setting',
  /** RPZ: triggers that are known only before or behind the look-up of a name. */
  CLIENT_TRIGGER: 'rpz-client-trigger',
  SERVER_TRIGGER: 'rpz-server-trigger',
  /** RPZ: an action that is reserved, or needs the name that was asked. */
  RESERVED_ACTION: 'rpz-reserved-action',
  ZONE_DIRECTIVE: 'zone-directive',
  /** Pi-hole: all names but those that match. */
  INVERTED: 'inverted',
} as const;
export type NotForUs = (typeof NOT_FOR_US)[keyof typeof NOT_FOR_US];

export type SkipReason = LineFault | NotForUs | RuleSkip;

/** Longer lines are faulty; nine names of full length fit. */
export const LINE_MAX_BYTES = 8192;

const SENTENCES: Readonly<Record<LineFault | NotForUs, string>> = {
  [FAULT.NONE]: '',
  [FAULT.EMPTY_LABEL]: 'a name with an empty label',
  [FAULT.LABEL_TOO_LONG]: 'a label of more than 63 octets',
  [FAULT.NAME_TOO_LONG]: 'a name of more than 255 octets',
  [FAULT.BAD_CHARACTER]: 'a character that no host name has',
  [FAULT.ADDRESS]: 'an address where a name belongs',
  [FAULT.NO_ADDRESS]: 'no address in front of the name',
  [FAULT.NO_NAME]: 'an address without a name',
  [FAULT.TRAILING_TEXT]: 'more than one name',
  [FAULT.LINE_TOO_LONG]: `a line of more than ${LINE_MAX_BYTES} octets`,
  [FAULT.NOT_AN_ADDRESS]: 'no address, network or range of addresses',
  [FAULT.NOT_THIS_FORMAT]: 'a line that the format does not have',
  [FAULT.TOO_MANY_RECORDS]: 'more records of its own than a list may have',
  [FAULT.TOO_MANY_PATTERNS]: 'more patterns than a list may have',
  [FAULT.OUTSIDE_ZONE]: 'a name outside the zone',
  [NOT_FOR_US.FORWARDING]: 'a server for names, not a rule',
  [NOT_FOR_US.OTHER_SETTING]: 'another setting of dnsmasq',
  [NOT_FOR_US.CLIENT_TRIGGER]: 'a trigger on clients, for which there are groups',
  [NOT_FOR_US.SERVER_TRIGGER]: 'a trigger on name servers, of which only the upstream knows',
  [NOT_FOR_US.RESERVED_ACTION]: 'an action that is not taken here',
  [NOT_FOR_US.ZONE_DIRECTIVE]: 'a directive that is not followed here',
  [NOT_FOR_US.INVERTED]: 'an inverted expression, which would be about everything else',
};

const NOT_FAULTS: ReadonlySet<string> = new Set(Object.values(NOT_FOR_US));
const OF_RULES: ReadonlySet<string> = new Set(Object.values(RULE_SKIP));

export function skipReasonText(reason: SkipReason): string {
  return isRuleSkip(reason) ? ruleSkipText(reason) : SENTENCES[reason];
}

/** Whether something is wrong with such a line; else it is for others. */
export function isFault(reason: SkipReason): boolean {
  return !NOT_FAULTS.has(reason) && !isForBrowsers(reason);
}

function isRuleSkip(reason: SkipReason): reason is RuleSkip {
  return OF_RULES.has(reason);
}
