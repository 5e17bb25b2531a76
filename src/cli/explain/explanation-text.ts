// An explanation as `sotto explain` shows it: the verdict as a sentence, then what it rests on.

import type { Explanation } from '../../control-plane/explain/explain-name.ts';
import { TYPE } from '../../wire/numbers.ts';
import { visible } from '../visible-text.ts';

const LOCAL_ANSWERS: Readonly<Record<NonNullable<Explanation['local']>, string>> = {
  records: 'records made here',
  embedded: 'IPv6 addresses made here of IPv4 addresses',
  nodata: 'NOERROR without records, made here',
  nxdomain: 'NXDOMAIN, made here',
  servfail: 'SERVFAIL: its aliases are too many, or lead round in a circle',
  alias: 'an alias made here, and what the upstream has for its target',
};

/** Several lines without a final newline. `type`: what a client asks for. */
export function explanationToText(explanation: Explanation, type: number): string {
  const { sentence, sourceName, sourceKind, matchedName, isPreliminary, line } = explanation;
  const rows: [string, string][] = [['answer', answerText(explanation, type)]];
  if (sourceKind === 'list' && sourceName !== undefined) rows.push(['list', sourceName]);
  if (sourceKind === 'rules') rows.push(['rules', '[policy] rules']);
  if (matchedName !== undefined) rows.push(['name', matchedName]);
  if (line !== undefined) {
    rows.push(['line', line.number > 0 ? `${line.file}:${line.number}` : line.file]);
    rows.push(['', line.text]);
  }
  for (const note of explanation.notes) rows.push(['note', note]);
  if (isPreliminary) rows.push(['note', 'not all lists are here yet; one that is missing may name it']);
  const lines = rows.map(([word, text]) => `  ${word.padEnd(6)}  ${visible(text)}`);
  return [`${visible(sentence)}.`, ...lines].join('\n');
}

/** An answer to such a name is not searched for what is blocked. */
const ALLOWED_BY_NAME: ReadonlySet<Explanation['reason']> = new Set(['rule-allows', 'list-allows', 'client-probe']);

function answerText({ action, reason, response, local, plaintext }: Explanation, type: number): string {
  if (local === 'alias' && plaintext !== undefined) return `an alias made here, and what its target has: ${plaintext}`;
  if (local !== undefined) return LOCAL_ANSWERS[local];
  if (action === 'not-ready') return 'SERVFAIL until the lists have arrived';
  if (action === 'allow') {
    const whose = plaintext ?? "the upstream's";
    return ALLOWED_BY_NAME.has(reason)
      ? `${whose}, whatever it leads to`
      : `${whose}, unless it leads to a blocked name`;
  }
  const hasAddress = type === TYPE.A || type === TYPE.AAAA;
  switch (response) {
    case 'nxdomain':
      return 'NXDOMAIN: no such name';
    case 'nodata':
      return 'NOERROR without records';
    case 'null-address':
      if (!hasAddress) return 'NOERROR without records';
      return type === TYPE.A ? '0.0.0.0' : '::';
    case 'address':
      return hasAddress ? 'the address given as policy.block_response' : 'NOERROR without records';
    case 'refused':
      return 'REFUSED';
    case 'drop':
      return 'none: the question is dropped';
    default:
      return response ?? 'blocked';
  }
}
