import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { openListeners } from './opened-listeners.ts';

async function takenPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function settings(port: number, optional: boolean) {
  const listen = { dns: [], dot: [], doh: [], acmeHttp: [], http: [{ address: '127.0.0.1', port, optional }] };
  return { listen, server: { threads: 2, user: undefined, cookies: 'answer' as const } };
}

test('the built-in address of the set-up page gives way to whoever has it, with a notice', async (t) => {
  const port = await takenPort(t);
  const notices: string[] = [];
  const set = await openListeners(settings(port, true), (notice) => notices.push(notice));
  assert.deepEqual(notices, [`127.0.0.1:${port} is taken; going without the set-up page`]);
  assert.deepEqual(set.bindings, []);
});

test('an address that was written for it does not', async (t) => {
  const port = await takenPort(t);
  await assert.rejects(
    openListeners(settings(port, false), () => {}),
    { code: 'ADDRESS_IN_USE', message: /^listen\.http: TCP port/ },
  );
});

test('one socket is enough for it, however many threads there are', async (t) => {
  const set = await openListeners(settings(0, true), () => {});
  t.after(() => set.closeAll());
  assert.equal(set.forMain.length, 1);
  assert.deepEqual([set.forThread(1), set.forThread(2)], [[], []]);
});
