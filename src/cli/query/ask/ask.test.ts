import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type Respond, startPlainServer, startTlsServer } from '../../../../test/fixtures/dns-server.ts';
import { makeCertificate, type TestCertificate } from '../../../../test/fixtures/make-certificate.ts';
import { answerTo, type ScriptedRequest, startScriptedServer } from '../../../../test/peers/scripted-doh-server.ts';
import { trustedRoots } from '../../../upstream/trusted-roots.ts';
import { MESSAGE_MAX_BYTES, readId, readUint16 } from '../../../wire/header.ts';
import { readQuestion } from '../question.ts';
import { readServer } from '../server.ts';
import { ask, type Reply } from './ask.ts';

const HOST = 'dns.example';
/** Long enough for a busy machine, for tests that must not run into it. */
const PATIENT_MILLISECONDS = 20_000;
/** For tests that wait for it. */
const IMPATIENT_MILLISECONDS = 300;

let certificate: TestCertificate;
before(() => {
  certificate = makeCertificate({ names: [HOST, '127.0.0.1'] });
});
after(() => certificate.remove());

interface Wish {
  readonly address?: string;
  readonly untrusted?: boolean;
  readonly timeoutMilliseconds?: number;
}

function askFor(url: string, { address, untrusted, timeoutMilliseconds }: Wish = {}): Promise<Reply> {
  return ask(readServer(url, address), readQuestion('example.org', 'A'), {
    trust: () => trustedRoots(untrusted ? undefined : certificate.caPem),
    timeoutMilliseconds: timeoutMilliseconds ?? PATIENT_MILLISECONDS,
  });
}

function assertAnswer({ message }: Reply): void {
  assert.deepEqual([...message.subarray(-4)], [192, 0, 2, 1]);
}

const answer: Respond = ({ query, send }) => send(answerTo(query));

function changed(message: Buffer, offset: number, value: number): Buffer {
  message[offset] = value;
  return message;
}

async function startDoh(test: TestContext, respond: (request: ScriptedRequest) => void): Promise<string> {
  const server = await startScriptedServer({ ...certificate, respond });
  test.after(() => server.stop());
  return `https://127.0.0.1:${server.port}/dns-query`;
}

describe('an answer arrives', () => {
  test('over UDP', async (t) => {
    const port = await startPlainServer(t, answer);
    const reply = await askFor(`udp://127.0.0.1:${port}`);
    assertAnswer(reply);
    assert.equal(reply.from, `udp://127.0.0.1:${port}`);
    assert.ok(reply.milliseconds > 0);
  });

  test('over TCP, also in pieces', async (t) => {
    const port = await startPlainServer(t, ({ query, transport, sendRaw }) => {
      assert.equal(transport, 'tcp');
      const message = answerTo(query);
      sendRaw(Uint8Array.of(0));
      setImmediate(() => {
        sendRaw(Uint8Array.of(message.length, ...message.subarray(0, 20)));
        setImmediate(() => sendRaw(message.subarray(20)));
      });
    });
    assertAnswer(await askFor(`tcp://127.0.0.1:${port}`));
  });

  test('over TLS, where the certificate is for the name of the URL', async (t) => {
    const port = await startTlsServer(t, certificate, answer);
    const reply = await askFor(`tls://${HOST}:${port}`, { address: '127.0.0.1' });
    assertAnswer(reply);
    assert.equal(reply.from, `tls://${HOST}:${port} (127.0.0.1)`);
  });

  test('over HTTPS, as a POST with ID 0', async (t) => {
    let asked: ScriptedRequest | undefined;
    const url = await startDoh(t, (request) => {
      asked = request;
      request.answer(answerTo(request.query));
    });
    assertAnswer(await askFor(url));
    assert.equal(asked!.headers[':method'], 'POST');
    assert.equal(asked!.headers[':path'], '/dns-query');
    assert.equal(readId(asked!.query), 0);
  });

  test('over TCP where the datagram was truncated', async (t) => {
    const port = await startPlainServer(t, ({ query, transport, send }) =>
      send(transport === 'udp' ? changed(answerTo(query), 2, 0x83) : answerTo(query)),
    );
    const reply = await askFor(`udp://127.0.0.1:${port}`);
    assertAnswer(reply);
    assert.equal(reply.from, `tcp://127.0.0.1:${port}`);
  });

  test('from the next address of localhost where nobody is at the first', async (t) => {
    const port = await startPlainServer(t, answer);
    const server = { ...readServer(`tcp://localhost:${port}`, undefined), addresses: ['127.0.0.99', '127.0.0.1'] };
    const options = { trust: () => trustedRoots(undefined), timeoutMilliseconds: PATIENT_MILLISECONDS };
    assertAnswer(await ask(server, readQuestion('example.org', 'A'), options));
  });

  test('with another ID each time over UDP', async (t) => {
    const ids = new Set<number>();
    const port = await startPlainServer(t, ({ query, send }) => {
      ids.add(readId(query));
      send(answerTo(query));
    });
    for (let asked = 0; asked < 8; asked++) await askFor(`udp://127.0.0.1:${port}`);
    assert.ok(ids.size > 4, `${ids.size} different IDs in 8 queries`);
  });

  test('whatever its RCODE, and without a question where the server did not understand it', async (t) => {
    const port = await startPlainServer(t, ({ query, send }) =>
      send(Buffer.from([query[0]!, query[1]!, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0])),
    );
    assert.equal((await askFor(`udp://127.0.0.1:${port}`)).message.length, 12);
  });
});

