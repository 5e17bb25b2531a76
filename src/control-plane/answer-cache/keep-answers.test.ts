import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { wireName } from '../../../test/fuzz/wire/arbitraries.ts';
import {
  FLAGS_RESPONSE,
  hex,
  message,
  name,
  pointer,
  question,
  record,
  soaRdata,
} from '../../../test/fuzz/wire/messages.ts';
import {
  AnswerCache,
  type AnswerKey,
  CachedAnswer,
  createAnswerCache,
} from '../../memory/answer-cache/answer-cache.ts';
import { variantOfUpstreams } from '../../memory/answer-cache/upstream-variant.ts';
import { readAnswerCacheUsage } from '../../memory/answer-cache/usage.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { type CacheSettings, DEFAULT_CACHE_SETTINGS } from '../../policy/cache-settings.ts';
import { ANSWER_FAULT, AnswerFacts, readAnswer } from '../../wire/answer-reader.ts';
import { expandName, foldName } from '../../wire/name.ts';
import { flushAnswers } from './flush-answers.ts';
import { encodeHeader } from './kept-file.ts';
import { AnswerKeeper, KEPT_ANSWERS_FILE, type KeepAnswersOptions } from './keep-answers.ts';

const HASH_KEY = new Uint8Array(16).fill(5);
const hasher = new NameHasher(HASH_KEY);
const BOOT = new Uint8Array(16);
const START_WALL = 1_800_000_000_000;
/** Of the file. */
const HEADER_BYTES = encodeHeader({ wallMilliseconds: 0, upSeconds: 0, boot: BOOT }, BOOT).length;

/** An address of `owner` as it is cached. */
function addressOf(owner: string, ttlSeconds = 300): Uint8Array {
  return message({
    flags: FLAGS_RESPONSE,
    questions: [question(name(owner), 1)],
    answers: [record(pointer(12), 1, ttlSeconds, hex('c0000201'))],
  });
}

/** What a message is filed under. */
function keyOf(octets: Uint8Array, variant = 0, type?: number): AnswerKey {
  const key = { name: new Uint8Array(256), nameLength: 0, type: 0, class: 0, variant, hashLow: 0, hashHigh: 0 };
  key.nameLength = expandName(octets, 12, octets.length, key.name);
  foldName(key.name, key.nameLength);
  const view = new DataView(octets.buffer, octets.byteOffset);
  key.type = type ?? view.getUint16(12 + key.nameLength);
  key.class = view.getUint16(14 + key.nameLength);
  hasher.hash(key.name, key.nameLength);
  key.hashLow = hasher.fullLow;
  key.hashHigh = hasher.fullHigh;
  return key;
}

/** A gateway's life between two starts: a cache, a clock, and what it says. */
class Run {
  readonly cache: SharedArrayBuffer;
  readonly keeper: AnswerKeeper;
  readonly said: string[] = [];
  changes = 1;
  nowSeconds: number;
  wallMilliseconds: number;
  readonly #answers: AnswerCache;

  constructor(
    directory: string,
    options: {
      persist?: boolean;
      rules?: Partial<CacheSettings>;
      exclude?: string[];
      upstreams?: string[];
      zones?: string[];
      /** Of the default group, by their numbers. */
      chosen?: readonly number[];
      bytes?: number;
      nowSeconds?: number;
      wall?: number;
    } & Partial<KeepAnswersOptions> = {},
  ) {
    const { persist = true, bytes = 1e6, nowSeconds = 10_000, wall = START_WALL, rules = {}, ...behind } = options;
    const { exclude = [], upstreams = ['https://dns.example/'], zones = [], chosen, ...others } = behind;
    this.nowSeconds = nowSeconds;
    this.wallMilliseconds = wall;
    this.cache = createAnswerCache(bytes);
    this.#answers = new AnswerCache(this.cache, 1);
    this.keeper = new AnswerKeeper({
      settings: {
        stateDirectory: directory,
        cache: { maxBytes: bytes, rules: { ...DEFAULT_CACHE_SETTINGS, ...rules }, exclude: exclude.map(name), persist },
        upstreams: upstreams.map((url) => ({
          name: url,
          url,
          addresses: [],
          caPem: undefined,
          maxQueriesPerSecond: undefined,
        })),
        zones: zones.map((text) => ({ name: name(text), text, written: text, resolvers: [], resolversElsewhere: [] })),
        groups: [{ choices: { upstreams: chosen }, when: [] }],
      },
      cache: this.cache,
      hashKey: HASH_KEY,
      clock: () => this.nowSeconds * 1000,
      changes: () => this.changes,
      log: (level, text) => this.said.push(`${level}: ${text}`),
      moment: () => ({ wallMilliseconds: this.wallMilliseconds, upSeconds: 0, boot: BOOT }),
      ...others,
    });
  }

