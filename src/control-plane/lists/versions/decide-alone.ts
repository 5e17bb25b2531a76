// What one list alone decides about what was answered, for anybody: no other list, no rule and no group has a say. Helper process.

import { BlockTableBuilder } from '../../../memory/block-table/block-table-builder.ts';
import { NameHasher } from '../../../memory/name-hash/name-hasher.ts';
import type { Asker } from '../../../policy/asker.ts';
import { decide, decideAddress } from '../../../policy/decide.ts';
import { Decision, REASON, type Reason } from '../../../policy/decision.ts';
import { DEFAULT_GROUP, type GroupPolicy } from '../../../policy/group-policy.ts';
import { PolicyTables } from '../../../policy/policy-tables.ts';
import { everySource } from '../../../policy/source-mask.ts';
import { TYPE } from '../../../wire/numbers.ts';
import { type AnsweredName, IPV4_MAPPED } from './answered-names.ts';

const ANYBODY: GroupPolicy = {
  name: '',
  mode: 'blocklist',
  blockResponse: { kind: 'nxdomain' },
  blockTtlSeconds: 0,
  start: 'answer',
  rebindingProtection: false,
  listSources: everySource(1),
  ruleSources: everySource(0),
  isFiltering: true,
  listsComplete: true,
  tags: [],
  allowedTypes: undefined,
  upstreams: undefined,
  extendedErrorTexts: false,
};

const ASKER: Asker = { clientAddress: new Uint8Array(16), clientId: '', groupIndex: DEFAULT_GROUP };

/**
 * Whether the list, a table with it alone, speaks of each of the names: for each type that was asked for, then for each address of the
 * answers, which are looked at where the name itself is not decided about.
 */
export function* spokenOf(
  list: SharedArrayBuffer,
  hashKey: Uint8Array,
  answered: readonly AnsweredName[],
  speaks: Reason,
): Generator<readonly boolean[]> {
  const noRules = new BlockTableBuilder({ hashKey, contentId: '', sources: [] }).finish();
  const tables = new PolicyTables(list, noRules, [ANYBODY]);
  const hasher = new NameHasher(hashKey);
  const decision = new Decision();
  for (const { name, types, addresses } of answered) {
    hasher.hash(name, name.length);
    const byName = types.map((type) => {
      decide(tables, ANYBODY, ASKER, name, name.length, type, hasher, decision);
      return decision.reason;
    });
    const isUndecided = byName.every((reason) => reason === REASON.NO_RULE);
    const byAddress = addresses.map((hex) => {
      if (!isUndecided) return REASON.NO_RULE;
      const address = Buffer.from(hex, 'hex');
      const type = hex.startsWith(IPV4_MAPPED) ? TYPE.A : TYPE.AAAA;
      decideAddress(tables, ANYBODY, ASKER, address, name, name.length, type, hasher, decision);
      return decision.reason;
    });
    yield [...byName, ...byAddress].map((reason) => reason === speaks);
  }
}