describe('strangers are not believed', () => {
  test('over UDP: garbage, other IDs, other questions and queries are ignored until the answer comes', async (t) => {
    const port = await startPlainServer(t, ({ query, send }) => {
      send(new Uint8Array(0));
      send(Buffer.from('garbage'));
      send(changed(answerTo(query), 0, query[0]! ^ 1));
      send(changed(answerTo(query), 14, 0x7a));
      send(query);
      send(answerTo(query));
    });
    assertAnswer(await askFor(`udp://127.0.0.1:${port}`));
  });

  test('over UDP: without an answer, the sentence says how many were ignored', async (t) => {
    const port = await startPlainServer(t, ({ query, send }) => {
      send(Buffer.from('garbage'));
      send(changed(answerTo(query), 0, query[0]! ^ 1));
    });
    await assert.rejects(askFor(`udp://127.0.0.1:${port}`, { timeoutMilliseconds: IMPATIENT_MILLISECONDS }), {
      code: 'NO_ANSWER',
      message: /no answer within 0\.3 s \(2 datagrams ignored/,
    });
  });

  for (const [what, spoil] of [
    ['another ID', (message: Buffer) => changed(message, 0, message[0]! ^ 1)],
    ['another question', (message: Buffer) => changed(message, 14, 0x7a)],
    ['a query', (message: Buffer) => changed(message, 2, 1)],
    ['five octets', (message: Buffer) => message.subarray(0, 5)],
  ] as const) {
    const rejection = { code: 'NO_ANSWER', message: /the server's reply does not belong to the question/ };
    test(`over TCP: ${what} fails`, async (t) => {
      const port = await startPlainServer(t, ({ query, send }) => send(spoil(answerTo(query))));
      await assert.rejects(askFor(`tcp://127.0.0.1:${port}`), rejection);
    });
    test(`over HTTPS: ${what} fails`, async (t) => {
      const url = await startDoh(t, (request) => request.answer(spoil(answerTo(request.query))));
      await assert.rejects(askFor(url), rejection);
    });
  }
});

describe('without an answer, a sentence says what to try', () => {
  for (const transport of ['udp', 'tcp', 'tls', 'https'])
    test(`where nobody listens on ${transport}`, async () => {
      await assert.rejects(askFor(`${transport}://127.0.0.1:1`), {
        code: 'NO_ANSWER',
        message: new RegExp(`^${transport}://127\\.0\\.0\\.1:1.*: connection refused; .*"sotto run" starts one`),
      });
    });

  for (const transport of ['udp', 'tcp'])
    test(`where the server is silent on ${transport}`, async (t) => {
      const port = await startPlainServer(t, () => {});
      await assert.rejects(
        askFor(`${transport}://127.0.0.1:${port}`, { timeoutMilliseconds: IMPATIENT_MILLISECONDS }),
        { code: 'NO_ANSWER', message: /no answer within 0\.3 s; the server may be down/ },
      );
    });

  test('where the server is silent on https', async (t) => {
    const url = await startDoh(t, () => {});
    await assert.rejects(askFor(url, { timeoutMilliseconds: IMPATIENT_MILLISECONDS }), { code: 'NO_ANSWER' });
  });

  test('where a message never ends', async (t) => {
    const port = await startPlainServer(t, ({ sendRaw }) => sendRaw(Uint8Array.of(0xff, 0xff, 0, 0)));
    await assert.rejects(askFor(`tcp://127.0.0.1:${port}`, { timeoutMilliseconds: IMPATIENT_MILLISECONDS }), {
      message: /no answer within/,
    });
  });

  test('where the server ends the connection', async (t) => {
    const port = await startPlainServer(t, ({ end }) => end());
    await assert.rejects(askFor(`tcp://127.0.0.1:${port}`), { message: /ended the connection without an answer/ });
  });

  test('where the server resets the stream', async (t) => {
    const url = await startDoh(t, ({ stream }) => stream.close(8));
    await assert.rejects(askFor(url), { message: /without an answer; .*drops what it blocks/ });
  });

  test('where the certificate comes from an unknown CA', async (t) => {
    const message = /certificate is issued by a CA that is not trusted here; name its CA with --ca FILE/;
    const port = await startTlsServer(t, certificate, answer);
    await assert.rejects(askFor(`tls://127.0.0.1:${port}`, { untrusted: true }), { code: 'NO_ANSWER', message });
    const url = await startDoh(t, (request) => request.answer(answerTo(request.query)));
    await assert.rejects(askFor(url, { untrusted: true }), { code: 'NO_ANSWER', message });
  });

  test('where the certificate is for another name', async (t) => {
    const port = await startTlsServer(t, certificate, answer);
    await assert.rejects(askFor(`tls://other.example:${port}`, { address: '127.0.0.1' }), {
      message: /certificate is for another name; .*ask it by a name that its certificate has/,
    });
  });

  test('where the port speaks no TLS', async (t) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    t.after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const message = /TLS failed \(ERR_SSL_\w+\); is this the port of that transport\?$/;
    await assert.rejects(askFor(`tls://127.0.0.1:${port}`), { code: 'NO_ANSWER', message });
    await assert.rejects(askFor(`https://127.0.0.1:${port}`), { code: 'NO_ANSWER', message });
  });

  test('where the port speaks TLS but not HTTP/2', async (t) => {
    const port = await startTlsServer(t, certificate, answer);
    await assert.rejects(askFor(`https://127.0.0.1:${port}`), {
      message: /does not offer HTTP\/2; is this the port of that transport\?/,
    });
  });

  const refusals: readonly [string, (request: ScriptedRequest) => void, RegExp][] = [
    ['status 404', ({ reply }) => reply({ ':status': 404 }, 'no'), /HTTP status 404; is the path right\?/],
    ['status 500 without an end', ({ stream }) => stream.respond({ ':status': 500 }), /HTTP status 500$/],
    [
      'a web page',
      ({ reply }) => reply({ ':status': 200, 'content-type': 'text/html' }, '<p>'),
      /with text\/html, not/,
    ],
    ['no media type', ({ reply }) => reply({ ':status': 200 }, 'x'), /answers with nothing, not application/],
    [
      'more than a DNS message can have',
      ({ query, answer: send }) => send(Buffer.concat([answerTo(query), Buffer.alloc(MESSAGE_MAX_BYTES)])),
      /larger than a DNS message \(65535 octets\)/,
    ],
  ];
  for (const [what, respond, message] of refusals)
    test(`where the web server answers with ${what}`, async (t) => {
      await assert.rejects(askFor(await startDoh(t, respond)), { code: 'NO_ANSWER', message });
    });
});

test('the largest message there is arrives over TCP and HTTPS', async (t) => {
  const large = (query: Buffer): Buffer =>
    Buffer.concat([answerTo(query), Buffer.alloc(MESSAGE_MAX_BYTES)]).subarray(0, MESSAGE_MAX_BYTES);
  const port = await startPlainServer(t, ({ query, send }) => send(large(query)));
  const overTcp = await askFor(`tcp://127.0.0.1:${port}`);
  const overHttps = await askFor(await startDoh(t, ({ query, answer: send }) => send(large(query))));
  assert.deepEqual([overTcp.message.length, overHttps.message.length], [MESSAGE_MAX_BYTES, MESSAGE_MAX_BYTES]);
  assert.equal(readUint16(overTcp.message, 6), 1);
});
