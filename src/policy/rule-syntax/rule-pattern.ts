// The pattern of a rule -> what it is about: a name in one of its scopes wherever that says the same (one look-up, however many
// rules there are), else a glob or a regular expression.

import { SCOPE, type Scope } from '../../memory/block-table/rule-model.ts';
import { nameFromInternational } from '../../wire/international-name.ts';
import { foldName } from '../../wire/name.ts';
import { type AddressRange, addressRange } from './address-range.ts';
import { nameOfSimpleRegex } from './simple-regex.ts';
import { RULE_SKIP, type SkippedRule, skipped } from './skip-reason.ts';

export type RuleSubject =
  /** Lower-cased uncompressed wire name. */
  | { readonly kind: 'name'; readonly wire: Uint8Array<ArrayBuffer>; readonly scope: Scope }
  /** As in PatternRule. */
  | { readonly kind: 'regex' | 'glob'; readonly text: string }
  | ({ readonly kind: 'addresses' } & AddressRange);

/** Letters, digits, - _ . of any script, and escapes (RFC 4343 section 2.1). */
const NAME_CHARACTERS = /^(?:[-\w.\P{ASCII}]|\\\d{3}|\\[^\d\s])+$/u;
/** What stands in the addresses of web pages, but in no name. */
const WEB_CHARACTERS = /[/:?=&%@~;,+!#^]/;
const SHORTEST = 3;
/** More than one number, and nothing else: no name begins so. */
const PARTS_OF_ADDRESS = /^\d+\.[\d*]+\.[\d.*]*$/;
/** Says nothing about a name, or only that it has a dot. */
const ANYTHING = /^\|{0,2}(?=\.*\*)[*.]+(?:\^[|*]?|\||\/\*)?$/;

type Start = 'label' | 'name' | 'anywhere';

/** `isLimited`: the options say for whom or what it is; only then may it be about every name. */
export function readPattern(pattern: string, isLimited: boolean): RuleSubject | SkippedRule {
  if (pattern.length > 1 && pattern.startsWith('/') && pattern.endsWith('/')) return readRegex(pattern.slice(1, -1));
  if (!isLimited && ANYTHING.test(pattern)) return skipped(RULE_SKIP.TOO_WIDE, pattern);
  if (pattern.length < SHORTEST) {
    if (!isLimited) return skipped(RULE_SKIP.TOO_WIDE, pattern);
    if (/^(?:\|{0,2}|\*)$/.test(pattern)) return { kind: 'glob', text: '*' };
  }
  const start: Start = pattern.startsWith('||') ? 'label' : pattern.startsWith('|') ? 'name' : 'anywhere';
  const { body, isEnded } = withoutEnd(pattern.slice({ label: 2, name: 1, anywhere: 0 }[start]).toLowerCase(), start);
  const address = addressRange(body.replace(/^\[(.*)\]$/, '$1')) ?? beginningOfAddress(body, isEnded);
  if (address !== undefined) return { kind: 'addresses', ...address };
  if (PARTS_OF_ADDRESS.test(body)) return notAName(body);
  // What other formats write, and nobody for browsers.
  if (/^\^.*\\|[()[\]{}]/.test(body)) return notAName(body);
  if (/\s/.test(body)) return skipped(RULE_SKIP.TEXT_BEHIND);
  if (WEB_CHARACTERS.test(body)) return skipped(RULE_SKIP.WEB_ADDRESS);
  if (body.includes('*')) return readGlob(body, start, isEnded);
  return readPlain(body, start, isEnded);
}

/** `||192.0.2.` and `||192.0.2.*`: IPv4 addresses that begin so. One part alone, `||163.`, is the beginning of a name. */
function beginningOfAddress(body: string, isEnded: boolean): AddressRange | undefined {
  const parts = /^((?:\d{1,3}\.){2,3})\*?$/.exec(body)?.[1]?.split('.').slice(0, -1);
  if (parts === undefined || (isEnded && body.endsWith('.'))) return undefined;
  const network = [...parts, ...Array<string>(4 - parts.length).fill('0')].join('.');
  return addressRange(`${network}/${8 * parts.length}`);
}

function readRegex(text: string): RuleSubject | SkippedRule {
  if (text === '') return skipped(RULE_SKIP.TOO_WIDE, '//');
  return nameOfSimpleRegex(text) ?? { kind: 'regex', text };
}

/**
 * Takes off what marks the end of the name: `^`, `|`, both; and what may follow in the address of a page, `^*`, and `/*` behind what
 * begins as a name.
 */
function withoutEnd(text: string, start: Start): { body: string; isEnded: boolean } {
  const body = text.replace(start === 'label' ? /(?:\^[|*]?|\/\*|\|)$/ : /(?:\^[|*]?|\|)$/, '');
  return { body, isEnded: body.length < text.length };
}

function readPlain(body: string, start: Start, isEnded: boolean): RuleSubject | SkippedRule {
  if (start === 'anywhere') {
    // `.name` is whatever lies below it. Without an end it could go on behind, which nobody means who writes a whole name.
    if (/^\.[^.-]/.test(body) && (isEnded || isWholeName(body.slice(1)))) return named(body.slice(1), SCOPE.BELOW);
    if (!isEnded && isBareName(body)) return named(body, SCOPE.EXACT);
    return globOf(`*${body}${isEnded ? '' : '*'}`, body);
  }
  if (start === 'name') return isEnded ? named(body, SCOPE.EXACT) : globOf(`${body}*`, body);
  if (isEnded || isWholeName(body)) return named(body, SCOPE.SUBTREE);
  return isPatternText(body) ? { kind: 'regex', text: `(?:^|\\.)${escaped(body)}` } : notAPattern(body);
}

function readGlob(body: string, start: Start, isEnded: boolean): RuleSubject | SkippedRule {
  const below = /^\*\.([^*]+)$/.exec(body)?.[1];
  if (below !== undefined && start !== 'name' && (isEnded || isWholeName(below))) return named(below, SCOPE.BELOW);
  if (!isPatternText(body.replaceAll('*', 'x'))) return notAPattern(body);
  if (start === 'label' && !body.startsWith('*')) {
    const text = `(?:^|\\.)${body.split(/\*+/).map(escaped).join('.*')}${isEnded ? '$' : ''}`;
    return { kind: 'regex', text };
  }
  return { kind: 'glob', text: `${start === 'anywhere' ? '*' : ''}${body}${isEnded ? '' : '*'}`.replace(/\*+/g, '*') };
}

function globOf(text: string, body: string): RuleSubject | SkippedRule {
  return isPatternText(body) ? { kind: 'glob', text } : notAPattern(body);
}

function named(text: string, scope: Scope): RuleSubject | SkippedRule {
  const wire = NAME_CHARACTERS.test(text) ? nameFromInternational(text) : undefined;
  // The last label of an address or a part of one is a number; no top-level domain is.
  if (wire === undefined || wire.length === 1 || /(?:^|\.)\d+\.?$/.test(text)) return notAName(text);
  foldName(wire, wire.length);
  return { kind: 'name', wire, scope };
}

/** A name as hosts have them, of any length; `ads.` and `-ads` are parts of names. */
function isBareName(text: string): boolean {
  return NAME_CHARACTERS.test(text) && !/^[.-]|-$|^[^.]*\.$/.test(text);
}

/** At least two labels, none of them begun: nobody means `||ads.` or `||cdn-` to end there. */
function isWholeName(text: string): boolean {
  return isBareName(text) && /[^.]\.[^.]/.test(text) && !text.endsWith('.');
}

function isPatternText(text: string): boolean {
  return /^[-\w.]+$/.test(text);
}

function escaped(text: string): string {
  return text.replaceAll('.', '\\.');
}

/** A part of a label has no xn-- form that could be looked for. */
function notAPattern(text: string): SkippedRule {
  return /\P{ASCII}/u.test(text) ? skipped(RULE_SKIP.INTERNATIONAL_PATTERN, text) : notAName(text);
}

function notAName(text: string): SkippedRule {
  return skipped(RULE_SKIP.NOT_A_NAME, text);
}
