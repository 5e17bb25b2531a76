// The policy that a thread's queries see: table, settings and the texts that explain them, replaced together so that no
// query meets one half of a change.

import { LocalNames } from '../memory/local-names/local-names.ts';
import { BlockTable } from '../memory/block-table/block-table.ts';
import type { LiveSettings } from '../plane-messages/thread-start.ts';
import { AccessList } from '../policy/access-list.ts';
import { BlockTexts } from '../policy/block-texts.ts';
import { upstreamBlockTexts } from './answers/upstream-block.ts';

/** Who may ask, per kind of listener, and who of them gets the names of this network. */
export interface AccessLists {
  plain: AccessList;
  encrypted: AccessList;
  localNames: AccessList;
}

export class PolicyInForce {
  table: BlockTable;
  live: LiveSettings;
  /** What the gateway answers itself. */
  localNames: LocalNames;
  /** The same without the names of this network, for those who do not get them; undefined where all get them. */
  namesForOthers: LocalNames | undefined;
  /** EDE texts, one per source, made once. */
  texts: BlockTexts;
  /** The same for the upstreams that block. */
  upstreamBlockTexts: readonly Uint8Array<ArrayBuffer>[];
  readonly access: AccessLists;

  constructor(blockTable: SharedArrayBuffer, live: LiveSettings) {
    this.table = new BlockTable(blockTable);
    this.live = live;
    this.localNames = new LocalNames(live.localNames);
    this.namesForOthers = live.namesForOthers === undefined ? undefined : new LocalNames(live.namesForOthers);
    this.texts = new BlockTexts(this.table.sources);
    this.upstreamBlockTexts = upstreamBlockTexts(live.blockingUpstreams);
    this.access = {
      plain: new AccessList(live.access.plain),
      encrypted: new AccessList(live.access.encrypted),
      localNames: new AccessList(live.access.localNames),
    };
  }

  replace(blockTable: SharedArrayBuffer, live: LiveSettings): void {
    const next = new PolicyInForce(blockTable, live);
    this.table = next.table;
    this.live = next.live;
    this.localNames = next.localNames;
    this.namesForOthers = next.namesForOthers;
    this.texts = next.texts;
    this.upstreamBlockTexts = next.upstreamBlockTexts;
    this.access.plain = next.access.plain;
    this.access.encrypted = next.access.encrypted;
    this.access.localNames = next.access.localNames;
  }
}
