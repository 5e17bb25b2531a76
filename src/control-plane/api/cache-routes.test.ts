import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { name } from '../../../test/fuzz/wire/messages.ts';
import { AnswerCache, CachedAnswer, createAnswerCache } from '../../memory/answer-cache/answer-cache.ts';
import { type CounterName, counterIndex, createCounters, ThreadCounters } from '../../memory/counters/counters.ts';
import { cacheRoutes } from './cache-routes.ts';
import type { RouteAnswer } from './control-socket.ts';

const FAILURE = 0x10;
const FLUSHED = { status: 200, body: { answers: 1, partsHeld: 0, areOnDisk: false } };

class Gateway {
  flushes = 0;
  fileIsGone: Promise<boolean> = Promise.resolve(true);
  readonly #answerCache = createAnswerCache(1e6);
  readonly #counters = createCounters(1);
  readonly #answers = new AnswerCache(this.#answerCache, 1);
  readonly #routes = cacheRoutes({
    answerCache: this.#answerCache,
    counters: this.#counters,
    onFlushed: () => {
      this.flushes++;
      return this.fileIsGone;
    },
  });

  store(owner: string, { type = 1, variant = 0, messageLength = 100 } = {}): void {
    const answer = new CachedAnswer();
    answer.messageLength = messageLength;
    answer.expiresAtSeconds = 1e6;
    const octets = name(owner);
    const hashes = { hashLow: owner.length, hashHigh: 1 };
    this.#answers.store({ name: octets, nameLength: octets.length, type, class: 1, variant, ...hashes }, answer);
  }

  count(counter: CounterName, times: number): void {
    const counters = new ThreadCounters(this.#counters, 1);
    for (let i = 0; i < times; i++) counters.increment(counterIndex(counter));
  }

  async ask(route: string, query = ''): Promise<RouteAnswer> {
    return await this.#routes[route]!(new URLSearchParams(query));
  }

  flush(query: string): Promise<RouteAnswer> {
    return this.ask('POST /v1/cache/flush', query);
  }
}

describe('/v1/cache', () => {
  test('counts as a miss whatever the cache had no fresh answer for: failed and stale questions too', async () => {
    const gateway = new Gateway();
    gateway.count('answersFromCache', 10);
    gateway.count('answersFromUpstream', 1);
    gateway.count('upstreamFailures', 2);
    gateway.count('answersStale', 3);
    gateway.count('failuresFromCache', 4);
    gateway.count('answersBlocked', 50);
    const { status, ...rest } = await gateway.ask('/v1/cache');
    assert.equal(status, 200);
    const { hits, misses } = (rest as { body: { hits: number; misses: number } }).body;
    assert.deepEqual([hits, misses], [10, 10]);
  });
});

describe('/v1/cache/flush', () => {
  test('counts answers alone: no kept failures, and no notes that an answer is outdated', async () => {
    for (const query of ['name=a.example', 'all']) {
      const gateway = new Gateway();
      gateway.store('a.example');
      gateway.store('a.example', { variant: FAILURE });
      gateway.store('a.example', { type: 28, messageLength: 0 });
      assert.deepEqual(await gateway.flush(query), FLUSHED);
      const { body } = (await gateway.ask('/v1/cache')) as unknown as { body: { entryCount: number } };
      assert.equal(body.entryCount, 0, 'they went all the same');
      assert.equal(gateway.flushes, 1);
    }
  });

  test('answers when the file of kept answers has them no longer, or says that it has', async () => {
    const gateway = new Gateway();
    gateway.store('a.example');
    const removal = Promise.withResolvers<boolean>();
    gateway.fileIsGone = removal.promise;
    const order: string[] = [];
    const flush = gateway.flush('name=a.example').then(() => order.push('answered'));
    // Long after the cache itself has been flushed.
    while (gateway.flushes === 0) await setImmediate();
    await setImmediate();
    order.push('removed');
    removal.resolve(true);
    await flush;
    assert.deepEqual(order, ['removed', 'answered']);
    gateway.store('a.example');
    gateway.fileIsGone = Promise.resolve(false);
    assert.deepEqual(await gateway.flush('name=a.example'), {
      status: 200,
      body: { answers: 1, partsHeld: 0, areOnDisk: true },
    });
  });

  for (const [query, says] of [
    ['', /^"name" is missing; allowed: name=NAME, name=NAME&suffix, or all$/],
    ['all=false', /^"all" takes no value; allowed/],
    ['all=true', /^"all" takes no value; allowed/],
    ['name=a.example&suffix=0', /^"suffix" takes no value; allowed/],
    ['name=a.example&sufix', /^"sufix" is not known; allowed/],
    ['all&suffix', /^"all" stands alone; allowed/],
    ['all&name=', /^"all" stands alone; allowed/],
    ['name=a.example&name=b.example', /^"name" stands there twice; allowed/],
    ['all&all', /^"all" stands there twice; allowed/],
    ['suffix', /^"name" is missing; allowed/],
    ['name=', /^"" is not a domain name$/],
    ['name=a..example', /^"a\.\.example" is not a domain name$/],
  ] as const) {
    test(`"?${query}" is refused with what is allowed, and nothing goes`, async () => {
      const gateway = new Gateway();
      gateway.store('a.example');
      const answer = await gateway.flush(query);
      assert.ok(answer.status === 400);
      assert.match(answer.error, says);
      assert.equal(gateway.flushes, 0);
      assert.deepEqual(await gateway.flush('all'), FLUSHED);
    });
  }
});