  store(
    octets: Uint8Array,
    { variant = 0, type, ttlSeconds = 300 }: { variant?: number; type?: number; ttlSeconds?: number } = {},
  ): void {
    const facts = new AnswerFacts();
    assert.equal(readAnswer(octets, octets.length, facts), ANSWER_FAULT.NONE);
    const answer = new CachedAnswer();
    answer.message.set(octets);
    answer.messageLength = octets.length;
    answer.ttlOffsets.set(facts.ttlOffsets.subarray(0, facts.ttlCount));
    answer.ttlCount = facts.ttlCount;
    answer.storedAtSeconds = this.nowSeconds;
    answer.expiresAtSeconds = this.nowSeconds + ttlSeconds;
    answer.policyGeneration = 7;
    assert.ok(this.#answers.store(keyOf(octets, variant, type), answer));
  }

  /** What stands in the cache for "no such name" where that is not kept itself. */
  note(octets: Uint8Array, variant: number, expiresAtSeconds = this.nowSeconds): void {
    const entry = new CachedAnswer();
    entry.storedAtSeconds = this.nowSeconds;
    entry.expiresAtSeconds = expiresAtSeconds;
    assert.ok(this.#answers.store(keyOf(octets, variant, 0), entry));
  }

  find(octets: Uint8Array, variant = 0, nowSeconds = this.nowSeconds, type?: number): CachedAnswer | undefined {
    const into = new CachedAnswer();
    return this.#answers.find(keyOf(octets, variant, type), nowSeconds, into) ? into : undefined;
  }

  get entries(): number {
    return readAnswerCacheUsage(this.cache).entryCount;
  }
}

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-kept-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Those that hold the text, scraps included. */
function filesWith(directory: string, text: string): string[] {
  return readdirSync(directory).filter((file) => readFileSync(join(directory, file)).includes(text));
}

function assertMessage(found: CachedAnswer, expected: Uint8Array): void {
  assert.deepEqual(Buffer.from(found.message.subarray(0, found.messageLength)), Buffer.from(expected));
}

describe('answers kept over a restart', () => {
  test('come back with what they say, as old as they are, to be inspected by the rules of today', async (t) => {
    const directory = makeDirectory(t);
    const first = new Run(directory);
    first.store(addressOf('a.example'));
    first.store(addressOf('b.example'), { variant: 3 });
    first.nowSeconds += 100;
    first.wallMilliseconds += 100_000;
    await first.keeper.write();
    // Another size of cache, another clock of the process, 50 seconds later.
    const second = new Run(directory, { bytes: 3e6, nowSeconds: 77, wall: START_WALL + 150_000 });
    await second.keeper.restore();
    assert.deepEqual(second.said, ['info: 2 answers of the last run are in the cache']);
    const found = second.find(addressOf('a.example'))!;
    assertMessage(found, addressOf('a.example'));
    assert.deepEqual([found.storedAtSeconds, found.expiresAtSeconds], [77 - 150, 77 + 150]);
    assert.deepEqual([found.policyGeneration, found.inspection, found.ttlCount], [0, 0, 1]);
    assert.equal(second.find(addressOf('b.example')), undefined);
    assert.ok(second.find(addressOf('b.example'), 3));
  });

  test('of a group with upstreams of its own come back for that group, where those are still the same', async (t) => {
    const directory = makeDirectory(t);
    const upstreams = ['https://a.example/', 'https://b.example/', 'https://c.example/'];
    const first = new Run(directory, { upstreams, chosen: [1] });
    first.store(addressOf('a.example'), { variant: variantOfUpstreams([1]) });
    first.store(addressOf('gone.example'), { variant: variantOfUpstreams([2]) });
    first.note(addressOf('gone.example'), variantOfUpstreams([2]));
    await first.keeper.write();
    const second = new Run(directory, { upstreams, chosen: [1] });
    await second.keeper.restore();
    assert.equal(second.entries, 1);
    assert.ok(second.find(addressOf('a.example'), variantOfUpstreams([1])));
    const reordered = new Run(directory, { upstreams: upstreams.toReversed(), chosen: [1] });
    await reordered.keeper.restore();
    assert.equal(reordered.entries, 0);
  });

  test('any answer: it comes back octet by octet', async (t) => {
    const directory = makeDirectory(t);
    const rdata = fc.uint8Array({ maxLength: 400 }).map((octets) => octets.slice());
    const anyAnswer = fc.tuple(wireName, fc.constantFrom(1, 16, 28, 65_280), fc.array(rdata, { minLength: 1 }));
    const property = fc.asyncProperty(anyAnswer, fc.boolean(), async ([owner, qtype, sets], isForEveryType) => {
      const octets = message({
        flags: FLAGS_RESPONSE,
        questions: [question(owner, qtype)],
        answers: sets.map((octetsOfRecord) => record(pointer(12), qtype, 300, octetsOfRecord)),
      });
      const facts = new AnswerFacts();
      assert.equal(readAnswer(octets, octets.length, facts), ANSWER_FAULT.NONE);
      const type = isForEveryType ? 0 : undefined;
      const first = new Run(directory, { bytes: 131_072 });
      first.store(octets, type === undefined ? {} : { type });
      await first.keeper.write();
      const second = new Run(directory, { bytes: 131_072 });
      await second.keeper.restore();
      const found = second.find(octets, 0, second.nowSeconds, type);
      assert.ok(found);
      assert.deepEqual(found.message.slice(0, found.messageLength), octets);
      assert.deepEqual(found.ttlOffsets.slice(0, found.ttlCount), facts.ttlOffsets.slice(0, facts.ttlCount));
    });
    await fc.assert(property, { seed: 20_261_122, numRuns: 40 });
  });

  test('are left out if they have ended, are failures, say nothing, or the upstream blocked', async (t) => {
    const directory = makeDirectory(t);
    const first = new Run(directory);
    first.store(addressOf('ended.example'), { ttlSeconds: -DEFAULT_CACHE_SETTINGS.staleSeconds });
    first.store(addressOf('stale.example'), { ttlSeconds: -100 });
    first.store(addressOf('failure.example'), { variant: 0x10 });
    // What those hear who do not get the names of this network.
    for (const variant of [0x80, 0x83]) first.store(addressOf('of-others.example'), { variant });
    first.store(message({ flags: FLAGS_RESPONSE | 3, questions: [question(name('blocked.example'), 1)] }));
    await first.keeper.write();
    const second = new Run(directory);
    await second.keeper.restore();
    assert.equal(second.entries, 1);
    assert.ok(second.find(addressOf('stale.example'), 0, second.nowSeconds - 200));
  });

  test('get no new life by a clock that was set back, and end early by one that was set forward', async (t) => {
    const directory = makeDirectory(t);
    const first = new Run(directory);
    first.store(addressOf('a.example'));
    await first.keeper.write();
    const back = new Run(directory, { wall: START_WALL - 1000 });
    await back.keeper.restore();
    assert.equal(back.entries, 0);
    assert.match(back.said[0]!, /^warn: .*answers\.cache .*the clock was set back; starting with an empty cache$/);
    const forward = new Run(directory, { wall: START_WALL + 301_000 });
    await forward.keeper.restore();
    assert.equal(forward.find(addressOf('a.example')), undefined);
    const longForward = new Run(directory, { wall: START_WALL + 1e12 });
    await longForward.keeper.restore();
    assert.equal(longForward.entries, 0);
  });

  test('keep to the max_ttl of today', async (t) => {
    const directory = makeDirectory(t);
    const first = new Run(directory);
    first.store(addressOf('a.example', 80_000), { ttlSeconds: 80_000 });
    await first.keeper.write();
    const second = new Run(directory, { rules: { maxTtlSeconds: 600 }, wall: START_WALL + 100_000 });
    await second.keeper.restore();
    const found = second.find(addressOf('a.example'))!;
    assert.equal(found.expiresAtSeconds, second.nowSeconds + 500);
    assertMessage(found, addressOf('a.example', 600));
  });

  test('of names that do not exist, they keep to the negative_max_ttl of today', async (t) => {
    const directory = makeDirectory(t);
    const soa = record(name('example'), 6, 9000, soaRdata(9000));
    const nameError = message({
      flags: FLAGS_RESPONSE | 3,
      questions: [question(name('no.example'), 1)],
      authorities: [soa],
    });
    const first = new Run(directory);
    first.store(nameError, { type: 0, ttlSeconds: 9000 });
    await first.keeper.write();
    const shorter = new Run(directory, { rules: { negativeMaxTtlSeconds: 60 } });
    await shorter.keeper.restore();
    assert.equal(shorter.find(nameError, 0, shorter.nowSeconds, 0)!.expiresAtSeconds, shorter.nowSeconds + 60);
    const none = new Run(directory, { rules: { negativeMaxTtlSeconds: 0 } });
    await none.keeper.restore();
    assert.equal(none.entries, 0);
  });

  test('get no longer life by a min_ttl that was raised', async (t) => {
    const directory = makeDirectory(t);
    const first = new Run(directory);
    first.store(addressOf('a.example', 60), { ttlSeconds: 60 });
    await first.keeper.write();
    const second = new Run(directory, { rules: { minTtlSeconds: 3600 }, wall: START_WALL + 10_000 });
    await second.keeper.restore();
    const found = second.find(addressOf('a.example'))!;
    assert.equal(found.expiresAtSeconds, second.nowSeconds + 50);
    // Nor do clients get to keep it for longer than it is kept here.
    assertMessage(found, addressOf('a.example', 60));
  });

  test('that a min_ttl had raised stay raised, whatever it is today', async (t) => {
    const directory = makeDirectory(t);
    const first = new Run(directory, { rules: { minTtlSeconds: 3600 } });
    // As it was stored: the TTL that came is not known any more.
    first.store(addressOf('a.example', 3600), { ttlSeconds: 3600 });
    await first.keeper.write();
    for (const minTtlSeconds of [3600, 0]) {
      const second = new Run(directory, { rules: { minTtlSeconds }, wall: START_WALL + 10_000 });
      await second.keeper.restore();
      const found = second.find(addressOf('a.example'))!;
      assert.equal(found.expiresAtSeconds, second.nowSeconds + 3590);
      assertMessage(found, addressOf('a.example', 3600));
    }
  });

  test('are left out if the name was said not to exist since, even where that was not to be kept', async (t) => {
    const directory = makeDirectory(t);
    const first = new Run(directory);
    for (const owner of ['gone.example', 'fresh.example', 'other.example', 'back.example'])
      first.store(addressOf(owner));
    first.store(addressOf('checked.example'));
    first.store(addressOf('checked.example'), { variant: 2 });
    first.nowSeconds += 10;
    first.note(addressOf('gone.example'), 0);
    // Whoever it was told: one that asked for signatures.
    first.note(addressOf('other.example'), 1);
    // But for those who want no checking, where it may be forged.
    first.note(addressOf('checked.example'), 3);
    first.note(addressOf('fresh.example'), 0);
    // A note that stands for an answer which itself was outdated says nothing about others.
    first.note(addressOf('back.example'), 0, -0x8000_0000);
    first.nowSeconds += 10;
    first.store(addressOf('fresh.example'));
    await first.keeper.write();
    const second = new Run(directory);
    await second.keeper.restore();
    const isThere = ['gone', 'other', 'fresh', 'back'].map(
      (word) => second.find(addressOf(`${word}.example`)) !== undefined,
    );
    assert.deepEqual(isThere, [false, false, true, true]);
    assert.ok(second.find(addressOf('checked.example')));
    assert.equal(second.find(addressOf('checked.example'), 2), undefined);
    assert.ok(!readFileSync(join(directory, KEPT_ANSWERS_FILE)).includes('gone'));
  });

  test('are left out if their records do not belong to the question', async (t) => {
    const directory = makeDirectory(t);
    const first = new Run(directory);
    const strange = message({
      flags: FLAGS_RESPONSE,
      questions: [question(name('a.example'), 1)],
      answers: [record(name('bank.example'), 1, 300, hex('c0000201'))],
    });
    first.store(strange);
    await first.keeper.write();
    const second = new Run(directory);
    await second.keeper.restore();
    assert.equal(second.entries, 0);
  });

  for (const [what, before, today] of [
    ['a zone of the local network that is new', {}, { zones: ['corp.example'] }],
    ['one that is gone', { zones: ['corp.example'] }, {}],
    ['another upstream', {}, { upstreams: ['https://other.example/'] }],
    ['one upstream more', {}, { upstreams: ['https://dns.example/', 'https://other.example/'] }],
  ] as const) {
    test(`do not outlive a change of who is asked: ${what}`, async (t) => {
      const directory = makeDirectory(t);
      const first = new Run(directory, { ...(before as object) });
      first.store(addressOf('git.corp.example.org'));
      await first.keeper.write();
      const same = new Run(directory, { ...(before as object) });
      await same.keeper.restore();
      assert.equal(same.entries, 1);
      const second = new Run(directory, { ...(today as object) });
      await second.keeper.restore();
      assert.equal(second.entries, 0);
      assert.match(
        second.said.join(),
        /^info: .*answers\.cache is of other upstreams or other \[\[zone\]\] names; starting/,
      );
    });
  }

  test('outlive another order of upstreams and zones', async (t) => {
    const directory = makeDirectory(t);
    const first = new Run(directory, { upstreams: ['https://a.example/', 'https://b.example/'], zones: ['x', 'y'] });
    first.store(addressOf('a.example'));
    await first.keeper.write();
    const second = new Run(directory, { upstreams: ['https://b.example/', 'https://a.example/'], zones: ['y', 'x'] });
    await second.keeper.restore();
    assert.equal(second.entries, 1);
  });

  test('are never those of a zone of the local network, nor of a name that is not to be cached', async (t) => {
    const directory = makeDirectory(t);
    const before = new Run(directory, { zones: ['corp.example'] });
    for (const owner of ['corp.example', 'git.corp.example', 'anticorp.example', 'dyn.example'])
      before.store(addressOf(owner));
    await before.keeper.write();
    const file = readFileSync(join(directory, KEPT_ANSWERS_FILE));
    assert.deepEqual(
      [file.includes('git'), file.includes('\x04corp'), file.includes('anticorp')],
      [false, false, true],
    );
    // Excluded since.
    const after = new Run(directory, { zones: ['corp.example'], exclude: ['dyn.example'] });
    await after.keeper.restore();
    assert.equal(after.entries, 1);
    assert.ok(after.find(addressOf('anticorp.example')));
  });

  test('those that were asked for again come first where not all may be kept', async (t) => {
    const directory = makeDirectory(t);
    const first = new Run(directory, { limits: { fileBytes: 10e6, answers: 20 } });
    for (let i = 0; i < 10; i++) first.store(addressOf(`hot${i}.example`));
    for (let i = 0; i < 1000; i++) {
      first.store(addressOf(`n${i}.example`));
      first.find(addressOf(`hot${i % 10}.example`));
    }
    await first.keeper.write();
    const second = new Run(directory);
    await second.keeper.restore();
    assert.equal(second.entries, 20);
    const isThere = Array.from({ length: 10 }, (_, i) => second.find(addressOf(`hot${i}.example`)) !== undefined);
    assert.deepEqual(isThere, new Array(10).fill(true));
  });
});

describe('the file', () => {
  test('is for its owner alone, is replaced whole, and no scrap of a killed run stays', async (t) => {
    const directory = makeDirectory(t);
    writeFileSync(join(directory, 'answers.cache.0123456789ab.new'), 'half');
    const run = new Run(directory);
    await run.keeper.restore();
    run.store(addressOf('a.example'));
    await run.keeper.write();
    assert.deepEqual(readdirSync(directory), [KEPT_ANSWERS_FILE]);
    assert.equal(statSync(join(directory, KEPT_ANSWERS_FILE)).mode & 0o777, 0o600);
  });

  test('is written again only if something has changed, and after a flush at once', async (t) => {
    const directory = makeDirectory(t);
    const path = join(directory, KEPT_ANSWERS_FILE);
    const run = new Run(directory);
    run.keeper.start();
    run.store(addressOf('secret.example'));
    await run.keeper.write();
    assert.ok(readFileSync(path).includes('secret'));
    rmSync(path);
    await run.keeper.write();
    assert.ok(!existsSync(path));
    run.changes++;
    await run.keeper.write();
    await flushAnswers(run.cache, { name: name('secret.example'), isSuffix: false });
    run.store(addressOf('other.example'));
    assert.ok(await run.keeper.forgetFile());
    await run.keeper.stop();
    const file = readFileSync(path);
    assert.deepEqual([file.includes('secret'), file.includes('other')], [false, true]);
  });

  test('is gone by the time a flush is answered, so that nothing comes back after a kill', async (t) => {
    const directory = makeDirectory(t);
    const path = join(directory, KEPT_ANSWERS_FILE);
    const run = new Run(directory);
    run.store(addressOf('secret.example'));
    await run.keeper.write();
    assert.ok(readFileSync(path).includes('secret'));
    await flushAnswers(run.cache, { name: name('secret.example'), isSuffix: false });
    assert.ok(await run.keeper.forgetFile());
    assert.deepEqual(filesWith(directory, 'secret'), []);
    await run.keeper.write();
    assert.deepEqual(readdirSync(directory), [KEPT_ANSWERS_FILE]);
  });

  test('loses what was flushed while it was being written', async (t) => {
    const directory = makeDirectory(t);
    const path = join(directory, KEPT_ANSWERS_FILE);
    const run = new Run(directory, { bytes: 131_072 });
    run.keeper.start();
    run.store(addressOf('secret.example'));
    const inBackground = run.keeper.write();
    const firstFile = inBackground.then(() => readdirSync(directory));
    // Until it has read the cache: behind the header, answers stand in the file that is to be.
    while (!readdirSync(directory).some((file) => statSync(join(directory, file)).size > HEADER_BYTES))
      await setImmediate();
    await flushAnswers(run.cache, { name: name('secret.example'), isSuffix: false });
    assert.ok(await run.keeper.forgetFile());
    assert.deepEqual(await firstFile, [], 'it was given up, and nothing was put in its place');
    assert.deepEqual(filesWith(directory, 'secret'), []);
    await run.keeper.stop();
    assert.ok(!readFileSync(path).includes('secret'));
  });

  test('loses what was flushed although the first try to write it failed', async (t) => {
    const directory = makeDirectory(t);
    const path = join(directory, KEPT_ANSWERS_FILE);
    const run = new Run(directory);
    run.keeper.start();
    run.store(addressOf('secret.example'));
    await run.keeper.write();
    await flushAnswers(run.cache, { name: name('secret.example'), isSuffix: false });
    const kept = readFileSync(path);
    rmSync(path);
    mkdirSync(path);
    assert.equal(await run.keeper.forgetFile(), false);
    await run.keeper.write();
    assert.match(run.said[0]!, /cannot be removed \([A-Z_]+\); it has answers that were flushed/);
    assert.match(run.said[1]!, /cannot be written/);
    rmSync(path, { recursive: true });
    writeFileSync(path, kept);
    await run.keeper.stop();
    assert.ok(!readFileSync(path).includes('secret'));
  });

  test('loses what was flushed right after a start, before anything new is stored', async (t) => {
    const directory = makeDirectory(t);
    const first = new Run(directory);
    first.store(addressOf('secret.example'));
    await first.keeper.write();
    const run = new Run(directory, { changes: () => 0 });
    await run.keeper.restore();
    await flushAnswers(run.cache, { name: name('secret.example'), isSuffix: false });
    assert.ok(await run.keeper.forgetFile());
    assert.deepEqual(filesWith(directory, 'secret'), []);
    await run.keeper.write();
    assert.ok(!readFileSync(join(directory, KEPT_ANSWERS_FILE)).includes('secret'));
  });

  test('is written a last time at a stop', async (t) => {
    const directory = makeDirectory(t);
    const run = new Run(directory);
    run.keeper.start();
    run.store(addressOf('a.example'));
    await run.keeper.stop();
    const next = new Run(directory);
    await next.keeper.restore();
    assert.equal(next.entries, 1);
  });

  test('is not made where nothing is to be kept, and one of earlier times is removed', async (t) => {
    const directory = makeDirectory(t);
    const earlier = new Run(directory);
    earlier.store(addressOf('a.example'));
    await earlier.keeper.write();
    const run = new Run(directory, { persist: false });
    await run.keeper.restore();
    run.keeper.start();
    run.store(addressOf('b.example'));
    assert.ok(await run.keeper.forgetFile());
    await run.keeper.stop();
    assert.deepEqual(readdirSync(directory), []);
    assert.equal(run.entries, 1);
  });

  test('that cannot be written is warned of once, leaves the old one, and is tried again', async (t) => {
    const directory = makeDirectory(t);
    const gone = join(directory, 'gone');
    const run = new Run(gone);
    run.store(addressOf('a.example'));
    await run.keeper.write();
    await run.keeper.write();
    assert.deepEqual(run.said, [
      `warn: ${join(gone, KEPT_ANSWERS_FILE)} cannot be written (ENOENT); answers are not kept`,
    ]);
  });

  for (const [what, content, says] of [
    ['foreign', 'not ours', /is not a file of kept answers/],
    ['damaged', undefined, /is damaged/],
    ['cut short', null, /is cut short/],
  ] as const) {
    test(`that is ${what} is ignored with one warning`, async (t) => {
      const directory = makeDirectory(t);
      const path = join(directory, KEPT_ANSWERS_FILE);
      const first = new Run(directory);
      first.store(addressOf('a.example'));
      await first.keeper.write();
      const whole = readFileSync(path);
      if (content === undefined) whole[80]! ^= 1;
      writeFileSync(path, content ?? (content === null ? whole.subarray(0, 70) : whole));
      const run = new Run(directory);
      await run.keeper.restore();
      assert.equal(run.entries, 0);
      assert.equal(run.said.length, 1);
      assert.match(run.said[0]!, says);
    });
  }

  test('that is far too large is ignored', async (t) => {
    const directory = makeDirectory(t);
    const run = new Run(directory, { limits: { fileBytes: 100, answers: 10 } });
    writeFileSync(join(directory, KEPT_ANSWERS_FILE), new Uint8Array(201));
    await run.keeper.restore();
    assert.match(run.said[0]!, /is larger than 200 octets/);
  });

  for (const [what, put] of [
    ['a directory', (path: string) => mkdirSync(path)],
    ['a pipe that nobody writes to', (path: string) => execFileSync('mkfifo', [path])],
    ['a device without an end', (path: string) => symlinkSync('/dev/zero', path)],
  ] as const) {
    test(`that is ${what} is ignored, and does not hold up the start`, { timeout: 20_000 }, async (t) => {
      const directory = makeDirectory(t);
      put(join(directory, KEPT_ANSWERS_FILE));
      const run = new Run(directory);
      await run.keeper.restore();
      assert.match(run.said[0]!, /^warn: .* is not a regular file; starting with an empty cache$/);
    });
  }
});
