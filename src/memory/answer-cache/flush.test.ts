import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NameHasher } from '../name-hash/name-hasher.ts';
import { foldName } from '../../wire/name.ts';
import { nameFromText, nameToText } from '../../wire/name-text.ts';
import {
  AnswerCache,
  type AnswerKey,
  CachedAnswer,
  createAnswerCache,
  recoverAfterThreadDeath,
} from './answer-cache.ts';
import { CacheFlusher, CONTROL_PLANE_OWNER } from './flush.ts';
import { EntryWalk } from './entry-walk.ts';
import { readHeader, STRIPE, stripeAt } from './layout.ts';
import { readAnswerCacheUsage } from './usage.ts';

const hasher = new NameHasher(new Uint8Array(16).fill(3));

function keyOf(text: string, type = 1, variant = 0): AnswerKey {
  const name = nameFromText(text)!;
  foldName(name, name.length);
  hasher.hash(name, name.length);
  return { name, nameLength: name.length, type, class: 1, variant, hashLow: hasher.fullLow, hashHigh: hasher.fullHigh };
}

function answerOf(text: string, expiresAtSeconds = 1000): CachedAnswer {
  const answer = new CachedAnswer();
  answer.messageLength = 40;
  answer.message.set(Buffer.from(text.padEnd(40).slice(0, 40)));
  answer.storedAtSeconds = 10;
  answer.expiresAtSeconds = expiresAtSeconds;
  return answer;
}

class Subject {
  readonly buffer = createAnswerCache(1e6);
  readonly cache = new AnswerCache(this.buffer, 1);
  readonly flusher = new CacheFlusher(this.buffer);
  readonly #into = new CachedAnswer();

  store(text: string, type = 1, variant = 0, expiresAtSeconds = 1000): void {
    assert.ok(this.cache.store(keyOf(text, type, variant), answerOf(text, expiresAtSeconds)));
  }

