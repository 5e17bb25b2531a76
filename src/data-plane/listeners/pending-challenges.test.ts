import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { after, afterEach, describe, test } from 'node:test';
import tls from 'node:tls';
import { clientHello } from '../../../test/fixtures/client-hello.ts';
import { testQuery } from '../../../test/fixtures/dns-messages.ts';
import {
  answeringHandler,
  CountingListenerCounters,
  echoOf,
  GENEROUS_LIMITS,
} from '../../../test/fixtures/fake-query-handler.ts';
import { connectTls, http2Client, streamClient } from '../../../test/fixtures/listener-clients.ts';
import { makeCertificate, type TestCertificate } from '../../../test/fixtures/make-certificate.ts';
import { PublishedChallenges, tlsAlpn01 } from '../../control-plane/certificates/acme/challenges/tls-alpn-01.ts';
import type { ChallengeCertificate } from '../../plane-messages/thread-start.ts';
import { startDohListener } from './doh-listener.ts';
import { startDotListener } from './dot-listener.ts';
import type { QueryHandler, StreamLimits } from './listener.ts';
import { PendingChallenges } from './pending-challenges.ts';
import type { TlsListener } from './stream-options.ts';

const NAME = 'dns.example.org';
const challenge = await proofFor(NAME);
const served = {
  'P-256': makeCertificate({ names: [NAME] }),
  RSA: makeCertificate({ names: [NAME], keyType: 'rsa' }),
};

