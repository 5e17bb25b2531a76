// The extra text of "Blocked" extended errors (RFC 8914), encoded once per block table so that a blocked query allocates nothing.

import type { TableSource } from '../memory/block-table/block-table.ts';
import { encodeExtendedErrorText } from '../wire/extended-error-text.ts';
import { REASON, type Reason } from './decide.ts';

export class BlockTexts {
  readonly #ofSource: readonly Uint8Array<ArrayBuffer>[];
  readonly #notAllowlisted = encodeExtendedErrorText('not on an allow list');
  readonly #blocked = encodeExtendedErrorText('blocked');

  constructor(sources: readonly TableSource[]) {
    this.#ofSource = sources.map(({ kind, name }) =>
      encodeExtendedErrorText(kind === 'rules' ? 'blocked by a rule of this gateway' : `blocked by ${name}`),
    );
  }

  /** Valid UTF-8 of at most 100 octets. `source`: index into the table's sources, -1 where none spoke. */
  textFor(reason: Reason, source: number): Uint8Array<ArrayBuffer> {
    if (reason === REASON.NOT_ALLOWLISTED) return this.#notAllowlisted;
    return this.#ofSource[source] ?? this.#blocked;
  }
}
