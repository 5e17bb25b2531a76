// Says when a list or a rule blocks what Android looks up before it accepts a Private DNS server. Lists are overruled there
// (policy/decide.ts), rules are not: the operator has written them. Main thread.

import { BlockTable } from '../../memory/block-table/block-table.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { Decision, decide, REASON } from '../../policy/decide.ts';
import type { PolicySettings } from '../../policy/policy-settings.ts';
import { knownName } from '../../wire/name-text.ts';

/** The first label is a different one each time. */
const PROBE = knownName('example-dnsotls-ds.metric.gstatic.com');

export class ProbeNotices {
  #told = '';

  /** What the table in force is the first one to bring about; undefined if nothing. */
  look(buffer: SharedArrayBuffer, settings: PolicySettings): string | undefined {
    const notice = noticeFor(new BlockTable(buffer), settings);
    if (notice === this.#told) return undefined;
    this.#told = notice;
    return notice === '' ? undefined : notice;
  }
}

function noticeFor(table: BlockTable, settings: PolicySettings): string {
  const hasher = new NameHasher(table.hashKey);
  const decision = new Decision();
  hasher.hash(PROBE, PROBE.length);
  decide(table, settings, true, PROBE, PROBE.length, hasher, decision);
  const names = 'names below metric.gstatic.com, which Android asks for before it accepts a Private DNS server';
  if (decision.reason === REASON.RULE_BLOCKS)
    return `a rule of the policy blocks ${names}: phones with this gateway's name set there show "couldn't connect"`;
  const list = table.sources[decision.match.listBlockSource];
  if (decision.reason !== REASON.CLIENT_PROBE || list === undefined) return '';
  return `the list "${list.name}" blocks ${names}; those of them are answered all the same`;
}
