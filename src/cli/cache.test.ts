import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type CommandOutcome, sotto } from '../../test/fixtures/command-line.ts';
import { name } from '../../test/fuzz/wire/messages.ts';
import { cacheRoutes } from '../control-plane/api/cache-routes.ts';
import { openControlSocket } from '../control-plane/api/control-socket.ts';
import { AnswerCache, CachedAnswer, createAnswerCache } from '../memory/answer-cache/answer-cache.ts';
import { counterIndex, createCounters, ThreadCounters } from '../memory/counters/counters.ts';

interface Gateway {
  cache(...args: string[]): Promise<CommandOutcome>;
  store(owner: string): void;
  flushes: number;
  isFileStuck: boolean;
}

/** The control socket of a gateway whose cache the test fills. */
async function runGateway(t: TestContext): Promise<Gateway> {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-test-cache-'));
  t.after(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'state'));
  const config = join(directory, 'config.toml');
  writeFileSync(config, 'state_dir = "state"\n');
  const answerCache = createAnswerCache(1e6);
  const counters = createCounters(2);
  for (const [slot, counter, times] of [
    [1, 'answersFromCache', 2],
    [2, 'answersFromCache', 1],
    [2, 'answersFromUpstream', 1],
  ] as const)
    for (let i = 0; i < times; i++) new ThreadCounters(counters, slot).increment(counterIndex(counter));
  const answers = new AnswerCache(answerCache, 1);
  const gateway: Gateway = {
    cache: (...args) => sotto(t, 'cache', ...args, '--config', config),
    store: (owner) => {
      const answer = new CachedAnswer();
      answer.messageLength = 100;
      answer.expiresAtSeconds = 1e6;
      const octets = name(owner);
      answers.store(
        { name: octets, nameLength: octets.length, type: 1, class: 1, variant: 0, hashLow: owner.length, hashHigh: 1 },
        answer,
      );
    },
    flushes: 0,
    isFileStuck: false,
  };
  const control = await openControlSocket(
    join(directory, 'state'),
    cacheRoutes({
      answerCache,
      counters,
      onFlushed: () => {
        gateway.flushes++;
        return Promise.resolve(!gateway.isFileStuck);
      },
    }),
  );
  t.after(() => control.close());
  return gateway;
}

describe('sotto cache', () => {
  test('alone says what the cache holds and how often it had the answer', async (t) => {
    const gateway = await runGateway(t);
    gateway.store('a.example');
    const { exitCode, stdout } = await gateway.cache();
    assert.equal(exitCode, 0);
    assert.equal(stdout, 'answers   1\nmemory    0.0 of 1.0 MB\nhits      3, 75.0 % of 4 questions\n');
  });

  test('flush takes a name, a suffix or everything, and says how much went', async (t) => {
    const gateway = await runGateway(t);
    for (const owner of ['a.example', 'b.a.example', 'cc.a.example', 'example.org', 'xn--bcher-kva.example'])
      gateway.store(owner);
    assert.equal((await gateway.cache('flush', 'A.Example.')).stdout, '1 answer went\n');
    assert.equal((await gateway.cache('flush', 'a.example', '--suffix')).stdout, '2 answers went\n');
    assert.equal((await gateway.cache('flush', 'bücher.example')).stdout, '1 answer went\n');
    assert.equal((await gateway.cache('flush', '--all')).stdout, '1 answer went\n');
    assert.equal((await gateway.cache('flush', 'a.example')).stdout, '0 answers went\n');
    assert.match((await gateway.cache()).stdout, /^answers {3}0\n/);
    assert.equal(gateway.flushes, 5);
  });

  test('flush says so where the file of kept answers could not be removed', async (t) => {
    const gateway = await runGateway(t);
    gateway.isFileStuck = true;
    gateway.store('a.example');
    const { exitCode, stdout } = await gateway.cache('flush', 'a.example');
    assert.equal(exitCode, 0);
    assert.match(stdout, /^1 answer went; the file of kept answers has them still, since it cannot be removed/);
  });

  for (const [args, says] of [
    [['flush'], /NAME is missing; sotto cache, or/],
    [['flush', 'a.example', '--all'], /--all stands alone/],
    [['flush', '--all', '--suffix'], /--all stands alone/],
    [['flush', '--all=yes'], /--all takes no value/],
    [
      ['flush', '*.a.example'],
      /"\*\.a\.example" is one name.*; write sotto cache flush a\.example --suffix, for it and/,
    ],
    [['flush', '*.a.example', '--suffix'], /write sotto cache flush a\.example --suffix/],
    [['flush', 'a..example'], /"a\.\.example" is not a domain name/],
    [['--all'], /belong to flush/],
    [['empty'], /"empty" is nothing to do with a cache/],
    [['flush', 'a.example', 'b.example'], /one word too many/],
    [['flush', 'a.example', '--sufix'], /did you mean --suffix/],
  ] as const) {
    test(`"${args.join(' ')}" is wrong usage, and nothing goes`, async (t) => {
      const gateway = await runGateway(t);
      const { exitCode, stderr } = await gateway.cache(...args);
      assert.equal(exitCode, 2);
      assert.match(stderr, says);
      assert.equal(gateway.flushes, 0);
    });
  }

  test('where no gateway runs, it says so', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'sotto-test-cache-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const config = join(directory, 'config.toml');
    writeFileSync(config, 'state_dir = "state"\n');
    const { exitCode, stderr } = await sotto(t, 'cache', '--config', config);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^sotto: no gateway is running \(nobody listens on .*control\.sock\)/);
  });

  test('--help teaches flushing', async (t) => {
    const { stdout } = await sotto(t, 'cache', '--help');
    assert.match(stdout, /sotto cache flush NAME \[--suffix\]/);
  });
});
