// Section P over the wire: connections of TCP and DoT. Their limits and timeouts are tested beside the listeners.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, type TestContext, test } from 'node:test';
import tls from 'node:tls';
import { STREAM_LIMITS } from '../../src/data-plane/thread-listeners.ts';
import { withLengthPrefix } from '../fixtures/dns-messages.ts';
import { connectTcp, connectTls, readMessages } from '../fixtures/listener-clients.ts';
import { type GatewayUnderTest, gatewayUnderTest } from './gateway.ts';
import { decoded, query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, EVERY, NOT_UDP, STREAMS } from './over-transports.ts';
import type { TransportName } from './raw-client.ts';

const stage = gatewayUnderTest();
const conforms = conformsWith(stage);

async function openStream(
  t: TestContext,
  transport: TransportName,
  { dns, dot, trust }: GatewayUnderTest,
): Promise<net.Socket> {
  const socket = transport === 'tcp' ? await connectTcp(dns) : await connectTls(dot, trust);
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

/** Resolves with the first `count` messages that come, or with fewer when the stream ends. */
function messagesFrom(socket: net.Socket, count: number): Promise<Buffer[]> {
  return new Promise((resolve) => {
    const messages: Buffer[] = [];
    socket.once('close', () => resolve(messages));
    socket.once('end', () => resolve(messages));
    readMessages(socket, (message) => {
      messages.push(Buffer.from(message));
      if (messages.length === count) resolve(messages);
    });
  });
}

const idsOf = (messages: readonly Buffer[]) => messages.map((message) => message.readUInt16BE(0));

conforms(
  'P01',
  STREAMS,
  'a hundred queries in one write get a hundred replies, each its own',
  async ({ t, transport, name, stage }) => {
    const socket = await openStream(t, transport, stage);
    const replies = messagesFrom(socket, 100);
    const names = Array.from({ length: 100 }, (_unused, index) => `n${index % 10}.${name}`);
    socket.write(Buffer.concat(names.map((name, id) => withLengthPrefix(query({ name, id })))));
    const got = await replies;
    assert.equal(new Set(idsOf(got)).size, 100);
    for (const reply of got) assert.equal(decoded(reply).packet.questions?.[0]?.name, names[reply.readUInt16BE(0)]);
  },
);

conforms(
  'P02',
  NOT_UDP,
  'what waits for the upstream holds up nothing behind it',
  async ({ exchange, name, upstream }) => {
    let release: (() => void) | undefined;
    upstream.answer(`slow.${name}`, 'A', (request) => {
      release = () =>
        request.answer(Buffer.concat([request.query.subarray(0, 2), Buffer.of(0x81, 0x83), request.query.subarray(4)]));
    });
    await exchange(query({ name, id: 1 }));
    let isSlowAnswered = false;
    const slow = exchange(query({ name: `slow.${name}`, id: 2 })).then(() => {
      isSlowAnswered = true;
    });
    assert.equal(rcodeOf(await exchange(query({ name, id: 3 }))), RCODE.NOERROR);
    assert.equal(rcodeOf(await exchange(query({ name: `other.${name}`, id: 4 }))), RCODE.NOERROR);
    assert.equal(isSlowAnswered, false);
    release!();
    await slow;
  },
);

conforms('P03', STREAMS, 'a query that comes octet by octet is answered', async ({ t, transport, name, stage }) => {
  const socket = await openStream(t, transport, stage);
  const replies = messagesFrom(socket, 2);
  const octets = Buffer.concat([withLengthPrefix(query({ name, id: 1 })), withLengthPrefix(query({ name, id: 2 }))]);
  for (const octet of octets) {
    await new Promise((resolve) => socket.write(Buffer.of(octet), resolve));
    await new Promise(setImmediate);
  }
  assert.deepEqual(idsOf(await replies).sort(), [1, 2]);
});

conforms(
  'P06',
  STREAMS,
  'whoever ends its side gets what it has asked for, and the end',
  async ({ t, transport, name, stage }) => {
    const socket = await openStream(t, transport, stage);
    const replies = messagesFrom(socket, 4);
    // Cold names: the upstream is asked after the end has come.
    socket.end(Buffer.concat([1, 2, 3].map((id) => withLengthPrefix(query({ name: `n${id}.${name}`, id })))));
    assert.deepEqual(idsOf(await replies).sort(), [1, 2, 3]);
  },
);

const halfALength: net.Socket[] = [];
after(() => {
  for (const socket of halfALength) socket.destroy();
});

conforms(
  'P08',
  ['udp', 'tcp'],
  'a thousand connections with half a length hold up nobody',
  async ({ exchange, name }) => {
    const { address: host, port } = stage.dns;
    const begun = Array.from({ length: halfALength.length === 0 ? 1000 : 0 }, (_unused, index) => {
      const socket = net.connect({ host, port, localAddress: `127.0.1.${1 + (index % 10)}` });
      socket.on('error', () => {});
      halfALength.push(socket);
      return once(socket, 'connect').then(() => new Promise((resolve) => socket.write(Buffer.of(0), resolve)));
    });
    await Promise.all(begun);
    assert.equal(rcodeOf(await exchange(query({ name }))), RCODE.NOERROR);
  },
);

conforms('P11', ['dot'], 'plain DNS on its port ends the connection without DNS', async ({ t, name, stage }) => {
  const socket = await connectTcp(stage.dot);
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(withLengthPrefix(query({ name, id: 0x7a7a })));
  await once(socket, 'end');
  // At most a TLS alert: record type 21.
  const heard = Buffer.concat(chunks);
  assert.ok(heard.length === 0 || heard[0] === 21, heard.toString('hex'));
  assert.ok(!heard.includes(Buffer.of(0x7a, 0x7a)));
});

const PROTOCOLS: readonly tls.SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];