  has(text: string, type = 1, variant = 0, nowSeconds = 20): boolean {
    return this.cache.find(keyOf(text, type, variant), nowSeconds, this.#into);
  }

  flush(name: string | undefined, isSuffix = false): number {
    const target = { name: name === undefined ? undefined : keyOf(name).name, isSuffix };
    let gone = 0;
    for (let i = 0; i < this.flusher.stripeCount; i++) gone += this.flusher.flushStripe(i, target);
    return gone;
  }

  get entries(): number {
    return readAnswerCacheUsage(this.buffer).entryCount;
  }
}

describe('flushing', () => {
  test('a name goes with all its types and variants, and nothing below, above or beside it', () => {
    const subject = new Subject();
    for (const type of [0, 1, 28]) for (const variant of [0, 1, 3, 0x10]) subject.store('a.example', type, variant);
    for (const other of ['b.a.example', 'example', 'aa.example', 'a.example.org']) subject.store(other);
    // Failures go with the rest, and are no answers.
    assert.equal(subject.flush('a.example'), 9);
    assert.ok(!subject.has('a.example'));
    assert.equal(subject.entries, 4);
    for (const other of ['b.a.example', 'example', 'aa.example', 'a.example.org']) assert.ok(subject.has(other), other);
  });

  test('a suffix goes with everything below it, label by label', () => {
    const subject = new Subject();
    for (const name of [
      'example',
      'a.example',
      'c.b.a.example',
      'myexample',
      'example.org',
      'a\\.example',
      'x.a\\007example',
    ])
      subject.store(name);
    assert.equal(subject.flush('example', true), 3);
    assert.deepEqual(
      ['myexample', 'example.org', 'a\\.example', 'x.a\\007example'].filter((name) => !subject.has(name)),
      [],
    );
  });

  test('the root as a suffix is everything, as a name only itself', () => {
    const subject = new Subject();
    for (const name of ['.', 'example', 'a.example']) subject.store(name, 2);
    assert.equal(subject.flush('.'), 1);
    assert.equal(subject.flush('.', true), 2);
    assert.equal(subject.entries, 0);
  });

  test('everything goes, expired answers too, and the room is there again', () => {
    const subject = new Subject();
    for (let i = 0; i < 500; i++) subject.store(`n${i}.example`, 1, 0, i % 2 === 0 ? 11 : 1000);
    assert.equal(subject.flush(undefined), 500);
    const usage = readAnswerCacheUsage(subject.buffer);
    assert.equal(usage.entryCount, 0);
    assert.equal(usage.usedBytes, 0);
    subject.store('n1.example');
    assert.ok(subject.has('n1.example'));
  });

  test('expired answers of a name go as well: none is left to be given when the upstream is silent', () => {
    const subject = new Subject();
    subject.store('a.example', 1, 0, 11);
    assert.equal(subject.flush('a.example'), 1);
    assert.ok(!subject.has('a.example', 1, 0, 10));
  });

  test('what is stored afterwards stays', () => {
    const subject = new Subject();
    subject.store('a.example');
    subject.flush('a.example');
    subject.store('a.example');
    assert.ok(subject.has('a.example'));
  });

  test('any set of names: exactly those meant go', () => {
    const name = fc
      .array(fc.constantFrom('a', 'b', 'ab', 'example'), { minLength: 1, maxLength: 4 })
      .map((labels) => labels.join('.'));
    const property = fc.property(
      fc.uniqueArray(name, { maxLength: 30 }),
      name,
      fc.boolean(),
      (names, target, isSuffix) => {
        const subject = new Subject();
        for (const one of names) subject.store(one);
        const meant = names.filter((one) => one === target || (isSuffix && one.endsWith(`.${target}`)));
        assert.equal(subject.flush(target, isSuffix), meant.length);
        for (const one of names) assert.equal(subject.has(one), !meant.includes(one), one);
      },
    );
    fc.assert(property, { seed: 20_261_122, numRuns: 150 });
  });
});

describe('who holds a stripe', () => {
  test('a writer at work is not disturbed: its stripe is to be flushed later', () => {
    const subject = new Subject();
    const words = new Int32Array(subject.buffer);
    const { layout } = readHeader(subject.buffer);
    const owner = stripeAt(layout, 0) + STRIPE.OWNER;
    words[owner] = 2;
    assert.equal(subject.flusher.flushStripe(0, { name: undefined, isSuffix: false }), -1);
    assert.equal(words[owner], 2);
    recoverAfterThreadDeath(subject.buffer, 2);
    assert.equal(subject.flusher.flushStripe(0, { name: undefined, isSuffix: false }), 0);
    assert.equal(words[owner], 0);
  });

  test('while the control plane holds a stripe, stores are given up and answers are found', () => {
    const subject = new Subject();
    subject.store('a.example');
    const words = new Int32Array(subject.buffer);
    const { layout } = readHeader(subject.buffer);
    for (let i = 0; i < layout.stripeCount; i++) words[stripeAt(layout, i) + STRIPE.OWNER] = CONTROL_PLANE_OWNER;
    assert.ok(!subject.cache.store(keyOf('b.example'), answerOf('b')));
    assert.ok(subject.has('a.example'));
  });
});

describe('reading answer after answer', () => {
  test('each answer comes once, with its key and times, expired or not', () => {
    const subject = new Subject();
    const expected = new Set<string>();
    for (let i = 0; i < 300; i++) {
      subject.store(`n${i}.example`, 1 + (i % 3), i % 4, i % 2 === 0 ? 11 : 1000);
      expected.add(`n${i}.example ${1 + (i % 3)} ${i % 4} ${i % 2 === 0 ? 11 : 1000}`);
    }
    const walk = new EntryWalk(subject.buffer);
    const seen: string[] = [];
    for (const share of ['wanted', 'others'] as const)
      for (let i = 0; i < walk.stripeCount; i++)
        walk.visitStripe(i, share, () => {
          const { key, answer } = walk;
          assert.equal(answer.storedAtSeconds, 10);
          assert.equal(
            Buffer.from(answer.message.subarray(0, 6)).toString(),
            nameToText(key.name).padEnd(40).slice(0, 6),
          );
          seen.push(`${nameToText(key.name)} ${key.type} ${key.variant} ${answer.expiresAtSeconds}`);
        });
    assert.deepEqual(new Set(seen), expected);
    assert.equal(seen.length, expected.size);
  });

  test('garbage in the arena is passed over, and a flush takes its links away', () => {
    const subject = new Subject();
    for (let i = 0; i < 100; i++) subject.store(`n${i}.example`);
    const { layout } = readHeader(subject.buffer);
    const words = new Int32Array(subject.buffer);
    for (let i = 0; i < layout.stripeCount; i++) {
      const arena = stripeAt(layout, i) + layout.arenaOffset;
      words.fill(-1, arena, arena + layout.arenaUnits * 2);
    }
    const walk = new EntryWalk(subject.buffer);
    for (let i = 0; i < walk.stripeCount; i++) walk.visitStripe(i, 'others', () => assert.fail());
    subject.flush('a.example');
    subject.flush(undefined);
    assert.equal(subject.entries, 0);
  });
});
