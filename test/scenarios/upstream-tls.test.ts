// Scenarios: where an upstream connects to and whom it believes (V02, V03; standards row 29). No name is looked up, ever.

import assert from 'node:assert/strict';
import dns from 'node:dns';
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { makeCertificate, type TestCertificate } from '../fixtures/make-certificate.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { freePorts } from '../peers/free-ports.ts';
import { startScriptedServer } from '../peers/scripted-doh-server.ts';
import { scriptedUpstream, watchedUpstream } from '../peers/scripted-upstream.ts';

function certificateFor(test: TestContext, names: readonly string[], expired = false): TestCertificate {
  const certificate = makeCertificate({ names, expired });
  test.after(() => certificate.remove());
  return certificate;
}

function settingsFor(port: number, caPem: string | undefined, host = PEER_HOST_NAME, address = '127.0.0.1') {
  const url = `https://${host}:${port}/dns-query`;
  return { name: PEER_HOST_NAME, url, addresses: [address], caPem, maxQueriesPerSecond: undefined };
}

/** A TLS server that is no DoH server. Notes the SNI of its clients. */
async function tlsServer(test: TestContext, options: TlsOptions): Promise<{ port: number; sockets: TLSSocket[] }> {
  const sockets: TLSSocket[] = [];
  const server: Server = createServer(options, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.resume();
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

async function failureOf(test: TestContext, settings: ReturnType<typeof settingsFor>) {
  const { ask } = watchedUpstream(test, [settings]);
  const outcome = await ask();
  assert.ok(!outcome.ok);
  return outcome;
}

describe('the certificate', () => {
  test('V02 must be for the name in the URL', async (t) => {
    const certificate = certificateFor(t, ['other.example.org', '127.0.0.1']);
    const server = await startScriptedServer(certificate);
    t.after(() => server.stop());
    const outcome = await failureOf(t, settingsFor(server.port, certificate.caPem));
    assert.equal(outcome.code, 'certificate');
    assert.match(outcome.detail, /dns\.example\.org at 127\.0\.0\.1: certificate is for another name/);
    assert.equal(server.requests.length, 0);
  });

  test('must be issued by a trusted CA', async (t) => {
    const certificate = certificateFor(t, [PEER_HOST_NAME]);
    const server = await startScriptedServer(certificate);
    t.after(() => server.stop());
    const outcome = await failureOf(t, settingsFor(server.port, undefined));
    assert.equal(outcome.code, 'certificate');
    assert.match(outcome.detail, /not trusted here/);
    assert.equal(server.requests.length, 0);
  });

  test('must not have expired', async (t) => {
    const certificate = certificateFor(t, [PEER_HOST_NAME], true);
    const server = await startScriptedServer(certificate);
    t.after(() => server.stop());
    const outcome = await failureOf(t, settingsFor(server.port, certificate.caPem));
    assert.equal(outcome.code, 'certificate');
    assert.match(outcome.detail, /expired .*clock/);
  });

  test('of a URL with an address must name that address', async (t) => {
    const certificate = certificateFor(t, ['127.0.0.1']);
    const server = await startScriptedServer(certificate);
    t.after(() => server.stop());
    assert.ok((await watchedUpstream(t, [settingsFor(server.port, certificate.caPem, '127.0.0.1')]).ask()).ok);
    const outcome = await failureOf(t, settingsFor(server.port, certificate.caPem, '127.0.0.3'));
    assert.equal(outcome.code, 'certificate');
  });

  test("a CA of one upstream's settings is not trusted for another upstream", async (t) => {
    const certificate = certificateFor(t, [PEER_HOST_NAME]);
    const server = await startScriptedServer(certificate);
    t.after(() => server.stop());
    const trusting = settingsFor(server.port, certificate.caPem);
    const other = { ...settingsFor(server.port, undefined), name: 'other' };
    const { ask } = watchedUpstream(t, [other, trusting]);
    const outcome = await ask();
    assert.ok(outcome.ok);
    assert.equal(outcome.server, PEER_HOST_NAME);
    assert.equal(server.sessions.length, 1);
  });

  test('that is wrong on one address leaves the others in use', async (t) => {
    const right = await scriptedUpstream(t);
    const wrong = certificateFor(t, ['other.example.org']);
    const impostor = await startScriptedServer({ ...wrong, address: '127.0.0.2', port: right.servers[0]!.port });
    t.after(() => impostor.stop());
    const settings = { ...right.settings, addresses: ['127.0.0.2', '127.0.0.1'] };
    const { ask } = watchedUpstream(t, [settings]);
    assert.ok((await ask()).ok);
    assert.equal(impostor.requests.length, 0);
  });
});

describe('HTTP/2', () => {
  test('is required: a server that offers only HTTP/1.1 is refused, and sent no query', async (t) => {
    const certificate = certificateFor(t, [PEER_HOST_NAME]);
    const server = await tlsServer(t, {
      cert: certificate.certPem,
      key: certificate.keyPem,
      ALPNProtocols: ['http/1.1'],
    });
    const outcome = await failureOf(t, settingsFor(server.port, certificate.caPem));
    assert.equal(outcome.code, 'protocol');
    assert.match(outcome.detail, /does not offer HTTP\/2/);
    assert.ok(server.sockets.every((socket) => socket.bytesRead === 0));
  });

  test('is required: a server without ALPN is refused', async (t) => {
    const certificate = certificateFor(t, [PEER_HOST_NAME]);
    const server = await tlsServer(t, { cert: certificate.certPem, key: certificate.keyPem });
    const outcome = await failureOf(t, settingsFor(server.port, certificate.caPem));
    assert.equal(outcome.code, 'protocol');
    assert.match(outcome.detail, /does not offer HTTP\/2/);
  });

  test('frames that are none end in a failure, not in a crash', async (t) => {
    const certificate = certificateFor(t, [PEER_HOST_NAME]);
    const server = await tlsServer(t, { cert: certificate.certPem, key: certificate.keyPem, ALPNProtocols: ['h2'] });
    const { ask } = watchedUpstream(t, [settingsFor(server.port, certificate.caPem)]);
    const asked = ask();
    const timer = setInterval(() => {
      for (const socket of server.sockets) socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    }, 5);
    t.after(() => clearInterval(timer));
    const outcome = await asked;
    assert.ok(!outcome.ok);
  });

  test('needs TLS: a server without it is refused', async (t) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const outcome = await failureOf(t, settingsFor((server.address() as AddressInfo).port, undefined));
    assert.equal(outcome.code, 'protocol');
    assert.match(outcome.detail, /TLS failed/);
  });
});

describe('the pinned address', () => {
  test('V02 is connected to without any lookup; the name goes into SNI alone', async (t) => {
    const { servers, ask } = await scriptedUpstream(t);
    const lookups = [
      t.mock.method(dns, 'lookup'),
      t.mock.method(dns, 'resolve'),
      t.mock.method(dns, 'resolve4'),
      t.mock.method(dns.promises, 'lookup'),
    ];
    assert.ok((await ask()).ok);
    assert.equal((servers[0]!.sessions[0]!.socket as TLSSocket).servername, PEER_HOST_NAME);
    assert.deepEqual(
      lookups.map((lookup) => lookup.mock.callCount()),
      [0, 0, 0, 0],
    );
  });

  test('is used even when the environment names a proxy', async (t) => {
    const names = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    const before = names.map((name) => process.env[name]);
    t.after(() => {
      for (const [index, name] of names.entries()) {
        if (before[index] === undefined) delete process.env[name];
        else process.env[name] = before[index];
      }
    });
    let proxied = 0;
    const proxy = createTcpServer((socket) => {
      proxied++;
      socket.destroy();
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    t.after(() => proxy.close());
    for (const name of names) process.env[name] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    process.env.NODE_USE_ENV_PROXY = '1';
    const { ask } = await scriptedUpstream(t);
    assert.ok((await ask()).ok);
    assert.equal(proxied, 0);
  });

  test('V02 must be an address: a name there is refused before anything is looked up', () => {
    const settings = settingsFor(443, undefined, PEER_HOST_NAME, 'dns.example.org');
    assert.throws(() => watchedUpstream({ after() {} } as unknown as TestContext, [settings]), /not an IP address/);
  });

  test('of a family that this host lacks is passed over and costs none of the three tries', async (t) => {
    const { servers, settings } = await scriptedUpstream(t);
    // The kernel has no way for TCP to multicast addresses, and says so at once, as for a family without a route.
    const addresses = ['ff02::1', 'ff02::2', 'ff02::3', 'ff02::4', '127.0.0.1'];
    const { ask, events } = watchedUpstream(t, [{ ...settings, addresses }]);
    assert.ok((await ask()).ok);
    assert.equal(servers[0]!.requests.length, 1);
    assert.deepEqual(events, [{ kind: 'up', server: PEER_HOST_NAME, address: '127.0.0.1' }]);
  });

  test('of a family that this host lacks is not what is reported when the others fail too', async (t) => {
    const [port] = await freePorts(1);
    const settings = { ...settingsFor(port!, undefined), addresses: ['127.0.0.1', 'ff02::1'] };
    const { ask, reported, events } = watchedUpstream(t, [settings]);
    const outcome = await ask();
    assert.ok(!outcome.ok);
    assert.match(outcome.detail, /at 127\.0\.0\.1: connection refused/);
    await reported('down');
    assert.match(JSON.stringify(events), /at 127\.0\.0\.1: connection refused/);
    const soonAfter = await ask();
    assert.ok(!soonAfter.ok);
    assert.match(soonAfter.detail, /at 127\.0\.0\.1: connection refused/);
  });
});
