// The policy that a thread's queries see: table, settings and the texts that explain them, replaced together so that no
// query meets one half of a change.

import { BlockTable } from '../memory/block-table/block-table.ts';
import type { LiveSettings } from '../plane-messages/thread-start.ts';
import { AccessList } from '../policy/access-list.ts';
import { BlockTexts } from '../policy/block-texts.ts';

/** Who may ask, per kind of listener. */
export interface AccessLists {
  plain: AccessList;
  encrypted: AccessList;
}

export class PolicyInForce {
  table: BlockTable;
  live: LiveSettings;
  /** EDE texts, one per source, made once. */
  texts: BlockTexts;
  readonly access: AccessLists;

  constructor(blockTable: SharedArrayBuffer, live: LiveSettings) {
    this.table = new BlockTable(blockTable);
    this.live = live;
    this.texts = new BlockTexts(this.table.sources);
    this.access = { plain: new AccessList(live.access.plain), encrypted: new AccessList(live.access.encrypted) };
  }

  replace(blockTable: SharedArrayBuffer, live: LiveSettings): void {
    const next = new PolicyInForce(blockTable, live);
    this.table = next.table;
    this.live = next.live;
    this.texts = next.texts;
    this.access.plain = next.access.plain;
    this.access.encrypted = next.access.encrypted;
  }
}
