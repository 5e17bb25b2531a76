import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapStatistics } from 'node:v8';
import { faultOf, fillAnswer, newKey, turnKeyTo, versionOf } from '../../../test/fixtures/self-checking-answer.ts';
import { AnswerCache, CachedAnswer, createAnswerCache, recoverAfterThreadDeath } from './answer-cache.ts';
import { planLayout, STRIPE, stripeAt } from './layout.ts';
import { readAnswerCacheUsage } from './usage.ts';

const TTL_SECONDS = 60;
const key = newKey();
const answer = new CachedAnswer();
const found = new CachedAnswer();

function store(cache: AnswerCache, number: number, version = 1, nowSeconds = 0): boolean {
  fillAnswer(answer, number, version, nowSeconds, TTL_SECONDS);
  return cache.store(turnKeyTo(key, number), answer);
}

/** Whether key number `number` is a hit; fails the test if the answer is not its own. */
function find(cache: AnswerCache, number: number, nowSeconds = 0): boolean {
  const isHit = cache.find(turnKeyTo(key, number), nowSeconds, found);
  if (isHit) assert.equal(faultOf(found, number, TTL_SECONDS), '');
  return isHit;
}

function allocatedBytes(): number | undefined {
  return (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes;
}

test('what was stored is found, octet by octet', () => {
  const cache = new AnswerCache(createAnswerCache(1e6), 1);
  const stored = new CachedAnswer();
  stored.message.set([0, 0, 0x81, 0x80, 0, 1, 0, 1, 9, 8, 7, 6, 5]);
  stored.messageLength = 13;
  stored.ttlOffsets.set([7, 65_535, 0]);
  stored.ttlCount = 3;
  stored.storedAtSeconds = 100;
  stored.expiresAtSeconds = 400;
  stored.policyGeneration = 0xffff_ffff;
  stored.inspection = -5;
  turnKeyTo(key, 1);
  assert.equal(cache.store(key, stored), true);
  assert.equal(cache.find(key, 399, found), true);
  assert.deepEqual(found.message.subarray(0, 13), stored.message.subarray(0, 13));
  assert.deepEqual(found.ttlOffsets.subarray(0, 3), stored.ttlOffsets.subarray(0, 3));
  const { messageLength, ttlCount, storedAtSeconds, expiresAtSeconds, policyGeneration, inspection } = found;
  assert.deepEqual(
    { messageLength, ttlCount, storedAtSeconds, expiresAtSeconds, policyGeneration, inspection },
    {
      messageLength: 13,
      ttlCount: 3,
      storedAtSeconds: 100,
      expiresAtSeconds: 400,
      policyGeneration: 0xffff_ffff,
      inspection: -5,
    },
  );
});

test('an answer is given up to the second of its expiry', () => {
  const cache = new AnswerCache(createAnswerCache(1e6), 1);
  store(cache, 1, 1, 1000);
  assert.equal(find(cache, 1, 1000), true);
  assert.equal(find(cache, 1, 1000 + TTL_SECONDS - 1), true);
  assert.equal(find(cache, 1, 1000 + TTL_SECONDS), false);
});

test('name, length of the name, type, class and variant each make another key, even where all hashes agree', () => {
  const cache = new AnswerCache(createAnswerCache(1e6), 1);
  const base = { ...newKey(), name: Uint8Array.of(3, 97, 98, 99, 0, 0, 0), nameLength: 5, type: 1 };
  fillAnswer(answer, 1, 1, 0, TTL_SECONDS);
  assert.equal(cache.store(base, answer), true);
  assert.equal(cache.find(base, 0, found), true);
  const others = [
    { ...base, name: Uint8Array.of(3, 97, 98, 100, 0) },
    { ...base, name: Uint8Array.of(3, 97, 98, 99, 1) },
    { ...base, nameLength: 6 },
    { ...base, nameLength: 4 },
    { ...base, type: 28 },
    { ...base, class: 3 },
    { ...base, variant: 1 },
  ];
  for (const other of others) assert.equal(cache.find(other, 0, found), false);
  assert.equal(cache.find(base, 0, found), true);
});

test('a newer answer replaces the older one for good', () => {
  const buffer = createAnswerCache(1e6);
  const cache = new AnswerCache(buffer, 1);
  for (let version = 1; version <= 100; version++) {
    store(cache, 7, version);
    assert.equal(find(cache, 7), true);
    assert.equal(versionOf(found), version);
  }
  assert.equal(readAnswerCacheUsage(buffer).entryCount, 1);
});

test('an expired newer answer does not bring the older one back', () => {
  const cache = new AnswerCache(createAnswerCache(1e6), 1);
  fillAnswer(answer, 7, 1, 0, 1000);
  cache.store(turnKeyTo(key, 7), answer);
  fillAnswer(answer, 7, 2, 0, 10);
  cache.store(turnKeyTo(key, 7), answer);
  assert.equal(cache.find(key, 10, found), false);
});

test('what one thread stored another finds', () => {
  const buffer = createAnswerCache(1e6);
  store(new AnswerCache(buffer, 1), 3);
  assert.equal(find(new AnswerCache(buffer, 2), 3), true);
});

test('the largest message with the most TTLs and the longest name fits from 128 kB up', () => {
  for (const maxBytes of [131_072, 1e6, 200e6]) {
    const cache = new AnswerCache(createAnswerCache(maxBytes), 1);
    const largest = new CachedAnswer();
    largest.message.forEach((_, i) => {
      largest.message[i] = i * 31;
    });
    largest.messageLength = 65_535;
    largest.ttlOffsets.fill(0xabcd);
    largest.ttlCount = 4096;
    largest.expiresAtSeconds = 9;
    const longKey = { ...turnKeyTo(newKey(), 1), name: new Uint8Array(255).fill(63), nameLength: 255 };
    for (let i = 0; i < 3; i++) {
      assert.equal(cache.store(longKey, largest), true);
      assert.equal(cache.find(longKey, 0, found), true);
      assert.deepEqual(found.message, largest.message);
      assert.deepEqual(found.ttlOffsets, largest.ttlOffsets);
      assert.equal(store(cache, 2), true);
      assert.equal(find(cache, 2), true);
    }
  }
});

test('what no entry or no arena can hold is given up', () => {
  const buffer = createAnswerCache(65_536);
  const cache = new AnswerCache(buffer, 1);
  turnKeyTo(key, 1);
  fillAnswer(answer, 1, 1, 0, TTL_SECONDS);
  assert.equal(cache.store({ ...key, name: new Uint8Array(300), nameLength: 256 }, answer), false);
  assert.equal(cache.store({ ...key, variant: 0x100_0000 }, answer), false);
  assert.equal(cache.store(key, Object.assign(new CachedAnswer(), { ttlCount: 4097 })), false);
  assert.equal(cache.store(key, Object.assign(new CachedAnswer(), { messageLength: 65_536 })), false);
  assert.equal(cache.store(key, Object.assign(new CachedAnswer(), { messageLength: 65_000 })), false);
  assert.equal(readAnswerCacheUsage(buffer).entryCount, 0);
  assert.equal(cache.store(key, Object.assign(new CachedAnswer(), { messageLength: 45_000 })), true);
});

test('octets that an earlier message left behind the end stay out of the cache', () => {
  const buffer = createAnswerCache(65_536);
  const cache = new AnswerCache(buffer, 1);
  const stored = new CachedAnswer();
  stored.message.fill(0xa5);
  stored.ttlOffsets.fill(0xa5a5);
  stored.message.fill(1, 0, 13);
  stored.messageLength = 13;
  stored.ttlOffsets[0] = 1;
  stored.ttlCount = 1;
  cache.store(turnKeyTo(key, 1), stored);
  const { arenaOffset } = planLayout(65_536);
  const arena = new Uint8Array(buffer).slice((stripeAt(planLayout(65_536), 0) + arenaOffset) * 4 + 36);
  assert.equal(arena.indexOf(0xa5), -1);
});

test('a reader writes nothing but the marks of what it found', () => {
  const buffer = createAnswerCache(65_536);
  const cache = new AnswerCache(buffer, 1);
  for (let number = 0; number < 50; number++) store(cache, number);
  const before = Buffer.from(new Uint8Array(buffer));
  for (let number = 0; number < 100; number++) find(cache, number, number);
  const { arenaOffset } = planLayout(65_536);
  const arena = (stripeAt(planLayout(65_536), 0) + arenaOffset) * 4;
  const isMark = (at: number): boolean => at >= 128 && at < arena && at % 64 >= 48 && at % 64 < 60;
  new Uint8Array(buffer).forEach((byte, at) => {
    if (!isMark(at)) assert.equal(byte, before[at], `byte ${at}`);
  });
});

test('while a writer holds the stripe, others read and give up their stores', () => {
  const buffer = createAnswerCache(65_536);
  const cache = new AnswerCache(buffer, 1);
  store(cache, 1);
  const owner = stripeAt(planLayout(65_536), 0) + STRIPE.OWNER;
  new Int32Array(buffer)[owner] = 2;
  assert.equal(find(cache, 1), true);
  assert.equal(store(cache, 1, 2), false);
  assert.equal(find(cache, 1), true);
  assert.equal(versionOf(found), 1);
  new Int32Array(buffer)[owner] = 0;
  assert.equal(store(cache, 1, 2), true);
});

test("a dead thread's stripe is emptied and freed, the others keep what they have", () => {
  const buffer = createAnswerCache(1e6);
  const cache = new AnswerCache(buffer, 1);
  for (let number = 0; number < 200; number++) store(cache, number);
  const before = readAnswerCacheUsage(buffer).entryCount;
  const layout = planLayout(1e6);
  const words = new Int32Array(buffer);
  words[stripeAt(layout, 1) + STRIPE.OWNER] = 7;
  words[stripeAt(layout, 2) + STRIPE.OWNER] = 8;
  recoverAfterThreadDeath(buffer, 7);
  const { entryCount, stripesHeld } = readAnswerCacheUsage(buffer);
  assert.equal(stripesHeld, 1);
  assert.ok(entryCount < before && entryCount > before / 2, `${entryCount} of ${before}`);
  recoverAfterThreadDeath(buffer, 8);
  for (let number = 0; number < 200; number++) assert.equal(store(cache, number, 2), true);
  assert.ok(find(cache, 199));
  assert.equal(readAnswerCacheUsage(buffer).damageCount, 0);
});

test('a thread that died without having held anything takes nothing along', () => {
  const buffer = createAnswerCache(1e6);
  const cache = new AnswerCache(buffer, 1);
  store(cache, 1);
  recoverAfterThreadDeath(buffer, 1);
  assert.equal(find(cache, 1), true);
});

test("a store that finds its own thread's mark starts the stripe anew", () => {
  const buffer = createAnswerCache(65_536);
  const cache = new AnswerCache(buffer, 5);
  store(cache, 1);
  new Int32Array(buffer)[stripeAt(planLayout(65_536), 0) + STRIPE.OWNER] = 5;
  assert.equal(store(cache, 2), true);
  assert.equal(find(cache, 1), false);
  assert.equal(find(cache, 2), true);
  assert.equal(readAnswerCacheUsage(buffer).stripesHeld, 0);
});

test('a flood of unique names stays in its bytes and leaves the newest', () => {
  const buffer = createAnswerCache(300_000);
  const cache = new AnswerCache(buffer, 1);
  for (let number = 0; number < 50_000; number++) {
    assert.equal(store(cache, number), true);
    assert.equal(find(cache, number), true);
  }
  const { byteLength, entryCount, damageCount } = readAnswerCacheUsage(buffer);
  assert.ok(byteLength <= 300_000);
  assert.ok(entryCount > 200 && entryCount < 300_000 / 80, `${entryCount} entries`);
  let hits = 0;
  for (let number = 0; number < 50_000; number++) if (find(cache, number)) hits++;
  assert.equal(hits, entryCount);
  assert.equal(damageCount, 0);
});

test('an empty cache touches no memory, a filled one what it holds', () => {
  const residentBytes = (): number => process.memoryUsage.rss();
  const before = residentBytes();
  const buffer = createAnswerCache(200e6);
  const cache = new AnswerCache(buffer, 1);
  const afterCreation = residentBytes();
  assert.ok(afterCreation - before < 8e6, `${afterCreation - before} bytes when empty`);
  for (let number = 0; number < 20_000; number++) store(cache, number);
  const filled = residentBytes() - before;
  assert.ok(filled < 60e6, `${filled} bytes with about 8 MB stored`);
  assert.ok(readAnswerCacheUsage(buffer).entryCount > 19_000);
});

test('finding and storing allocate nothing once they are warm', (context) => {
  if (allocatedBytes() === undefined) return context.skip('this Node does not tell what was allocated');
  const cache = new AnswerCache(createAnswerCache(300_000), 1);
  fillAnswer(answer, 1, 1, 0, TTL_SECONDS);
  const rounds = 100_000;
  const work = (): void => {
    for (let i = 0; i < rounds; i++) {
      turnKeyTo(key, i & 0xfff);
      cache.store(key, answer);
      cache.find(key, 1, found);
      cache.find(key, TTL_SECONDS, found);
    }
  };
  for (let i = 0; i < 4; i++) work();
  // The compiler allocates too, now and then; what we allocate would show every time.
  let bytesPerRound = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const before = allocatedBytes()!;
    work();
    bytesPerRound = Math.min(bytesPerRound, (allocatedBytes()! - before) / rounds);
  }
  assert.ok(bytesPerRound < 4, `${bytesPerRound} bytes a round`);
});

