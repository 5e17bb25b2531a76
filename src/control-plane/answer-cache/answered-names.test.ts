import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testReply } from '../../../test/fixtures/dns-messages.ts';
import { wireName } from '../../../test/fixtures/lists/wire-names.ts';
import { AnswerCache, CachedAnswer, createAnswerCache } from '../../memory/answer-cache/answer-cache.ts';
import { emptyKey } from '../../memory/answer-cache/cached-answer.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { nameToText } from '../../wire/name-text.ts';
import { unpackAnswered } from '../lists/versions/answered-names.ts';
import { answeredNames } from './answered-names.ts';

const HOUR = 3_600;
const NOW = 100_000;

interface Stored {
  readonly type?: number;
  readonly variant?: number;
  readonly rcode?: number;
  readonly records?: number;
  readonly ageSeconds?: number;
  readonly remainingSeconds?: number;
  /** Asked for again so often. */
  readonly hits?: number;
  readonly message?: Uint8Array;
}

function cacheWith(entries: readonly (readonly [name: string, stored?: Stored])[]): SharedArrayBuffer {
  const buffer = createAnswerCache(1e6);
  const cache = new AnswerCache(buffer, 1);
  const hasher = new NameHasher(new Uint8Array(16));
  for (const [text, stored = {}] of entries) {
    const name = wireName(text);
    hasher.hash(name, name.length);
    const key = {
      ...{ ...emptyKey(), name, nameLength: name.length, type: stored.type ?? 1, class: 1 },
      ...{ variant: stored.variant ?? 0, hashLow: hasher.fullLow, hashHigh: hasher.fullHigh },
    };
    const answer = new CachedAnswer();
    answer.messageLength = 40;
    if (stored.message !== undefined) {
      answer.message.set(stored.message);
      answer.messageLength = stored.message.length;
    }
    answer.message[3] = stored.rcode ?? 0;
    answer.ttlCount = stored.records ?? 1;
    answer.ttlOffsets[0] = stored.message === undefined ? 20 : stored.message.length - 10;
    answer.storedAtSeconds = NOW - (stored.ageSeconds ?? 60);
    answer.expiresAtSeconds = NOW + (stored.remainingSeconds ?? 60);
    assert.ok(cache.store(key, answer));
    for (let hit = 0; hit < (stored.hits ?? 0); hit++) cache.find(key, NOW, new CachedAnswer());
  }
  return buffer;
}

async function answeredIn(buffer: SharedArrayBuffer) {
  const answered = [...unpackAnswered(await answeredNames(buffer, NOW))];
  const texts = answered.map(({ name, ...rest }) => ({ name: nameToText(name), ...rest }));
  return texts.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function namesIn(buffer: SharedArrayBuffer): Promise<string[]> {
  return (await answeredIn(buffer)).map(({ name }) => name);
}

describe('the names that were answered in the last hour', () => {
  test('are told once, whatever types were asked for', async () => {
    const cache = cacheWith([['a.example'], ['a.example', { type: 28 }], ['a.example', { variant: 1 }], ['b.example']]);
    assert.deepEqual(await namesIn(cache), ['a.example', 'b.example']);
  });

  test('come with the types that were asked for and the addresses that were given', async () => {
    const name = 'a.example';
    const rdata = Uint8Array.of(192, 0, 2, 1);
    const message = testReply(name, { flags: 0x8180, answers: [{ type: 1, ttlSeconds: 60, rdata }] });
    const cache = cacheWith([
      [name, { message }],
      [name, { type: 65 }],
    ]);
    const [answered] = await answeredIn(cache);
    assert.deepEqual(answered?.types.toSorted(), [1, 65]);
    assert.deepEqual(answered?.addresses, ['00000000000000000000ffffc0000201']);
  });

  test('are those of answers fetched since, expired or not, and of older ones that were asked for again', async () => {
    const old = { ageSeconds: HOUR + 1 };
    const cache = cacheWith([
      ['expired.example', { ageSeconds: 300, remainingSeconds: -10 }],
      ['old.example', old],
      ['old-and-wanted.example', { ...old, hits: 3 }],
      ['old-and-expired.example', { ...old, hits: 3, remainingSeconds: -1 }],
    ]);
    assert.deepEqual(await namesIn(cache), ['expired.example', 'old-and-wanted.example']);
  });

  test('are no failures, no notes and no names that do not exist', async () => {
    const cache = cacheWith([
      ['there.example'],
      ['nowhere.example', { rcode: 3, type: 0 }],
      ['failed.example', { rcode: 2, records: 0 }],
      ['note.example', { variant: 16 }],
    ]);
    assert.deepEqual(await namesIn(cache), ['there.example']);
  });
});
