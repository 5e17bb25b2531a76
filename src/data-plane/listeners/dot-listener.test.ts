import assert from 'node:assert/strict';
import { constants, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { after, afterEach, describe, test } from 'node:test';
import tls from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { testQuery, withLengthPrefix } from '../../../test/fixtures/dns-messages.ts';
import {
  answeringHandler,
  CountingListenerCounters,
  echoOf,
  GENEROUS_LIMITS,
  HoldingHandler,
} from '../../../test/fixtures/fake-query-handler.ts';
import { connectTls, readMessages, streamClient } from '../../../test/fixtures/listener-clients.ts';
import { makeCertificate, type TestCertificate } from '../../../test/fixtures/make-certificate.ts';
import { startDotListener } from './dot-listener.ts';
import type { QueryHandler, StreamLimits, TlsCertificate } from './listener.ts';
import type { TlsListener } from './stream-options.ts';

const made = [
  makeCertificate({ names: ['dns.example.org', '127.0.0.1'] }),
  makeCertificate({ names: ['exact.example.com', 'also.example.com'] }),
  makeCertificate({ names: ['*.example.com'] }),
  makeCertificate({ names: ['renewed.example.org'] }),
] as const;
const [first, exact, wildcard, renewed] = made;
const ca = made.map(({ caPem }) => caPem);

function offer(certificate: TestCertificate, names: readonly string[]): TlsCertificate {
  return { names, keyPem: certificate.keyPem, chainPem: certificate.certPem };
}

const certificates = [
  offer(first, ['dns.example.org', '127.0.0.1']),
  offer(exact, ['exact.example.com', 'also.example.com']),
  offer(wildcard, ['*.example.com']),
];

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('the DoT listener', () => {
  const listeners: TlsListener[] = [];
  const sockets: net.Socket[] = [];
  after(() => {
    for (const certificate of made) certificate.remove();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const listener of listeners.splice(0)) await listener.close(0);
  });

  async function start(
    handler: QueryHandler = answeringHandler,
    limits: Partial<StreamLimits> = {},
    ticketKeys: Uint8Array = randomBytes(48),
  ) {
    const counters = new CountingListenerCounters();
    const listener = await startDotListener({
      socket: { id: 1, kind: 'dot', address: '127.0.0.1', port: 0, descriptor: undefined },
      handler,
      limits: { ...GENEROUS_LIMITS, ...limits },
      counters,
      certificates,
      ticketKeys,
    });
    listeners.push(listener);
    return { listener, counters };
  }

  async function connect(listener: TlsListener, options: tls.ConnectionOptions = {}): Promise<tls.TLSSocket> {
    const socket = await connectTls(listener.address, { ca, servername: 'dns.example.org', ...options });
    socket.on('error', () => {});
    sockets.push(socket);
    return socket;
  }

  async function connectPlain(listener: TlsListener): Promise<net.Socket> {
    const socket = net.connect(listener.address.port, '127.0.0.1');
    socket.on('error', () => {});
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  async function nameServed(listener: TlsListener, options: tls.ConnectionOptions): Promise<string | undefined> {
    const socket = await connect(listener, { checkServerIdentity: () => undefined, ...options });
    return socket.getPeerCertificate().subjectaltname;
  }

  describe('certificate', () => {
    const cases: readonly [string, tls.ConnectionOptions, string][] = [
      ['the name of the default', { servername: 'dns.example.org' }, 'DNS:dns.example.org'],
      ['an exact name', { servername: 'exact.example.com' }, 'DNS:exact.example.com'],
      ['a further name of a certificate', { servername: 'also.example.com' }, 'DNS:exact.example.com'],
      ['a name in other letter case', { servername: 'EXACT.Example.com' }, 'DNS:exact.example.com'],
      ['a name under a wildcard', { servername: 'other.example.com' }, 'DNS:*.example.com'],
      ['a name two labels under a wildcard', { servername: 'a.b.example.com' }, 'DNS:dns.example.org'],
      ['the wildcard parent itself', { servername: 'example.com' }, 'DNS:dns.example.org'],
      ['an unknown name', { servername: 'unknown.example.net' }, 'DNS:dns.example.org'],
      ['no name at all', { servername: '' }, 'DNS:dns.example.org'],
    ];
    for (const [name, options, expected] of cases) {
      test(`for ${name}: ${expected}`, async () => {
        const { listener } = await start();
        assert.ok((await nameServed(listener, options))?.startsWith(expected));
      });
    }

    test('P16 new ones are served to new handshakes while a live connection goes on', async () => {
      const { listener } = await start();
      const live = await connect(listener);
      listener.setCertificates([offer(renewed, ['renewed.example.org'])]);
      assert.equal(await nameServed(listener, { servername: 'renewed.example.org' }), 'DNS:renewed.example.org');
      assert.equal(await nameServed(listener, { servername: 'exact.example.com' }), 'DNS:renewed.example.org');
      assert.equal(await nameServed(listener, { servername: '' }), 'DNS:renewed.example.org');
      const query = testQuery(1, 'www.example.org');
      assert.deepEqual(await streamClient(live).ask(query), echoOf(query));
    });

    test('P16 a key that does not belong to its chain is refused and the old certificates stay', async () => {
      const { listener } = await start();
      const mismatched = { names: ['renewed.example.org'], keyPem: renewed.keyPem, chainPem: exact.certPem };
      assert.throws(() => listener.setCertificates([offer(renewed, ['dns.example.org']), mismatched]));
      assert.throws(() => listener.setCertificates([]));
      assert.ok((await nameServed(listener, {}))?.startsWith('DNS:dns.example.org'));
    });
  });

  describe('handshake', () => {
    test('ALPN dot is chosen among others', async () => {
      const { listener } = await start();
      assert.equal((await connect(listener, { ALPNProtocols: ['h2', 'dot'] })).alpnProtocol, 'dot');
    });

    test('a client without ALPN is served', async () => {
      const { listener } = await start();
      const socket = await connect(listener);
      assert.equal(socket.alpnProtocol, false);
      await streamClient(socket).ask(testQuery(1, 'www.example.org'));
    });

    test('a client that offers only other protocols is refused with no_application_protocol', async () => {
      const { listener, counters } = await start();
      await assert.rejects(connect(listener, { ALPNProtocols: ['h2', 'http/1.1'] }), {
        code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
      });
      await counters.until(({ closed }) => closed === 1);
      assert.equal(counters.protocolErrors, 1);
    });

    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      test(`${version} is spoken`, async () => {
        const { listener } = await start();
        const socket = await connect(listener, { minVersion: version, maxVersion: version });
        assert.equal(socket.getProtocol(), version);
        await streamClient(socket).ask(testQuery(1, 'www.example.org'));
      });

      test(`a ${version} session is resumed on another listener with the same ticket keys, and only there`, async () => {
        const keys = randomBytes(48);
        const [one, two, stranger] = await Promise.all([
          start(answeringHandler, {}, keys),
          start(answeringHandler, {}, keys),
          start(),
        ]);
        const options: tls.ConnectionOptions = { minVersion: version, maxVersion: version };
        const { address: host, port } = one.listener.address;
        const socket = tls.connect({ host, port, ca, servername: 'exact.example.com', ...options });
        sockets.push(socket);
        const session = new Promise<Buffer>((resolve) => socket.once('session', resolve));
        await streamClient(socket).ask(testQuery(1, 'www.example.org'));
        const resumption = { ...options, servername: 'exact.example.com', session: await session };
        socket.destroy();
        assert.equal((await connect(two.listener, resumption)).isSessionReused(), true);
        assert.equal((await connect(stranger.listener, resumption)).isSessionReused(), false);
      });
    }

    test('TLS 1.1 is refused with protocol_version', async () => {
      const { listener } = await start();
      await assert.rejects(
        connect(listener, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }),
        { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' },
      );
    });

    test('a cipher without authenticated encryption is refused', async () => {
      const { listener } = await start();
      const weak = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA' } as const;
      await assert.rejects(connect(listener, weak));
    });

    test('keys are exchanged by X25519, with ML-KEM or without, P-256 and P-384, and by nothing that costs more', async () => {
      const { listener } = await start();
      for (const ecdhCurve of ['X25519MLKEM768', 'X25519', 'P-256', 'P-384']) await connect(listener, { ecdhCurve });
      for (const ecdhCurve of ['P-521', 'X448', 'ffdhe2048', 'ffdhe3072'])
        await assert.rejects(connect(listener, { ecdhCurve }), { code: /HANDSHAKE_FAILURE$/ }, ecdhCurve);
      await assert.rejects(connect(listener, { ecdhCurve: 'P-521', maxVersion: 'TLSv1.2' }));
      listener.setCertificates([offer(renewed, ['dns.example.org'])]);
      await assert.rejects(connect(listener, { ecdhCurve: 'P-521' }), 'after a renewal');
    });

    test('P12 renegotiation is refused', async () => {
      const { listener } = await start();
      const socket = await connect(listener, { maxVersion: 'TLSv1.2' });
      const refused = new Promise((resolve) => socket.once('error', resolve));
      socket.renegotiate({}, () => {});
      assert.match(String(await refused), /no[ _]renegotiation/i);
      assert.equal(constants.SSL_OP_NO_RENEGOTIATION, 0x4000_0000);
    });

    test('P19 a client that does not shake hands is cut off after the read time', async () => {
      const { listener, counters } = await start(answeringHandler, { readMilliseconds: 40 });
      const socket = await connectPlain(listener);
      const closed = once(socket, 'close');
      socket.resume();
      socket.write(Uint8Array.of(0x16, 0x03, 0x01));
      await closed;
      assert.deepEqual(counters.limitHits, ['readMilliseconds']);
      assert.equal(counters.protocolErrors, 0);
    });

    test('P19 clients in mid-handshake count as connections', async () => {
      const { listener, counters } = await start(answeringHandler, { connections: 2 });
      for (let opened = 1; opened <= 5; opened++) {
        await connectPlain(listener);
        await counters.until((now) => now.opened === opened);
      }
      await counters.until(({ closed }) => closed === 3);
    });
  });

  test('plain DNS on the TLS port is closed without a DNS reply', async () => {
    const { listener, counters } = await start();
    const socket = await connectPlain(listener);
    const received: Buffer[] = [];
    socket.on('data', (octets: Buffer) => received.push(octets));
    socket.write(withLengthPrefix(testQuery(0x1234, 'www.example.org')));
    await once(socket, 'close');
    assert.equal(counters.protocolErrors, 1);
    // At most a TLS alert (content type 21).
    const octets = Buffer.concat(received);
    assert.ok(octets.length === 0 || octets[0] === 21, octets.toString('hex'));
  });

  test('after a client has closed its direction all its replies still come, then the connection ends', async () => {
    const holding = new HoldingHandler();
    const { listener, counters } = await start(holding.handler, { inFlightPerConnection: 10 });
    const raw = net.connect({ port: listener.address.port, host: '127.0.0.1', allowHalfOpen: true });
    const socket = tls.connect({ socket: raw, ca, servername: 'dns.example.org' });
    sockets.push(socket);
    const replies: number[] = [];
    readMessages(socket, (message) => replies.push(message.readUInt16BE(0)));
    const ended = once(socket, 'end');
    await once(socket, 'secureConnect');
    socket.end(Buffer.concat(Array.from({ length: 30 }, (_u, id) => withLengthPrefix(testQuery(id, 'half.example')))));
    for (let id = 0; id < 30; id++) {
      await holding.arrived(id + 1);
      holding.held[id]!.answer();
    }
    await ended;
    assert.equal(replies.length, 30);
    await counters.until(({ closed }) => closed === 1);
  });

  test('what held clients send in TLS records of one octet costs no more than its octets, and is answered', async () => {
    const holding = new HoldingHandler();
    const { listener } = await start(holding.handler, { inFlightPerConnection: 1 });
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect(listener)));
    const queries = Array.from({ length: 120 }, (_unused, id) => testQuery(id, 'www.example.org'));
    const replies = clients.map((client) => {
      const received: number[] = [];
      const complete = new Promise<void>((resolve) =>
        readMessages(client, (message) => {
          if (received.push(message.readUInt16BE(0)) === queries.length) resolve();
        }),
      );
      return { received, complete };
    });
    for (const client of clients) client.write(withLengthPrefix(queries[0]!));
    await holding.arrived(clients.length);
    const rest = Buffer.concat(queries.slice(1).map(withLengthPrefix));
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    await Promise.all(
      clients.map(async (client) => {
        // One write at a time: what waits behind another is put into one record with it.
        for (const octet of rest) await new Promise((resolve) => client.write(Uint8Array.of(octet), resolve));
      }),
    );
    for (let turns = 0; turns < 10; turns++) await new Promise(setImmediate);
    collectGarbage();
    const heldBytes = process.memoryUsage().heapUsed - before;
    assert.ok(heldBytes < 20 * clients.length * rest.length, `${heldBytes} for ${clients.length * rest.length} octets`);
    for (let answered = 0; answered < clients.length * queries.length; answered++) {
      await holding.arrived(answered + 1);
      holding.held[answered]!.answer();
    }
    const expected = queries.map((query) => query.readUInt16BE(0));
    await Promise.all(replies.map((ids) => ids.complete));
    for (const { received } of replies) assert.deepEqual(received, expected);
  });

  test('P20 an idle connection is ended with close_notify', async () => {
    const { listener, counters } = await start(answeringHandler, { idleMilliseconds: 500 });
    const underneath = await connectPlain(listener);
    const records: Buffer[] = [];
    const watched = new Duplex({
      read: () => {},
      write: (chunk, _encoding, done) => underneath.write(chunk, () => done()),
    });
    underneath.on('data', (octets: Buffer) => {
      records.push(octets);
      watched.push(octets);
    });
    underneath.on('end', () => watched.push(null));
    // In TLS 1.2 the type of an alert can be seen from outside.
    const socket = await connect(listener, { socket: watched, maxVersion: 'TLSv1.2' });
    socket.resume();
    await once(socket, 'end');
    const TLS_ALERT = 21;
    assert.equal(records.at(-1)![0], TLS_ALERT);
    assert.deepEqual(counters.limitHits, ['idleMilliseconds']);
    await counters.until(({ closed }) => closed === 1);
  });

  test('P08 a client that stops inside a message is cut off after the read time', async () => {
    const { listener, counters } = await start(answeringHandler, { readMilliseconds: 500 });
    const socket = await connect(listener);
    socket.resume();
    socket.write(Uint8Array.of(0, 30, 1));
    await once(socket, 'close');
    assert.deepEqual(counters.limitHits, ['readMilliseconds']);
  });

  test('broken TLS records after the handshake end the connection and nothing else', async () => {
    const { listener, counters } = await start();
    const raw = await connectPlain(listener);
    const socket = tls.connect({ socket: raw, ca, servername: 'dns.example.org' });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    raw.write(Buffer.concat([Uint8Array.of(23, 3, 3, 0, 32), randomBytes(32)]));
    await counters.until(({ closed }) => closed === 1);
    assert.equal(counters.protocolErrors, 1);
    await streamClient(await connect(listener)).ask(testQuery(1, 'www.example.org'));
  });

  test('P20 resets during and after the handshake disturb nobody', async () => {
    const { listener, counters } = await start();
    for (let round = 0; round < 10; round++) {
      const raw = await connectPlain(listener);
      const socket = tls.connect({ socket: raw, ca, servername: 'dns.example.org' });
      socket.on('error', () => {});
      if (round % 2 === 0) await once(socket, 'secureConnect');
      else await new Promise(setImmediate);
      raw.resetAndDestroy();
    }
    await streamClient(await connect(listener)).ask(testQuery(1, 'www.example.org'));
    await counters.until(({ opened, closed }) => closed === opened - 1);
  });
});
