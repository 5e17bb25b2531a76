// What the owner name of a response policy rule is about: a name, what lies below it, or addresses in answers.

import { SCOPE } from '../../../memory/block-table/rule-model.ts';
import { addressRange } from '../../../policy/rule-syntax/address-range.ts';
import type { RuleSubject } from '../../../policy/rule-syntax/rule-pattern.ts';
import { nameFromInternational } from '../../../wire/international-name.ts';
import { foldName } from '../../../wire/name.ts';
import { FAULT, NOT_FOR_US, type SkipReason } from './line-fault.ts';

/** `trigger`: the owner without the zone's name, in lower case. */
export function readTrigger(trigger: string): RuleSubject | SkipReason {
  const special = /(?:^|\.)rpz-(ip|client-ip|nsip|nsdname)$/.exec(trigger);
  if (special === null) return readNameTrigger(trigger);
  if (special[1] === 'client-ip') return NOT_FOR_US.CLIENT_TRIGGER;
  if (special[1] !== 'ip') return NOT_FOR_US.SERVER_TRIGGER;
  return readAddressTrigger(trigger.slice(0, special.index)) ?? FAULT.NOT_AN_ADDRESS;
}

function readNameTrigger(trigger: string): RuleSubject | SkipReason {
  if (trigger === '*') return { kind: 'glob', text: '*' };
  const isBelow = trigger.startsWith('*.');
  const wire = nameFromInternational(isBelow ? trigger.slice(2) : trigger);
  if (wire === undefined || wire.length === 1) return FAULT.BAD_CHARACTER;
  foldName(wire, wire.length);
  return { kind: 'name', wire, scope: isBelow ? SCOPE.BELOW : SCOPE.EXACT };
}

/** `24.0.2.0.192` is 192.0.2.0/24, `64.zz.db8.2001` is 2001:db8::/64. */
function readAddressTrigger(text: string): RuleSubject | undefined {
  const [length, ...reversed] = text.split('.');
  const parts = reversed.reverse();
  if (!/^\d{1,3}$/.test(length!) || parts.length < 2) return undefined;
  const isIpv4 = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part));
  const range = addressRange(`${isIpv4 ? parts.join('.') : ipv6Text(parts)}/${length}`);
  return range === undefined ? undefined : { kind: 'addresses', ...range };
}

/** `zz` stands for as many zeros as are missing. */
function ipv6Text(parts: readonly string[]): string {
  const gap = parts.indexOf('zz');
  if (gap < 0) return parts.join(':');
  return `${parts.slice(0, gap).join(':')}::${parts.slice(gap + 1).join(':')}`;
}
