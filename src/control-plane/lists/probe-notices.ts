// Says when a list or a rule blocks what Android looks up before it accepts a Private DNS server. Lists are overruled there
// (policy/decide.ts), rules are not: the operator has written them. Main thread.

import { isAllowing, TIER } from '../../memory/block-table/rule-model.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { Decision, decide, REASON } from '../../policy/decide.ts';
import type { Asker } from '../../policy/asker.ts';
import { DEFAULT_GROUP, type GroupPolicy } from '../../policy/group-policy.ts';
import type { PolicyTables } from '../../policy/policy-tables.ts';
import { matchesOf } from '../../policy/rule-matches.ts';
import { knownName } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';

/** The first label is a different one each time. */
const PROBE = knownName('example-dnsotls-ds.metric.gstatic.com');

export class ProbeNotices {
  #told = '';

  /** What the tables in force are the first ones to bring about for the default group; undefined if nothing. */
  look(policy: PolicyTables, group: GroupPolicy): string | undefined {
    const notice = noticeFor(policy, group);
    if (notice === this.#told) return undefined;
    this.#told = notice;
    return notice === '' ? undefined : notice;
  }
}

const ANYBODY: Asker = { clientAddress: new Uint8Array(16), clientId: '', groupIndex: DEFAULT_GROUP };

function noticeFor(policy: PolicyTables, group: GroupPolicy): string {
  const hasher = new NameHasher(policy.lists.table.hashKey);
  const decision = new Decision();
  hasher.hash(PROBE, PROBE.length);
  decide(policy, { ...group, listsComplete: true }, ANYBODY, PROBE, PROBE.length, TYPE.A, hasher, decision);
  const names = 'names below metric.gstatic.com, which Android asks for before it accepts a Private DNS server';
  if (decision.reason === REASON.RULE_BLOCKS)
    return `a rule of the policy blocks ${names}: phones with this gateway's name set there show "couldn't connect"`;
  if (decision.reason !== REASON.CLIENT_PROBE) return '';
  const first = matchesOf(policy, group, ANYBODY, PROBE, PROBE.length, TYPE.A, hasher).find(({ source }) => {
    return policy.sources[source]?.tier === TIER.LISTS;
  });
  if (first === undefined || isAllowing(first.rank)) return '';
  return `the list "${policy.sources[first.source]!.name}" blocks ${names}; those of them are answered all the same`;
}
