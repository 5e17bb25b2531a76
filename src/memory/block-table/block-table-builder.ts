// Builds a block table (control plane only, in a helper thread).

import type { RuleAction, RuleScope, TableSource } from './block-table.ts';

export interface BuildOptions {
  /** 16 octets, the installation's hash key. */
  readonly hashKey: Uint8Array;
  readonly contentId: string;
  readonly sources: readonly TableSource[];
}

export class BlockTableBuilder {
  constructor(_options: BuildOptions) {
    throw new Error('not built');
  }

  /** Adds one name of source `sourceIndex`: a lower-cased uncompressed wire name of `length` octets, copied. */
  add(_sourceIndex: number, _name: Uint8Array, _length: number, _scope: RuleScope, _action: RuleAction): void {
    throw new Error('not built');
  }

  /** The finished table, ready to publish or to write to disk byte for byte. */
  finish(): SharedArrayBuffer {
    throw new Error('not built');
  }
}
