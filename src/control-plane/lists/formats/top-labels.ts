// The top-level domains of the names that a zone has.

import { nameToText } from '../../../wire/name-text.ts';

/** A condition may have no more names; nearly every zone has less. */
const LABELS_MAX = 500;

export class TopLabels {
  readonly #labels = new Set<string>();
  /** Nearly every name of a list ends like the one before. */
  readonly #last = new Uint8Array(64);

  /** `wire`: a lower-cased wire name. */
  add(wire: Uint8Array, length: number): void {
    let at = 0;
    while (at + wire[at]! + 1 < length - 1) at += wire[at]! + 1;
    const labelLength = wire[at]!;
    let same = 0;
    while (same <= labelLength && this.#last[same] === wire[at + same]) same++;
    if (same > labelLength || this.#labels.size > LABELS_MAX) return;
    for (let octet = 0; octet <= labelLength; octet++) this.#last[octet] = wire[at + octet]!;
    this.#labels.add(nameToText(wire.subarray(0, length), at));
  }

  /** Sorted; undefined where they are more than can be told. */
  get all(): readonly string[] | undefined {
    return this.#labels.size > LABELS_MAX ? undefined : [...this.#labels].sort();
  }
}
