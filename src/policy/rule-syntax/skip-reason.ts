// Why a line of rule syntax is no rule here: small codes, sentences for people. Some lines are for others (browsers) and none the
// worse for that; the rest are faults.

export const RULE_SKIP = {
  COSMETIC: 'cosmetic',
  WEB_ADDRESS: 'web-address',
  BROWSER_OPTION: 'browser-option',
  UNKNOWN_OPTION: 'unknown-option',
  OPTION_VALUE: 'option-value',
  UNSUPPORTED_RESPONSE: 'unsupported-response',
  TOO_WIDE: 'too-wide',
  NOT_A_NAME: 'not-a-name',
  INTERNATIONAL_PATTERN: 'international-pattern',
  REGEX: 'regex',
  TEXT_BEHIND: 'text-behind',
} as const;
export type RuleSkip = (typeof RULE_SKIP)[keyof typeof RULE_SKIP];

const SENTENCES: Readonly<Record<RuleSkip, string>> = {
  [RULE_SKIP.COSMETIC]: 'a rule for the inside of web pages',
  [RULE_SKIP.WEB_ADDRESS]: 'a rule for addresses of web pages, not for names',
  [RULE_SKIP.BROWSER_OPTION]: 'an option that only browsers can follow',
  [RULE_SKIP.UNKNOWN_OPTION]: 'an option that is not known',
  [RULE_SKIP.OPTION_VALUE]: 'an option with a value that it cannot have',
  [RULE_SKIP.UNSUPPORTED_RESPONSE]: 'a response that is not given here',
  [RULE_SKIP.TOO_WIDE]: 'a rule about everything',
  [RULE_SKIP.NOT_A_NAME]: 'what is no domain name',
  [RULE_SKIP.INTERNATIONAL_PATTERN]: 'a pattern with letters outside ASCII, to be written as in the xn-- form of names',
  [RULE_SKIP.REGEX]: 'a regular expression that cannot be used',
  [RULE_SKIP.TEXT_BEHIND]: 'text behind the rule',
};

const FOR_BROWSERS: ReadonlySet<string> = new Set([
  RULE_SKIP.COSMETIC,
  RULE_SKIP.WEB_ADDRESS,
  RULE_SKIP.BROWSER_OPTION,
]);

export interface SkippedRule {
  readonly reason: RuleSkip;
  /** What it is about, as written: the option, the name; may be empty. */
  readonly detail: string;
}

export function skipped(reason: RuleSkip, detail = ''): SkippedRule {
  return { reason, detail };
}

export function ruleSkipText(reason: RuleSkip): string {
  return SENTENCES[reason];
}

/** `an option that is not known: "foo"`. */
export function skippedText({ reason, detail }: SkippedRule): string {
  return detail === '' ? SENTENCES[reason] : `${SENTENCES[reason]}: "${detail}"`;
}

/** Whether the line is well-formed and for somebody else. */
export function isForBrowsers(reason: string): boolean {
  return FOR_BROWSERS.has(reason);
}
