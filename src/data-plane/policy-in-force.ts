// The policy that a thread's queries see: tables, settings and the texts that explain them, replaced together so that no
// query meets one half of a change.

import { LocalNames } from '../memory/local-names/local-names.ts';
import type { LiveSettings } from '../plane-messages/thread-start.ts';
import { AccessList } from '../policy/access-list.ts';
import { obeysAddressRules } from '../policy/address-rules.ts';
import { BlockTexts } from '../policy/block-texts.ts';
import { areSameMembers, ClientGroups } from '../policy/client-groups.ts';
import { PolicyTables } from '../policy/policy-tables.ts';
import { sourceErrorCodes } from '../policy/source-error-codes.ts';
import { variantOfUpstreams } from './answers/answer-filing.ts';
import { upstreamBlockText } from '../policy/upstream-block.ts';
import { encodeExtendedErrorText } from '../wire/extended-error-text.ts';

/** Who may ask, per kind of listener, and who of them gets the names of this network. */
export interface AccessLists {
  plain: AccessList;
  encrypted: AccessList;
  localNames: AccessList;
}

export class PolicyInForce {
  policy: PolicyTables;
  live: LiveSettings;
  clientGroups: ClientGroups;
  /** Something depends on who asks: groups, or rules about single clients. */
  tellsClientsApart: boolean;
  /** Bits of AnswerKey.variant by group; undefined where no group chooses among the upstreams. */
  upstreamVariants: Int32Array | undefined;
  /** 1 for each group, by index, that obeys rules about addresses. */
  obeyAddressRules: Uint8Array;
  /** What the gateway answers itself. */
  localNames: LocalNames;
  /** The same without the names of this network, for those who do not get them; undefined where all get them. */
  namesForOthers: LocalNames | undefined;
  /** EDE texts of blocks. */
  texts: BlockTexts;
  /** Their codes, by source. */
  errorCodes: Uint8Array;
  /** The same for the upstreams that block. */
  upstreamBlockTexts: readonly Uint8Array<ArrayBuffer>[];
  readonly access: AccessLists;

  constructor(
    blockTable: SharedArrayBuffer,
    rulesTable: SharedArrayBuffer,
    live: LiveSettings,
    before?: PolicyInForce,
  ) {
    this.policy = new PolicyTables(blockTable, rulesTable, live.groups, before?.policy);
    this.live = live;
    this.clientGroups =
      before !== undefined && areSameMembers(before.live.groupMembers, live.groupMembers)
        ? before.clientGroups
        : new ClientGroups(live.groupMembers);
    this.tellsClientsApart =
      this.clientGroups.tellClientsApart ||
      this.policy.lists.conditions.nameClients ||
      this.policy.rules.conditions.nameClients;
    this.upstreamVariants = upstreamVariants(live.groups);
    this.obeyAddressRules = Uint8Array.from(live.groups, (group) => (obeysAddressRules(this.policy, group) ? 1 : 0));
    this.localNames = new LocalNames(live.localNames);
    this.namesForOthers = live.namesForOthers === undefined ? undefined : new LocalNames(live.namesForOthers);
    this.texts = new BlockTexts(this.policy);
    this.errorCodes = sourceErrorCodes(this.policy.sources, live.listErrorCodes);
    this.upstreamBlockTexts = live.blockingUpstreams.map((server) =>
      encodeExtendedErrorText(upstreamBlockText(server)),
    );
    this.access = {
      plain: new AccessList(live.access.plain),
      encrypted: new AccessList(live.access.encrypted),
      localNames: new AccessList(live.access.localNames),
    };
  }

  /** Whether there is a group with this number now. */
  isGroup(groupIndex: number): boolean {
    return groupIndex >= 0 && groupIndex < this.live.groups.length;
  }

  replace(blockTable: SharedArrayBuffer, rulesTable: SharedArrayBuffer, live: LiveSettings): void {
    const next = new PolicyInForce(blockTable, rulesTable, live, this);
    this.policy = next.policy;
    this.live = next.live;
    this.clientGroups = next.clientGroups;
    this.tellsClientsApart = next.tellsClientsApart;
    this.upstreamVariants = next.upstreamVariants;
    this.obeyAddressRules = next.obeyAddressRules;
    this.localNames = next.localNames;
    this.namesForOthers = next.namesForOthers;
    this.texts = next.texts;
    this.errorCodes = next.errorCodes;
    this.upstreamBlockTexts = next.upstreamBlockTexts;
    this.access.plain = next.access.plain;
    this.access.encrypted = next.access.encrypted;
    this.access.localNames = next.access.localNames;
  }
}

function upstreamVariants(groups: LiveSettings['groups']): Int32Array | undefined {
  const variants = Int32Array.from(groups, ({ upstreams }) => variantOfUpstreams(upstreams));
  return variants.some((variant) => variant !== 0) ? variants : undefined;
}
