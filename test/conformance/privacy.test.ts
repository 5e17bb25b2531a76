// Section V, as far as a gateway on loopback shows it. That nothing leaves the host is test/e2e/no-plaintext.test.ts.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { connectHttp2, connectTls, http2GetHeaders, requestHttp2 } from '../fixtures/listener-clients.ts';
import { type GatewayUnderTest, gatewayUnderTest } from './gateway.ts';
import { requestHttps } from './https-request.ts';
import { query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, EVERY, HTTPS } from './over-transports.ts';
import { connectRaw } from './raw-client.ts';

const stage = gatewayUnderTest({ extra: '[policy]\nrules = ["||ads.example^"]' });
const conforms = conformsWith(stage);

conforms(
  'V04',
  EVERY,
  'what was asked and who asked is not in the log',
  async ({ exchange, name, upstream, stage }) => {
    upstream.answer(`broken.${name}`, 'A', { rcode: RCODE.SERVFAIL });
    upstream.answer(`garbage.${name}`, 'A', Buffer.from('no answer at all'));
    for (const asked of [name, `broken.${name}`, `garbage.${name}`, `x-${name.replaceAll('.', '-')}.ads.example`]) {
      await exchange(query({ name: asked }));
    }
    await exchange(query({ name, counts: [1, 0, 0, 7] }));
    const log = JSON.stringify(stage.gateway.lines()) + stage.gateway.standardError();
    assert.ok(!log.includes(name.split('.')[0]!), log);
    assert.ok(!log.includes('ads.example'), log);
  },
);

test('V04 the address of a client is not in the log', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.77');
  await once(socket, 'listening');
  const replied = once(socket, 'message');
  socket.send(query({ name: 'www.ads.example' }), stage.dns.port, stage.dns.address);
  await replied;
  socket.close();
  assert.doesNotMatch(JSON.stringify(stage.gateway.lines()), /127\.0\.0\.77/);
});

conforms('V05', HTTPS, 'no other protocol is pointed to', async ({ t, transport, name, stage }) => {
  const { headers } = await requestHttps(t, stage, transport, { name });
  assert.equal(headers['alt-svc'], undefined);
});

test('V05 HTTP/3 and DNS over QUIC are neither chosen by ALPN nor listened for', async () => {
  for (const [endpoint, protocol] of [
    [stage.doh, 'h3'],
    [stage.dot, 'doq'],
  ] as const) {
    await assert.rejects(
      connectTls(endpoint, { ...stage.trust, ALPNProtocols: [protocol] }),
      /no application protocol/i,
    );
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.connect(endpoint.port, endpoint.address, resolve));
    const refused = once(socket, 'error') as Promise<[NodeJS.ErrnoException]>;
    // Any long packet would begin a QUIC connection; the kernel says that nobody is there.
    socket.send(Buffer.alloc(1200, 0xc0));
    const [{ code }] = await refused;
    assert.equal(code, 'ECONNREFUSED');
    socket.close();
  }
});

const ending: GatewayUnderTest = gatewayUnderTest();

test('V07 SIGTERM: what is in flight is answered over every transport, HTTP/2 gets GOAWAY, nothing new is taken, exit code 0', async (t) => {
  const { gateway, upstream } = ending;
  const name = 'in-flight.example.org';
  const held: (() => void)[] = [];
  let all = (): void => {};
  const arrived = new Promise<void>((resolve) => {
    all = resolve;
  });
  const names = EVERY.map((transport) => `${transport}.${name}`);
  for (const name of names) {
    upstream.answer(name, 'A', (request) => {
      held.push(() =>
        request.reply({ ':status': 200, 'content-type': 'application/dns-message' }, nxdomain(request.query)),
      );
      if (held.length === names.length) all();
    });
  }
  const clients = await Promise.all(EVERY.map((transport) => connectRaw(transport, ending)));
  const replies = clients.map((client, index) => client.send(query({ name: names[index]! })));
  const session = await connectHttp2(ending.doh, ending.trust);
  t.after(() => session.destroy());
  session.on('error', () => {});
  assert.equal((await requestHttp2(session, http2GetHeaders(query({ name: 'localhost' })))).status, 200);
  const goaway = once(session, 'goaway');
  await arrived;
  gateway.child.kill('SIGTERM');
  assert.equal((await goaway)[0], 0);
  await assert.rejects(once(net.connect(ending.dns.port, ending.dns.address), 'connect'), { code: 'ECONNREFUSED' });
  for (const release of held) release();
  for (const reply of replies) assert.equal(rcodeOf(await reply), RCODE.NXDOMAIN);
  for (const client of clients) client.close();
  assert.equal(await gateway.ended(), 0);
});

function nxdomain(query: Buffer): Buffer {
  const message = Buffer.from(query);
  message.writeUInt16BE(0x8183, 2);
  return message;
}
