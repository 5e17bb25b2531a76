// The keys of a stream, as numbers: wire name, type, answer. Millions of them fit, since names stand in one array of bytes.

import type { AnswerKey, CachedAnswer } from '../../src/memory/answer-cache/answer-cache.ts';
import { entryUnits } from '../../src/memory/answer-cache/entry.ts';
import { mix, newKey } from '../../test/fixtures/self-checking-answer.ts';
import { shapeOf } from './answer-shapes.ts';

const UNIT_BYTES = 8;

export class KeyTable {
  #names = new Uint8Array(1 << 20);
  #used = 0;
  readonly #nameStarts: number[] = [];
  readonly #nameLengths: number[] = [];
  readonly #types: number[] = [];
  readonly #messageLengths: number[] = [];
  readonly #ttlCounts: number[] = [];
  readonly ttlSeconds: number[] = [];
  readonly #key = newKey();

  get size(): number {
    return this.#types.length;
  }

  /** Adds a key with an answer of its own, and returns its number. Nothing looks for one that is there. */
  add(name: string, type: number, nxdomainShare: number, signedShare: number): number {
    const number = this.size;
    this.#nameStarts.push(this.#used);
    for (const label of name.toLowerCase().split('.')) if (label.length > 0 && label.length < 64) this.#addLabel(label);
    this.#addOctets([0]);
    const nameLength = this.#used - this.#nameStarts[number]!;
    this.#nameLengths.push(nameLength);
    const shape = shapeOf(mix(number), type, nameLength, nxdomainShare, signedShare);
    this.#types.push(shape.isNxdomain ? 0 : type);
    this.#messageLengths.push(shape.messageLength);
    this.#ttlCounts.push(shape.ttlCount);
    this.ttlSeconds.push(shape.ttlSeconds);
    return number;
  }

  /** The one reused key, turned to `number`. */
  keyOf(number: number): AnswerKey {
    const key = this.#key;
    const start = this.#nameStarts[number]!;
    key.nameLength = this.#nameLengths[number]!;
    for (let i = 0; i < key.nameLength; i++) key.name[i] = this.#names[start + i]!;
    key.type = this.#types[number]!;
    key.hashLow = mix(number ^ 0x1234_5678);
    key.hashHigh = mix((number + 0x0fed_cba9) | 0);
    return key;
  }

  fill(answer: CachedAnswer, number: number, nowSeconds: number, expires: boolean): void {
    answer.messageLength = this.#messageLengths[number]!;
    answer.ttlCount = this.#ttlCounts[number]!;
    answer.storedAtSeconds = nowSeconds;
    answer.expiresAtSeconds = expires ? nowSeconds + this.ttlSeconds[number]! : 0x7fff_ffff;
  }

  /** Octets of each key's entry, all overhead but the index included: what the cache itself would take. */
  entryBytes(answer: CachedAnswer): Int32Array {
    return Int32Array.from(this.#types, (_, number) => {
      this.fill(answer, number, 0, false);
      return entryUnits(this.keyOf(number), answer) * UNIT_BYTES;
    });
  }

  #addLabel(label: string): void {
    this.#addOctets([label.length, ...Buffer.from(label, 'latin1')]);
  }

  #addOctets(octets: number[]): void {
    if (this.#used + octets.length > this.#names.length) {
      const larger = new Uint8Array(this.#names.length * 2);
      larger.set(this.#names);
      this.#names = larger;
    }
    this.#names.set(octets, this.#used);
    this.#used += octets.length;
  }
}
