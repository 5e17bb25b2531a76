import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'dns-packet';
import { AnswerCache, CachedAnswer, createAnswerCache } from '../../memory/answer-cache/answer-cache.ts';
import { variantOfUpstreams } from '../../memory/answer-cache/upstream-variant.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { blockingUpstreamsAmong, upstreamBlockIn } from '../../policy/upstream-block.ts';
import type { UpstreamOutcome } from '../../upstream/upstream.ts';
import type { UpstreamSettings } from '../../upstream/upstream-settings.ts';
import { AnswerFacts, readAnswer } from '../../wire/answer-reader.ts';
import { knownName } from '../../wire/name-text.ts';
import { CLASS, TYPE } from '../../wire/numbers.ts';
import { AnswerSource, type AnswerWanted } from './answer-source.ts';

const NAME = knownName('www.example.org');
const HASHER = new NameHasher(new Uint8Array(16).fill(3));
HASHER.hash(NAME, NAME.length);
const WANTED: AnswerWanted = { name: NAME, hasher: HASHER, type: TYPE.A, upstreams: undefined, isOutsider: false };
const NOW = 1_000;

/** An answer that can be told from others by its address. */
function answer(data: string): Uint8Array {
  const questions = [{ type: 'A' as const, name: 'www.example.org' }];
  const answers = [{ type: 'A' as const, name: 'www.example.org', data, ttl: 60 }];
  return Uint8Array.from(encode({ type: 'response', id: 0, flags: 0x8180, questions, answers }));
}

function store(cache: SharedArrayBuffer, message: Uint8Array, type: number, variant: number, inspection = 0): void {
  const entry = new CachedAnswer();
  entry.message.set(message);
  entry.messageLength = message.length;
  entry.inspection = inspection;
  entry.storedAtSeconds = NOW;
  entry.expiresAtSeconds = NOW + 60;
  const hashes = { hashLow: HASHER.fullLow, hashHigh: HASHER.fullHigh };
  const key = { name: NAME, nameLength: NAME.length, type, class: CLASS.IN, variant, ...hashes };
  assert.ok(new AnswerCache(cache, 1).store(key, entry));
}

function source(asked: string[], outcome?: UpstreamOutcome, upstreams: readonly UpstreamSettings[] = []) {
  const answerCache = createAnswerCache(1 << 17);
  const exchange = (who: string) => ({
    exchange: () => {
      asked.push(who);
      return Promise.resolve(outcome ?? ({ ok: true, message: answer('192.0.2.1'), server: who } as const));
    },
  });
  let now = NOW;
  return {
    answerCache,
    later: (seconds: number) => (now += seconds),
    source: new AnswerSource({
      answerCache,
      nowSeconds: () => now,
      inside: exchange('inside'),
      upstream: exchange('upstream'),
      upstreams,
    }),
  };
}

test('the answer is the cached one as long as that lives, and else asked for', async () => {
  for (const [type, variant] of [
    [TYPE.A, 0],
    [TYPE.A, 1],
    [0, 0],
  ] as const) {
    const asked: string[] = [];
    const parts = source(asked);
    store(parts.answerCache, answer('192.0.2.9'), type, variant);
    assert.deepEqual(await parts.source.find(WANTED), { message: answer('192.0.2.9'), from: 'the cache' });
    assert.deepEqual(asked, []);
    parts.later(60);
    assert.deepEqual(await parts.source.find(WANTED), { message: answer('192.0.2.1'), from: 'inside' });
  }
});

test('who does not get the names of this network gets neither what is kept for the others nor what zones have', async () => {
  const asked: string[] = [];
  const parts = source(asked);
  store(parts.answerCache, answer('192.0.2.9'), TYPE.A, 0);
  const found = await parts.source.find({ ...WANTED, isOutsider: true });
  assert.deepEqual([found, asked], [{ message: answer('192.0.2.1'), from: 'upstream' }, ['upstream']]);
});

test('who has upstreams of its own gets the cached answer of those', async () => {
  const asked: string[] = [];
  const parts = source(asked);
  store(parts.answerCache, answer('192.0.2.9'), TYPE.A, 0);
  store(parts.answerCache, answer('192.0.2.8'), TYPE.A, variantOfUpstreams([1]));
  const found = await parts.source.find({ ...WANTED, upstreams: [1] });
  assert.deepEqual([found, asked], [{ message: answer('192.0.2.8'), from: 'the cache' }, []]);
});

const UPSTREAMS: readonly UpstreamSettings[] = [false, true].map((blockSignal) => {
  const name = blockSignal ? 'filtering.example' : 'plain.example';
  return { name, url: '', addresses: [], caPem: undefined, maxQueriesPerSecond: undefined, blockSignal };
});

/** NXDOMAIN without SOA, and with RA=0: as an upstream with a filter says that it blocks. */
function withheld(): Uint8Array {
  const questions = [{ type: 'A' as const, name: 'www.example.org' }];
  return Uint8Array.from(encode({ type: 'response', id: 0, flags: 0x8103, questions }));
}

test('an answer that the upstream’s own filter withholds is told apart, cached or asked for', async () => {
  const asked = async (server: string) => {
    const outcome = { ok: true, message: withheld(), server } as const;
    return await source([], outcome, UPSTREAMS).source.find(WANTED);
  };
  const message = withheld();
  assert.deepEqual(await asked('filtering.example'), {
    message,
    from: 'filtering.example',
    blockedBy: 'filtering.example',
  });
  assert.deepEqual(await asked('plain.example'), { message, from: 'plain.example' });
  const parts = source([], undefined, UPSTREAMS);
  const facts = new AnswerFacts();
  readAnswer(message, message.length, facts);
  const filed = upstreamBlockIn('filtering.example', facts, blockingUpstreamsAmong(UPSTREAMS));
  store(parts.answerCache, message, TYPE.A, 0, filed);
  assert.deepEqual(await parts.source.find(WANTED), { message, from: 'the cache', blockedBy: 'filtering.example' });
});

test('a silent upstream is a sentence', async () => {
  const { source: silent } = source([], { ok: false, code: 'timeout', detail: 'nothing within 4 s' });
  assert.equal(await silent.find(WANTED), 'no answer came from the upstream (nothing within 4 s)');
});