conforms(
  'P12',
  ['dot', 'doh'],
  'TLS 1.2 and 1.3 are spoken with ephemeral keys and AEAD',
  async ({ t, transport, stage }) => {
    for (const version of PROTOCOLS) {
      const socket = await connectSecurely(t, transport, stage, { minVersion: version, maxVersion: version });
      assert.equal(socket.getProtocol(), version);
      assert.match(socket.getCipher().standardName, /GCM|POLY1305/);
      assert.notDeepEqual(socket.getEphemeralKeyInfo(), {});
    }
  },
);

conforms(
  'P12',
  ['dot', 'doh'],
  'TLS 1.1, and ciphers without AEAD or forward secrecy, are refused',
  async ({ t, transport, stage }) => {
    const refused: readonly tls.ConnectionOptions[] = [
      { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' },
      { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' },
    ];
    for (const options of refused) {
      await assert.rejects(
        connectSecurely(t, transport, stage, options),
        /alert (protocol version|handshake failure)/i,
      );
    }
  },
);

conforms('P13', ['dot'], 'ALPN dot is chosen, none is served, others are refused', async ({ t, transport, stage }) => {
  const chosen = async (...ALPNProtocols: string[]) =>
    (await connectSecurely(t, transport, stage, { ALPNProtocols })).alpnProtocol;
  assert.equal(await chosen('dot'), 'dot');
  assert.equal(await chosen('foreign', 'dot'), 'dot');
  assert.equal(await chosen(), false);
  await assert.rejects(chosen('foreign'), /no application protocol/i);
});

conforms(
  'P14',
  ['dot', 'doh'],
  'without SNI, with an unknown name and by address the default certificate is served',
  async ({ t, transport, stage }) => {
    const known = (await connectSecurely(t, transport, stage, {})).getPeerX509Certificate()!.fingerprint256;
    for (const servername of ['', 'unknown.example.net']) {
      const socket = await connectSecurely(t, transport, stage, { servername, checkServerIdentity: () => undefined });
      assert.equal(socket.getPeerX509Certificate()?.fingerprint256, known, servername);
    }
  },
);

conforms(
  'P15',
  ['dot', 'doh'],
  'a session is resumed, by any listener, and early data is not invited',
  async ({ t, transport, stage }) => {
    for (const version of PROTOCOLS) {
      const options = { minVersion: version, maxVersion: version };
      const first = await connectSecurely(t, transport, stage, options);
      // The ticket of TLS 1.3 comes behind the handshake.
      const [session] = version === 'TLSv1.3' ? ((await once(first, 'session')) as [Buffer]) : [first.getSession()!];
      first.destroy();
      const other = transport === 'dot' ? 'doh' : 'dot';
      for (const way of [transport, other] as const) {
        const again = await connectSecurely(t, way, stage, { ...options, session });
        assert.equal(again.isSessionReused(), true, `${version} ${way}`);
      }
    }
  },
);

test('P20 clients that reset their connections in the middle of anything disturb nobody', async (t) => {
  for (let round = 0; round < 10; round++) {
    for (const endpoint of [stage.dns, stage.dot, stage.doh]) {
      const socket = net.connect(endpoint.port, endpoint.address);
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(withLengthPrefix(query({ name: `reset${round}.example.org` })).subarray(0, 5 + round));
      socket.resetAndDestroy();
    }
    const underneath = await connectTcp(stage.dot);
    underneath.on('error', () => {});
    const dot = tls.connect({ socket: underneath, ...stage.trust });
    dot.on('error', () => {});
    await once(dot, 'secureConnect');
    dot.write(withLengthPrefix(query({ name: `reset${round}.example.org` })));
    underneath.resetAndDestroy();
  }
  const socket = await openStream(t, 'dot', stage);
  const replies = messagesFrom(socket, 1);
  socket.write(withLengthPrefix(query({ name: 'after.reset.example.org' })));
  assert.equal(rcodeOf((await replies)[0]), RCODE.NOERROR);
  assert.deepEqual(
    stage.gateway.lines().filter(({ level }) => level > 30),
    [],
  );
  assert.equal(stage.gateway.standardError(), '');
});

conforms(
  'P07',
  EVERY,
  'a client with more connections than it may have is served on the newest',
  async ({ t, transport, exchange, name, stage }) => {
    const { port, address } = transport === 'dot' ? stage.dot : transport === 'doh' ? stage.doh : stage.dns;
    const localAddress = `127.0.2.${1 + EVERY.indexOf(transport)}`;
    const sockets = Array.from({ length: 201 }, () => {
      const socket = net.connect({ host: address, port, localAddress });
      socket.on('error', () => {});
      t.after(() => socket.destroy());
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    // One of the older ones has made room.
    await Promise.any(sockets.map((socket) => once(socket.resume(), 'close')));
    assert.equal(rcodeOf(await exchange(query({ name }))), RCODE.NOERROR);
  },
);

async function connectSecurely(
  t: TestContext,
  transport: TransportName,
  { dot, doh, trust }: GatewayUnderTest,
  options: tls.ConnectionOptions,
): Promise<tls.TLSSocket> {
  const socket = await connectTls(transport === 'dot' ? dot : doh, { ...trust, ...options });
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

test('P05 an idle connection is kept for 10 to 30 seconds, longer than Android keeps its own', () => {
  assert.ok(STREAM_LIMITS.idleMilliseconds > 20_000 && STREAM_LIMITS.idleMilliseconds <= 30_000);
});

test('P19 the time for a handshake is at most 10 seconds', () => {
  assert.ok(STREAM_LIMITS.readMilliseconds <= 10_000);
});