describe('a pending challenge', () => {
  const listeners: TlsListener[] = [];
  after(() => {
    for (const certificate of Object.values(served)) certificate.remove();
  });
  afterEach(async () => {
    for (const listener of listeners.splice(0)) await listener.close(0);
  });

  async function start(
    kind: 'dot' | 'doh' = 'dot',
    certificate: TestCertificate = served['P-256'],
    limits: Partial<StreamLimits> = {},
  ) {
    const counters = new CountingListenerCounters();
    const challenges = new PendingChallenges();
    challenges.replace([challenge]);
    const queries: Uint8Array[] = [];
    const handler: QueryHandler = (...call) => {
      queries.push(call[2]);
      answeringHandler(...call);
    };
    const listener = await (kind === 'dot' ? startDotListener : startDohListener)({
      socket: { id: 1, kind, address: '127.0.0.1', port: 0, descriptor: undefined },
      handler,
      limits: { ...GENEROUS_LIMITS, ...limits },
      counters,
      certificates: [{ names: [NAME], keyPem: certificate.keyPem, chainPem: certificate.certPem }],
      ticketKeys: randomBytes(48),
      challenges,
    });
    listeners.push(listener);
    return { listener, counters, challenges, queries };
  }

  /** As an authority does; resolves with the certificate it was shown once the gateway has closed. */
  async function lookAsAuthority(listener: TlsListener, options: tls.ConnectionOptions = {}): Promise<Buffer> {
    const socket = await connectTls(listener.address, {
      servername: NAME,
      ALPNProtocols: ['acme-tls/1'],
      rejectUnauthorized: false,
      ...options,
    });
    assert.equal(socket.alpnProtocol, 'acme-tls/1');
    const shown = socket.getPeerCertificate().raw;
    await once(socket.resume(), 'close');
    return shown;
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    for (const [keyType, certificate] of Object.entries(served))
      for (const kind of ['dot', 'doh'] as const)
        test(`P21 ${version}, ${keyType}, ${kind}: the authority gets the challenge, a phone with the same SNI the real one`, async () => {
          const { listener, counters, queries } = await start(kind, certificate);
          const only = { minVersion: version, maxVersion: version };
          assert.deepEqual(await lookAsAuthority(listener, only), derOf(challenge.chainPem));
          assert.deepEqual(
            await lookAsAuthority(listener, { ...only, servername: 'DNS.example.org' }),
            derOf(challenge.chainPem),
          );
          const query = testQuery(1, 'www.example.org');
          for (const ALPNProtocols of kind === 'dot' ? [['dot'], undefined] : [['h2']]) {
            const phone = await connectTls(listener.address, {
              ca: certificate.caPem,
              servername: NAME,
              ...(ALPNProtocols && { ALPNProtocols }),
              ...only,
            });
            assert.deepEqual(phone.getPeerCertificate().raw, derOf(certificate.certPem));
            if (kind === 'dot') assert.deepEqual(await streamClient(phone).ask(query), echoOf(query));
            phone.destroy();
          }
          if (kind === 'doh') {
            const browser = await http2Client(listener.address, { ca: certificate.caPem, servername: NAME }, 'POST');
            assert.deepEqual(await browser.ask(query), echoOf(query));
            browser.destroy();
          }
          assert.equal(queries.length, kind === 'dot' ? 2 : 1);
          await counters.until(({ opened, closed }) => opened === closed);
          assert.deepEqual([counters.protocolErrors, counters.limitHits], [0, []]);
        });

  const refused = { code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' };
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const only = { minVersion: version, maxVersion: version };
    test(`P21 ${version}: an authority that asks for another name, for none, or when it is over gets no_application_protocol`, async () => {
      const { listener, challenges } = await start();
      await assert.rejects(lookAsAuthority(listener, { ...only, servername: 'other.example.org' }), refused);
      await assert.rejects(lookAsAuthority(listener, { ...only, servername: '' }), refused);
      challenges.replace([]);
      await assert.rejects(lookAsAuthority(listener, only), refused);
    });
  }

  test('P21 who offers acme-tls/1 beside what we speak is a client', async () => {
    const { listener } = await start();
    const socket = await connectTls(listener.address, {
      ca: served['P-256'].caPem,
      servername: NAME,
      ALPNProtocols: ['acme-tls/1', 'dot'],
    });
    assert.equal(socket.alpnProtocol, 'dot');
    socket.destroy();
  });

  test('what an authority sends after its handshake is no query, and it is cut off if it stays', async () => {
    const { listener, counters, queries } = await start('dot', served['P-256'], { readMilliseconds: 100 });
    const raw = net.connect({ port: listener.address.port, host: '127.0.0.1', allowHalfOpen: true });
    const socket = tls.connect({
      socket: raw,
      servername: NAME,
      ALPNProtocols: ['acme-tls/1'],
      rejectUnauthorized: false,
    });
    socket.on('error', () => {});
    raw.on('error', () => {});
    await once(socket, 'secureConnect');
    socket.write(Buffer.concat([Uint8Array.of(0, 33), testQuery(1, 'www.example.org')]));
    await counters.until(({ closed }) => closed === 1);
    assert.equal(queries.length, 0);
    raw.destroy();
  });

  test('first words that come octet by octet are understood, and a client that stops inside them is cut off', async () => {
    const { listener, counters } = await start('dot', served['P-256'], { readMilliseconds: 1_000 });
    const hello = await clientHello({ servername: NAME, ALPNProtocols: ['acme-tls/1'] });
    const socket = net.connect({ port: listener.address.port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const answered = once(socket, 'data');
    for (const octet of hello) {
      socket.write(Uint8Array.of(octet));
      await new Promise(setImmediate);
    }
    const [serverHello] = (await answered) as [Buffer];
    assert.equal(serverHello[0], 22);
    socket.destroy();
    const slow = net.connect({ port: listener.address.port, host: '127.0.0.1' });
    slow.on('error', () => {});
    slow.write(hello.subarray(0, 20));
    await once(slow.resume(), 'close');
    assert.deepEqual(counters.limitHits, ['readMilliseconds']);
  });

  test('clients that leave or reset inside their first words disturb nobody', async () => {
    const { listener, counters } = await start();
    const hello = await clientHello({ servername: NAME, ALPNProtocols: ['acme-tls/1'] });
    for (let round = 1; round <= 10; round++) {
      const socket = net.connect({ port: listener.address.port, host: '127.0.0.1' });
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(hello.subarray(0, round * 20));
      await counters.until(({ opened }) => opened === round);
      if (round % 2 === 0) socket.end();
      else socket.resetAndDestroy();
    }
    await counters.until(({ closed }) => closed === 10);
    assert.deepEqual(await lookAsAuthority(listener), derOf(challenge.chainPem));
  });

  test('plain DNS on the port is refused as at any other time', async () => {
    const { listener, counters } = await start();
    const socket = net.connect({ port: listener.address.port, host: '127.0.0.1' });
    socket.end(Buffer.concat([Uint8Array.of(0, 33), testQuery(1, 'www.example.org')]));
    await once(socket.resume(), 'close');
    assert.equal(counters.protocolErrors, 1);
  });

  test('those that are there already cost nothing when others come and go', async (t) => {
    const all = await Promise.all(['a', 'b', 'c', 'd'].map((label) => proofFor(`${label}.example.org`)));
    const { listener, challenges } = await start();
    const made = t.mock.method(tls, 'createSecureContext');
    syncBuiltinESMExports();
    try {
      for (let count = 1; count <= all.length; count++) challenges.replace([challenge, ...all.slice(0, count)]);
      challenges.replace([...all, challenge]);
      assert.equal(made.mock.callCount(), all.length);
    } finally {
      made.mock.restore();
      syncBuiltinESMExports();
    }
    assert.deepEqual(await lookAsAuthority(listener), derOf(challenge.chainPem));
    assert.deepEqual(await lookAsAuthority(listener, { servername: 'c.example.org' }), derOf(all[2]!.chainPem));
    const another = await proofFor(NAME);
    challenges.replace([another]);
    assert.deepEqual(await lookAsAuthority(listener), derOf(another.chainPem));
  });

  test('one that TLS cannot use changes nothing', async () => {
    const { listener, challenges } = await start();
    const mismatched = { serverName: NAME, keyPem: served['P-256'].keyPem, chainPem: challenge.chainPem };
    assert.throws(() => challenges.replace([mismatched]));
    assert.deepEqual(await lookAsAuthority(listener), derOf(challenge.chainPem));
  });
});

/** As the ACME engine makes it. */
async function proofFor(identifier: string): Promise<ChallengeCertificate> {
  const out: ChallengeCertificate[] = [];
  const published = new PublishedChallenges(async (challenges) => void out.push(...challenges));
  const task = { identifierType: 'dns', identifier, token: 'token', proof: 'token.thumbprint' } as const;
  await tlsAlpn01(published).prepare([task]);
  return out[0]!;
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
}
