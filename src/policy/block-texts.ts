// The extra text of "Blocked" extended errors (RFC 8914): who blocks and by which rule, e.g. `blocked by ads: ||ads.example^`. What does
// not depend on the query is encoded once per publication, and the rest written into one buffer: a blocked query allocates nothing.

import type { RuleSource } from '../memory/block-table/rule-model.ts';
import { ADDRESS_TEXT_MAX_BYTES, writeAddress } from '../wire/write-address.ts';
import { encodeExtendedErrorText } from '../wire/extended-error-text.ts';
import type { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { type Decision, REASON, type Reason } from './decision.ts';
import type { PolicyTables } from './policy-tables.ts';
import { NAME_MARKS, patternRuleText } from './rule-text.ts';

const TEXT_MAX_BYTES = 100;
const encoder = new TextEncoder();
const SEPARATOR = encoder.encode(': ');
const MARKS = NAME_MARKS.map((marks) => marks.map((mark) => encoder.encode(mark)));
const DOT = 0x2e;
const BACKSLASH = 0x5c;

export class BlockTexts {
  readonly #policy: PolicyTables;
  readonly #ofSource: readonly Uint8Array<ArrayBuffer>[];
  readonly #notAllowlisted = encodeExtendedErrorText('not on an allow list');
  readonly #typeNotAllowed = encodeExtendedErrorText('a record type that is not answered here');
  readonly #blocked = encodeExtendedErrorText('blocked');
  /** Of patterns that have blocked something, by source and number. */
  readonly #ofPattern = new Map<number, Uint8Array<ArrayBuffer>>();
  readonly #written = new Uint8Array(TEXT_MAX_BYTES);
  readonly #address = new Uint8Array(ADDRESS_TEXT_MAX_BYTES);
  /** Of `#written`, by length. */
  readonly #views = Array.from({ length: TEXT_MAX_BYTES + 1 }, (_, length) => this.#written.subarray(0, length));

  constructor(policy: PolicyTables) {
    this.#policy = policy;
    this.#ofSource = policy.sources.map((source) => encodeExtendedErrorText(`blocked by ${speaker(source)}`));
  }

  /**
   * For a block decided about the name last given to `hasher`. Valid UTF-8 of at most 100 octets; valid until the next call.
   */
  textOf(decision: Decision, name: Uint8Array, nameLength: number, hasher: NameHasher): Uint8Array<ArrayBuffer> {
    const { reason, source, suffix, pattern, scope } = decision;
    if (source < 0) return this.#textFor(reason, source);
    if (pattern >= 0) return this.#ofPatternRule(source, pattern);
    if (suffix < 0) return this.#textFor(reason, source);
    const [before, behind] = MARKS[scope]!;
    let length = this.#append(this.#ofSource[source]!, 0);
    length = this.#append(SEPARATOR, length);
    length = this.#append(before!, length);
    length = this.#appendName(name, hasher.suffixOffset[suffix]!, nameLength, length);
    return this.#views[this.#append(behind!, length)]!;
  }

  /**
   * For a block by a rule about an address, 16 octets: which one of the answer it is. The table does not know how the rule is written.
   * Valid as the other.
   */
  textOfAddress({ reason, source }: Decision, address: Uint8Array): Uint8Array<ArrayBuffer> {
    const ofSource = this.#ofSource[source];
    if (ofSource === undefined) return this.#textFor(reason, source);
    const length = this.#append(SEPARATOR, this.#append(ofSource, 0));
    return this.#views[this.#append(this.#address, length, writeAddress(address, this.#address))]!;
  }

  /** Where no more than the source is known. `source`: index into the policy's sources, -1 where none spoke. */
  #textFor(reason: Reason, source: number): Uint8Array<ArrayBuffer> {
    if (reason === REASON.NOT_ALLOWLISTED) return this.#notAllowlisted;
    if (reason === REASON.TYPE_NOT_ALLOWED) return this.#typeNotAllowed;
    return this.#ofSource[source] ?? this.#blocked;
  }

  #ofPatternRule(source: number, number: number): Uint8Array<ArrayBuffer> {
    const key = 0x1_0000 * source + number;
    const known = this.#ofPattern.get(key);
    if (known !== undefined) return known;
    const pattern = this.#policy.sideOf(source).table.patterns[number];
    const rule = pattern === undefined ? '' : `: ${patternRuleText(pattern)}`;
    const text = encodeExtendedErrorText(`blocked by ${speaker(this.#policy.sources[source]!)}${rule}`);
    this.#ofPattern.set(key, text);
    return text;
  }

  /** As much as fits; returns the length then. */
  #append(octets: Uint8Array, length: number, count = octets.length): number {
    const end = Math.min(TEXT_MAX_BYTES, length + count);
    for (let at = length; at < end; at++) this.#written[at] = octets[at - length]!;
    return end;
  }

  /** In presentation form (RFC 1035 section 5.1), as much as fits. */
  #appendName(name: Uint8Array, start: number, end: number, length: number): number {
    const written = this.#written;
    let at = length;
    let labelEnd = start;
    for (let offset = start; offset < end - 1 && at < TEXT_MAX_BYTES; offset++) {
      const octet = name[offset]!;
      if (offset === labelEnd) {
        if (offset !== start) written[at++] = DOT;
        labelEnd = offset + 1 + octet;
      } else if (octet > 0x20 && octet < 0x7f && octet !== DOT && octet !== BACKSLASH) {
        written[at++] = octet;
      } else {
        at = this.#appendEscaped(octet, at);
      }
    }
    return at;
  }

  /** A backslash and three digits; what does not fit falls off the end. */
  #appendEscaped(octet: number, length: number): number {
    this.#written[length] = BACKSLASH;
    this.#written[length + 1] = 0x30 + Math.floor(octet / 100);
    this.#written[length + 2] = 0x30 + (Math.floor(octet / 10) % 10);
    this.#written[length + 3] = 0x30 + (octet % 10);
    return Math.min(length + 4, TEXT_MAX_BYTES);
  }
}

function speaker({ kind, name }: RuleSource): string {
  switch (kind) {
    case 'list':
    case 'service':
      return name;
    case 'rules':
      return 'a rule of this gateway';
    case 'group-rules':
      return 'a rule of this group';
    case 'safe-search':
      return 'safe search';
  }
}
