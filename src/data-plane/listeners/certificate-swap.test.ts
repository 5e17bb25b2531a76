import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, describe, test } from 'node:test';
import tls from 'node:tls';
import { testQuery } from '../../../test/fixtures/dns-messages.ts';
import {
  answeringHandler,
  CountingListenerCounters,
  echoOf,
  GENEROUS_LIMITS,
} from '../../../test/fixtures/fake-query-handler.ts';
import { connectTls, streamClient } from '../../../test/fixtures/listener-clients.ts';
import { makeCertificate, type TestCertificate } from '../../../test/fixtures/make-certificate.ts';
import { startDotListener } from './dot-listener.ts';
import type { TlsListener } from './stream-options.ts';

const old = {
  public: makeCertificate({ names: ['dns.example.org'] }),
  lan: makeCertificate({ names: ['gateway.lan'] }),
};
const renewed = {
  public: makeCertificate({ names: ['dns.example.org'], keyType: 'rsa' }),
  lan: makeCertificate({ names: ['gateway.lan'] }),
};
const ca = [old, renewed].flatMap((set) => [set.public.caPem, set.lan.caPem]);

function offered(set: { readonly public: TestCertificate; readonly lan: TestCertificate }) {
  return [
    { names: ['dns.example.org'], keyPem: set.public.keyPem, chainPem: set.public.certPem },
    { names: ['gateway.lan'], keyPem: set.lan.keyPem, chainPem: set.lan.certPem },
  ];
}

describe('a renewal', () => {
  const listeners: TlsListener[] = [];
  const sockets: tls.TLSSocket[] = [];
  after(() => {
    for (const { public: one, lan } of [old, renewed]) for (const certificate of [one, lan]) certificate.remove();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const listener of listeners.splice(0)) await listener.close(0);
  });

  /** As many as there are threads, with the keys that they share. */
  async function startThreads(): Promise<readonly [TlsListener, TlsListener]> {
    const ticketKeys = randomBytes(48);
    const start = () =>
      startDotListener({
        socket: { id: 1, kind: 'dot', address: '127.0.0.1', port: 0, descriptor: undefined },
        handler: answeringHandler,
        limits: GENEROUS_LIMITS,
        counters: new CountingListenerCounters(),
        certificates: offered(old),
        ticketKeys,
      });
    const threads = [await start(), await start()] as const;
    listeners.push(...threads);
    return threads;
  }

  async function connect(listener: TlsListener, options: tls.ConnectionOptions): Promise<tls.TLSSocket> {
    const socket = await connectTls(listener.address, { ca, ...options });
    sockets.push(socket);
    return socket;
  }

  /** The session of a client that has asked once. */
  async function sessionOf(listener: TlsListener, options: tls.ConnectionOptions): Promise<Buffer> {
    const { address: host, port } = listener.address;
    const socket = tls.connect({ host, port, ca, ...options });
    sockets.push(socket);
    const session = new Promise<Buffer>((resolve) => socket.once('session', resolve));
    await ask(socket);
    return session;
  }

  async function ask(socket: tls.TLSSocket): Promise<void> {
    const query = testQuery(7, 'www.example.org');
    assert.deepEqual(await streamClient(socket).ask(query), echoOf(query));
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    for (const servername of ['dns.example.org', 'gateway.lan']) {
      const client = { minVersion: version, maxVersion: version, servername } as const;
      const fromThen = servername === 'gateway.lan' ? renewed.lan : renewed.public;

      test(`P16 ${version}, ${servername}: who comes back is resumed on every thread; who is new gets the new certificate`, async () => {
        const threads = await startThreads();
        const live = await connect(threads[0], client);
        const session = await sessionOf(threads[0], client);
        for (const listener of threads) listener.setCertificates(offered(renewed));
        for (const listener of threads) {
          const back = await connect(listener, { ...client, session });
          assert.equal(back.isSessionReused(), true);
          await ask(back);
          const fresh = await connect(listener, { ...client, ca: fromThen.caPem });
          assert.equal(fresh.isSessionReused(), false);
          await ask(fresh);
        }
        await ask(live);
      });

      test(`P15 ${version}, ${servername}: after the daily change of keys a client shakes hands in full once, then resumes everywhere`, async () => {
        const threads = await startThreads();
        const before = await sessionOf(threads[0], client);
        const keys = randomBytes(48);
        for (const listener of threads) listener.setTicketKeys(keys);
        const back = await connect(threads[1], { ...client, session: before });
        assert.equal(back.isSessionReused(), false);
        await ask(back);
        const session = await sessionOf(threads[1], client);
        for (const listener of threads) listener.setCertificates(offered(renewed));
        for (const listener of threads)
          assert.equal((await connect(listener, { ...client, session })).isSessionReused(), true);
      });
    }

  test('P16 handshakes that are under way while certificates change again and again are all completed', async () => {
    const [listener] = await startThreads();
    const clients = Array.from({ length: 60 }, async (_unused, index) => {
      const version = index % 2 === 0 ? ('TLSv1.2' as const) : ('TLSv1.3' as const);
      const servername = index % 3 === 0 ? 'gateway.lan' : 'dns.example.org';
      await ask(await connect(listener, { minVersion: version, maxVersion: version, servername }));
    });
    for (let swap = 0; swap < 20; swap++) {
      listener.setCertificates(offered(swap % 2 === 0 ? renewed : old));
      await new Promise(setImmediate);
    }
    await Promise.all(clients);
  });
});
