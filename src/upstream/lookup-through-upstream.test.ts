import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { answerTo } from '../../test/peers/scripted-doh-server.ts';
import { lookupThroughUpstream } from './lookup-through-upstream.ts';
import type { Upstream } from './upstream.ts';

/** Every name has the address 192.0.2.1, and IPv4 only. */
const upstream: Upstream = {
  exchange: async (query) => ({ ok: true, message: answerTo(query), server: 'test' }),
  close: async () => {},
};
const lookup = lookupThroughUpstream(upstream);
const lookupAll = promisify((name: string, family: number, done: (error: Error | null, found?: unknown) => void) =>
  lookup(name, { all: true, family }, done),
);

describe('lookupThroughUpstream', () => {
  test('gives one address, or all of them, as dns.lookup does', async () => {
    const one = await new Promise((resolve) => {
      lookup('www.example.org', {}, (error, address, family) => resolve({ error, address, family }));
    });
    assert.deepEqual(one, { error: null, address: '192.0.2.1', family: 4 });
    assert.deepEqual(await lookupAll('localhost', 0), [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
    assert.deepEqual(await lookupAll('localhost', 6), [{ address: '::1', family: 6 }]);
  });

  test('fails readably when the wanted family has no address', async () => {
    await assert.rejects(lookupAll('www.example.org', 6), {
      code: 'ENOTFOUND',
      message: 'www.example.org: no IPv6 address',
    });
  });

  test('serves a socket that connects by name', async (t) => {
    const server = createServer((socket) => socket.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const socket = connect({ host: 'printer.localhost', port, lookup, autoSelectFamily: false });
    const [chunk] = await once(socket, 'data');
    assert.equal(String(chunk), 'hello');
    assert.equal(socket.remoteAddress, '127.0.0.1');
  });

  test('fails a socket readably when the name cannot be resolved', async () => {
    const down: Upstream = { ...upstream, exchange: async () => ({ ok: false, code: 'timeout', detail: 'no answer' }) };
    const socket = connect({ host: 'www.example.org', port: 9, lookup: lookupThroughUpstream(down) });
    const [error] = (await once(socket, 'error').catch((reason: unknown) => [reason])) as [Error];
    assert.equal(error.message, 'www.example.org: cannot be resolved (no answer)');
  });
});