test('a cache below 64 kB is refused, as are slots that cannot own', () => {
  for (const maxBytes of [65_535, 0, -1, Number.NaN]) assert.throws(() => createAnswerCache(maxBytes), RangeError);
  for (const slot of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
    assert.throws(() => new AnswerCache(createAnswerCache(65_536), slot), RangeError);
  }
  assert.throws(() => new AnswerCache(new SharedArrayBuffer(65_536), 1), TypeError);
});

test('what was found is stored once more with other notes, unless it has left or given way to another meanwhile', () => {
  const buffer = createAnswerCache(1e6);
  const cache = new AnswerCache(buffer, 1);
  const other = new AnswerCache(buffer, 2);
  const again = (meanwhile: () => void): boolean => {
    store(cache, 1);
    assert.ok(find(cache, 1));
    meanwhile();
    found.inspection = 4711;
    return cache.storeAgain(turnKeyTo(key, 1), found);
  };
  assert.equal(
    again(() => undefined),
    true,
  );
  assert.ok(cache.find(key, 0, found));
  assert.equal(found.inspection, 4711);
  assert.equal(
    again(() => store(other, 1, 2)),
    false,
    'another message',
  );
  assert.ok(find(cache, 1));
  assert.equal(versionOf(found), 2);
  assert.equal(
    again(() => store(other, 1, 1, 1)),
    false,
    'the same, renewed',
  );
  assert.ok(find(cache, 1, TTL_SECONDS));
  const outdate = (): void => {
    answer.becomeNote(0, 0, TTL_SECONDS);
    other.store(turnKeyTo(key, 1), answer);
  };
  assert.equal(again(outdate), false, 'outdated');
  assert.ok(cache.find(key, 0, answer));
  assert.equal(answer.messageLength, 0);
  turnKeyTo(key, 2);
  assert.equal(cache.storeAgain(key, found), false, 'not there');
  assert.equal(cache.find(key, 0, found), false);
});
