// Reader of the compiled block table: every name of every list and rule, in one immutable SharedArrayBuffer.

import type { NameHasher } from '../name-hash/name-hasher.ts';

export type SourceKind = 'list' | 'rules';
export type RuleAction = 'block' | 'allow';

/** Where entries come from: a [[list]] or the `rules` of [policy]. Order as configured; rules come last. */
export interface TableSource {
  readonly name: string;
  readonly kind: SourceKind;
  readonly action: RuleAction;
}

/** One source names one name: exactly, or with everything below it. */
export type RuleScope = 'exact' | 'subtree';

/** The best entry found for a name, per precedence class. Reused; -1 means none. Suffix index as in NameHasher. */
export class TableMatch {
  ruleAllowSource = -1;
  ruleAllowSuffix = -1;
  ruleBlockSource = -1;
  ruleBlockSuffix = -1;
  listAllowSource = -1;
  listAllowSuffix = -1;
  listBlockSource = -1;
  listBlockSuffix = -1;
}

export class BlockTableDamaged extends Error {}

export class BlockTable {
  readonly sources: readonly TableSource[];
  readonly entryCount: number;
  readonly byteLength: number;
  /** Identifies list set and content; see control-plane/lists. */
  readonly contentId: string;

  /** Checks header, sizes and (with `verify`) the checksum. Throws BlockTableDamaged. */
  constructor(_buffer: SharedArrayBuffer, _verify?: boolean) {
    throw new Error('not built');
  }

  /** Fills `match` for the name last given to `hasher`. Allocates nothing. For each class the longest matching suffix wins. */
  find(_name: Uint8Array, _nameLength: number, _hasher: NameHasher, _match: TableMatch): void {
    throw new Error('not built');
  }
}
