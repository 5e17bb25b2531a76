import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { makeCertificate } from '../../test/fixtures/make-certificate.ts';
import { VoidRun } from '../measure/void-run.ts';
import { compileHolder, holdConnections, whatHolderLacks } from './held-connections.ts';

const COUNT = 40;
const RESPONSE = 0x80;
const REFUSED = 5;

describe('connections held by the bench', { skip: whatHolderLacks() ?? false }, () => {
  const certificate = makeCertificate({ names: ['127.0.0.1'] });
  const open = new Set<TLSSocket>();
  let rcode = 0;
  let server: Server;
  let port: number;
  let holder: string;

  before(async () => {
    holder = compileHolder();
    server = createServer({ cert: certificate.certPem, key: certificate.keyPem }, (socket) => {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
      socket.on('data', (message: Buffer) => {
        message[4]! |= RESPONSE;
        message[5]! |= rcode;
        socket.write(message);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });

  after(() => {
    server.close();
    certificate.remove();
  });

  test('all are open until they are released', async () => {
    const held = await holdConnections(holder, port, COUNT, 'www.example.org');
    assert.equal(open.size, COUNT);
    const sockets = [...open];
    await held.release();
    await Promise.all(sockets.map((socket) => socket.destroyed || once(socket, 'close')));
    assert.equal(open.size, 0);
  });

  test('one that the server closes voids the run', async () => {
    const held = await holdConnections(holder, port, COUNT, 'www.example.org');
    const [unlucky] = open;
    unlucky!.end();
    await once(unlucky!, 'finish');
    await assert.rejects(held.release(), new VoidRun(`1 of ${COUNT} connections were closed by the server`));
  });

  test('an answer that is an error voids the run', async () => {
    rcode = REFUSED;
    await assert.rejects(holdConnections(holder, port, COUNT, 'www.example.org'), VoidRun);
  });
});
