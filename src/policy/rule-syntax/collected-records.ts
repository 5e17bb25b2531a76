// Records that several rules give to one name add up to one response. Holds names back while a source is read, as many as it may: the
// lines about a name stand close together, so the names that came first are handed over when it is full.
//
// Lists with an address for every name pass through here whole: the names stand in a ring, in the order in which they came, and are found
// by a hash that no list can foresee.

import { randomBytes } from 'node:crypto';
import type { RuleResponse, RuleShape, Scope } from '../../memory/block-table/rule-model.ts';
import { HASH_KEY_BYTES, NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { internShape } from './filter-rule.ts';

/** Names held back. */
const NAMES_MAX = 20_000;
const BUCKETS = 1 << 15;
const NOBODY = -1;
const RECORDS_OF_NAME_MAX = 100;
const REMOVALS_MAX = 10_000;
/** Shapes without their responses. Those of a list are few; where they are not, the records of some names do not add up. */
const SHAPES_KEPT = 1000;
/** Odd, so that the shapes of one name fall into different buckets. */
const SPREAD = 0x9e3779b1;

type RecordsResponse = Extract<RuleResponse, { kind: 'records' }>;

export interface CollectedRule {
  readonly wire: Uint8Array;
  readonly scope: Scope;
  readonly shape: RuleShape;
  /** Of the first of them. */
  readonly line: number;
}

interface Collected extends CollectedRule {
  /** As in the shape, until more come. */
  records: RecordsResponse['records'];
  readonly shapeNumber: number;
  readonly bucket: number;
  /** Place in the ring of the next one in the bucket. */
  next: number;
}

export class CollectedRecords {
  readonly #handOver: (rule: CollectedRule) => void;
  readonly #hasher = new NameHasher(randomBytes(HASH_KEY_BYTES));
  /** From `#first` on `#count` places, over the end to the beginning. */
  readonly #ring: Collected[] = [];
  #first = 0;
  #count = 0;
  /** Place in the ring of the first one of each bucket. */
  #buckets = new Int32Array(0);
  /** What `$badfilter` takes away, wherever it stands among what is held back. */
  readonly #removals = new Set<string>();
  /** By what shapes say besides their records. */
  readonly #shapeNumbers = new Map<string, number>();
  readonly #numberOfShape = new WeakMap<RuleShape, number>();
  #shapes = 0;

  constructor(handOver: (rule: CollectedRule) => void) {
    this.#handOver = handOver;
  }

  /** False if the rule has no records, or the name too many. The name is copied. */
  add(name: Uint8Array, length: number, scope: Scope, shape: RuleShape, line: number): boolean {
    const { response } = shape;
    if (response?.kind !== 'records') return false;
    const shapeNumber = this.#numberOf(shape);
    const bucket = this.#bucketOf(name, length, scope, shapeNumber);
    const known = this.#find(bucket, name, length, scope, shapeNumber);
    if (known === undefined) {
      const { records } = response;
      this.#append({ wire: name.slice(0, length), scope, line, shape, records, shapeNumber, bucket, next: NOBODY });
      return true;
    }
    if (known.records === response.records) return true;
    const added = response.records.filter(({ type, rdataHex }) => !hasRecord(known.records, type, rdataHex));
    if (known.records.length + added.length > RECORDS_OF_NAME_MAX) return false;
    if (added.length > 0) known.records = [...known.records, ...added];
    return true;
  }

  /** Takes the records of such a rule out of what is held back, now or later. */
  remove(name: Uint8Array, length: number, scope: Scope, shape: RuleShape): void {
    if (shape.response?.kind !== 'records' || this.#removals.size >= REMOVALS_MAX) return;
    const key = keyOf(name.subarray(0, length), scope, this.#numberOf(shape));
    for (const { type, rdataHex } of shape.response.records) this.#removals.add(`${key} ${type} ${rdataHex}`);
  }

  /** Hands over what is left, in the order in which the names came first, and begins anew. */
  finish(): void {
    for (const _ of this.finishing());
  }

  /** The same one by one. */
  *finishing(): Generator<undefined, void> {
    while (this.#count > 0) {
      this.#handOverFirst();
      yield;
    }
    this.#removals.clear();
  }

  #find(bucket: number, name: Uint8Array, length: number, scope: Scope, shapeNumber: number): Collected | undefined {
    if (this.#buckets.length === 0) this.#buckets = new Int32Array(BUCKETS).fill(NOBODY);
    for (let place = this.#buckets[bucket]!; place !== NOBODY; place = this.#ring[place]!.next) {
      const rule = this.#ring[place]!;
      if (rule.shapeNumber === shapeNumber && rule.scope === scope && isSame(rule.wire, name, length)) return rule;
    }
    return undefined;
  }

  #append(rule: Collected): void {
    if (this.#count >= NAMES_MAX) this.#handOverFirst();
    const place = (this.#first + this.#count) % NAMES_MAX;
    rule.next = this.#buckets[rule.bucket]!;
    this.#buckets[rule.bucket] = place;
    this.#ring[place] = rule;
    this.#count++;
  }

  #handOverFirst(): void {
    const place = this.#first;
    const rule = this.#ring[place]!;
    this.#takeOut(place, rule);
    this.#first = (place + 1) % NAMES_MAX;
    this.#count--;
    this.#handOverOne(rule);
  }

  #takeOut(place: number, { bucket, next }: Collected): void {
    let before = this.#buckets[bucket]!;
    if (before === place) {
      this.#buckets[bucket] = next;
      return;
    }
    while (this.#ring[before]!.next !== place) before = this.#ring[before]!.next;
    this.#ring[before]!.next = next;
  }

  #handOverOne({ records, shape, wire, scope, line, shapeNumber }: Collected): void {
    const kept = this.#removals.size === 0 ? records : this.#withoutRemoved(records, keyOf(wire, scope, shapeNumber));
    if (kept.length === 0) return;
    const isWhole = shape.response?.kind === 'records' && shape.response.records === kept;
    const whole = isWhole ? shape : internShape({ ...shape, response: { kind: 'records', records: kept } });
    this.#handOver({ wire, scope, line, shape: whole });
  }

  #withoutRemoved(records: RecordsResponse['records'], key: string): RecordsResponse['records'] {
    const kept = records.filter(({ type, rdataHex }) => !this.#removals.has(`${key} ${type} ${rdataHex}`));
    return kept.length === records.length ? records : kept;
  }

  /** The same for shapes that differ in their records alone. */
  #numberOf(shape: RuleShape): number {
    const known = this.#numberOfShape.get(shape);
    if (known !== undefined) return known;
    const { response: _, ...rest } = shape;
    const key = JSON.stringify(rest);
    let number = this.#shapeNumbers.get(key);
    if (number === undefined) {
      if (this.#shapeNumbers.size >= SHAPES_KEPT) this.#shapeNumbers.clear();
      number = this.#shapes++;
      this.#shapeNumbers.set(key, number);
    }
    this.#numberOfShape.set(shape, number);
    return number;
  }

  #bucketOf(name: Uint8Array, length: number, scope: Scope, shapeNumber: number): number {
    this.#hasher.hash(name, length);
    return (this.#hasher.fullHigh + Math.imul(4 * shapeNumber + scope, SPREAD)) & (BUCKETS - 1);
  }
}

function keyOf(name: Uint8Array, scope: Scope, shapeNumber: number): string {
  return `${scope} ${Buffer.from(name.buffer, name.byteOffset, name.length).toString('latin1')} ${shapeNumber}`;
}

function isSame(wire: Uint8Array, name: Uint8Array, length: number): boolean {
  if (wire.length !== length) return false;
  for (let at = 0; at < length; at++) if (wire[at] !== name[at]) return false;
  return true;
}

function hasRecord(records: RecordsResponse['records'], type: number, rdataHex: string): boolean {
  return records.some((record) => record.type === type && record.rdataHex === rdataHex);
}
