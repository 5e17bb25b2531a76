// Scenarios: questions that only some of the upstream servers may be asked.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { type ScriptedServer, startScriptedServer } from '../peers/scripted-doh-server.ts';
import { queryFor, watchedUpstream } from '../peers/scripted-upstream.ts';

/** Bits of `servers`: the first and the second of the settings. */
const FIRST = 0b01;
const SECOND = 0b10;
const BOTH = 0b11;

async function twoServers(t: TestContext) {
  const certificate = makeCertificate({ names: ['one.example.org', 'two.example.org'] });
  t.after(() => certificate.remove());
  const start = async (): Promise<ScriptedServer> => {
    const server = await startScriptedServer({
      ...certificate,
      address: '127.0.0.1',
      port: 0,
      maxConcurrentStreams: 100,
    });
    t.after(() => server.stop());
    return server;
  };
  const servers = { one: await start(), two: await start() };
  const settings = (['one', 'two'] as const).map((name) => ({
    name,
    url: `https://${name}.example.org:${servers[name].port}/dns-query`,
    addresses: ['127.0.0.1'],
    caPem: certificate.caPem,
    maxQueriesPerSecond: undefined,
  }));
  const { upstream } = watchedUpstream(t, settings);
  /** Who answered, or how it failed. */
  const ask = (name: string, bits?: number): Promise<string> =>
    new Promise((resolve) =>
      upstream.ask(
        queryFor(name),
        { onAnswer: (_message, server) => resolve(server), onFailure: ({ code }) => resolve(code) },
        ...(bits === undefined ? [] : [bits]),
      ),
    );
  return { ask, servers };
}

describe('a question that only some servers may be asked', () => {
  test('is asked of those', async (t) => {
    const { ask } = await twoServers(t);
    assert.equal(await ask('a.example', SECOND), 'two');
    assert.equal(await ask('b.example', FIRST), 'one');
    assert.equal(await ask('c.example', BOTH), 'one');
    assert.equal(await ask('d.example'), 'one');
  });

  test('fails where those are away, and never reaches another; all others go on', async (t) => {
    const { ask, servers } = await twoServers(t);
    await servers.two.stop();
    for (let index = 0; index < 3; index++) assert.equal(await ask(`only-two-${index}.example`, SECOND), 'unreachable');
    // Whether it is there may be asked; for what, is nobody else's business.
    assert.ok(!servers.one.requests.some(({ query }) => query.includes('only-two')));
    assert.equal(await ask('a.example', BOTH), 'one');
    await servers.one.stop();
    assert.equal(await ask('b.example'), 'unreachable');
  });

  test('of a server that there is not, fails', async (t) => {
    const { ask } = await twoServers(t);
    assert.equal(await ask('a.example', 0b1000), 'overloaded');
  });
});
