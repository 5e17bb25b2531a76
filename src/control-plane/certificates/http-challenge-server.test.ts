import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, test } from 'node:test';
import { freePorts } from '../../../test/peers/free-ports.ts';
import { HttpChallengeServer } from './http-challenge-server.ts';

describe('the server for HTTP-01 challenges', () => {
  let server: HttpChallengeServer | undefined;
  afterEach(() => server?.close());

  async function start(): Promise<{ port: number; tokens: Map<string, string> }> {
    const [port] = await freePorts(1);
    server = new HttpChallengeServer();
    await server.listen([{ id: 1, kind: 'acme-http', address: '127.0.0.1', port: port!, descriptor: undefined }]);
    return { port: port!, tokens: server.tokens };
  }

  /** Sends this and resolves with all that came back once the server has closed. */
  async function exchange(port: number, octets: string): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    socket.write(octets);
    return text(socket);
  }

  test('a pending token is answered with its key authorization, until it is taken away', async () => {
    const { port, tokens } = await start();
    tokens.set('evaGxfADs6pSRb2LAv9IZf17', 'evaGxfADs6pSRb2LAv9IZf17.thumbprint');
    const url = `http://127.0.0.1:${port}/.well-known/acme-challenge/evaGxfADs6pSRb2LAv9IZf17`;
    const found = await fetch(url);
    assert.equal(found.status, 200);
    assert.equal(await found.text(), 'evaGxfADs6pSRb2LAv9IZf17.thumbprint');
    tokens.clear();
    assert.equal((await fetch(url)).status, 404);
  });

  test('nothing else exists', async () => {
    const { port, tokens } = await start();
    tokens.set('token', 'token.thumbprint');
    const targets = [
      '/',
      '/token',
      '/.well-known/acme-challenge',
      '/.well-known/acme-challenge/Token',
      '/.well-known/acme-challenge/token/',
      '/.well-known/acme-challenge/token?',
      '/.well-known/acme-challenge/x/../token',
      '/.well-known/acme-challenge/%74oken',
      '//.well-known/acme-challenge/token',
      '/.well-known/acme-challenge/__proto__',
      'http://example.org/.well-known/acme-challenge/token',
    ];
    for (const target of targets)
      assert.match(await exchange(port, `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`), /^HTTP\/1\.1 404 /, target);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])
      assert.match(
        await exchange(port, `${method} /.well-known/acme-challenge/token HTTP/1.1\r\nHost: x\r\n\r\n`),
        /^HTTP\/1\.1 404 /,
        method,
      );
  });

  test('what is no HTTP, too much of it, or an endless body is answered with an error or not at all, and ended', async () => {
    const { port, tokens } = await start();
    tokens.set('token', 'token.thumbprint');
    const path = '/.well-known/acme-challenge/token';
    assert.match(await exchange(port, 'hello\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.match(await exchange(port, `GET ${path} HTTP/1.1\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
    assert.match(await exchange(port, `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n`), /404/);
    assert.match(await exchange(port, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`), /^HTTP\/1\.1 200 /);
  });

  test('however many clients hold connections, the authority is answered', async (t) => {
    const { port, tokens } = await start();
    tokens.set('token', 'token.thumbprint');
    const held: Socket[] = [];
    t.after(() => held.forEach((socket) => void socket.destroy()));
    for (let i = 0; i < 150; i++) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      held.push(socket);
      await once(socket, 'connect');
      socket.write('GET /');
    }
    assert.match(
      await exchange(port, 'GET /.well-known/acme-challenge/token HTTP/1.1\r\nHost: x\r\n\r\n'),
      /\r\n\r\ntoken\.thumbprint$/,
    );
  });

  test('however many requests strangers make, whoever was told of a token finds it', async () => {
    const { port, tokens } = await start();
    tokens.set('token', 'token.thumbprint');
    const ask = (path: string) => exchange(port, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const strangers = Array.from({ length: 40 }, () => ask('/.well-known/acme-challenge/guessed'));
    const answers: string[] = [];
    // One after the other, many more than are heard of one client in a second.
    for (let i = 0; i < 200; i++) answers.push(await ask('/.well-known/acme-challenge/token'));
    assert.deepEqual(new Set(answers.map((answer) => answer.slice(0, 12))), new Set(['HTTP/1.1 200']));
    await Promise.all(strangers);
  });

  test('a client that stays is cut off', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { port } = await start();
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\n');
    await once(socket, 'connect');
    const closed = once(socket.resume(), 'close');
    const ticking = setInterval(() => t.mock.timers.tick(1_000), 20);
    await closed;
    clearInterval(ticking);
  });
});
