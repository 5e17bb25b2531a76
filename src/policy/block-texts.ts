// The extra text of "Blocked" extended errors (RFC 8914), encoded once per block table so that a blocked query allocates nothing.

import type { TableSource } from '../memory/block-table/block-table.ts';
import { REASON, type Reason } from './decide.ts';

/** RFC 8914 asks for short texts; a list's name may be long. */
const TEXT_MAX_BYTES = 100;

const encoder = new TextEncoder();

export class BlockTexts {
  readonly #ofSource: readonly Uint8Array<ArrayBuffer>[];
  readonly #notAllowlisted = encoder.encode('not on an allow list');
  readonly #blocked = encoder.encode('blocked');

  constructor(sources: readonly TableSource[]) {
    this.#ofSource = sources.map(({ kind, name }) =>
      cut(kind === 'rules' ? 'blocked by a rule of this gateway' : `blocked by ${name}`),
    );
  }

  /** Valid UTF-8 of at most 100 octets. `source`: index into the table's sources, -1 where none spoke. */
  textFor(reason: Reason, source: number): Uint8Array<ArrayBuffer> {
    if (reason === REASON.NOT_ALLOWLISTED) return this.#notAllowlisted;
    return this.#ofSource[source] ?? this.#blocked;
  }
}

/** As many whole characters as fit; control characters, which have no place in a reply, become spaces. */
function cut(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(TEXT_MAX_BYTES);
  const { written } = encoder.encodeInto(text.replaceAll(/\p{Cc}/gu, ' '), octets);
  return octets.slice(0, written);
}
