// One line of `[policy] rules`: `||name^` (name and everything below), `|name^` or `name` (exactly), `@@` in front to allow.

import type { RuleAction, RuleScope } from '../memory/block-table/block-table.ts';
import { nameFromInternational } from '../wire/international-name.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { foldName } from '../wire/name.ts';

export interface Rule {
  readonly action: RuleAction;
  readonly scope: RuleScope;
  /** Lower-cased uncompressed wire name. */
  readonly name: Uint8Array;
}

const FORMS = 'write ||name^ (it and all below it), |name^ or name (exactly), with @@ in front to allow';

/** The rule, or a sentence saying what is wrong and what would be right. */
export function parseRule(text: string): Rule | string {
  const line = text.trim();
  const action = line.startsWith('@@') ? 'allow' : 'block';
  const pattern = action === 'allow' ? line.slice(2) : line;
  const nameText = pattern.replace(/^\|{1,2}/, '').replace(/\^$/, '');
  const fault = formFault(pattern, nameText);
  if (fault !== undefined) return `"${line}": ${fault}`;

  const name = nameFromInternational(nameText);
  if (name === undefined) return `"${line}": "${nameText}" is not a domain name`;
  if (name.length === 1) return `"${line}": the root is every name; name at least a top-level domain`;
  foldName(name, name.length);
  return { action, scope: pattern.startsWith('||') ? 'subtree' : 'exact', name };
}

/** What keeps a pattern from being a rule, most telling first; undefined if its form is right. */
function formFault(pattern: string, nameText: string): string | undefined {
  if (nameText === '') return `no name; ${FORMS}`;
  if (/^[!#]/.test(pattern)) return 'a comment among the rules; use # of the configuration file';
  if (/^\/.*\/$/.test(pattern)) return `regular expressions are not rules; ${FORMS}`;
  if (/\s/.test(pattern)) return `one name a rule, without spaces; ${FORMS}`;
  if (pattern.includes('*')) return `no wildcards; ${FORMS}`;
  if (pattern.includes('^$')) return 'options after ^ do not concern names; leave them out';
  if (isAddress(nameText)) return 'an address, where a domain name belongs';
  if (!NAME_CHARACTERS.test(nameText)) return `"${nameText}" is not a domain name; ${FORMS}`;
  const hasBar = pattern.startsWith('|');
  if (hasBar && !pattern.endsWith('^')) return `^ is missing at the end; write ${pattern}^`;
  if (!hasBar && pattern.endsWith('^')) return `^ needs bars in front; write ||${pattern} or |${pattern}`;
  return undefined;
}

/** Letters, digits, - _ . of any script, and escapes (RFC 4343 section 2.1). */
const NAME_CHARACTERS = /^(?:[-\w.\P{ASCII}]|\\\d{3}|\\[^\d\s])+$/u;

function isAddress(text: string): boolean {
  return parseAddress(text, new Uint8Array(16));
}
