import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { systemSharesPorts } from './share-ports.ts';

test('this system is judged rightly: two sockets can share a port, or the first attempt to is refused', async (t) => {
  const bind = async (port: number): Promise<number> => {
    const socket = createSocket({ type: 'udp4', reusePort: true });
    t.after(() => socket.close());
    socket.bind({ address: '127.0.0.1', port });
    await once(socket, 'listening');
    return socket.address().port;
  };
  if (systemSharesPorts()) {
    const port = await bind(0);
    assert.equal(await bind(port), port);
  } else await assert.rejects(bind(0), { code: 'ENOTSUP' });
});

test('macOS and Windows serve with one thread', () => {
  assert.equal(systemSharesPorts('darwin'), false);
  assert.equal(systemSharesPorts('win32'), false);
});
