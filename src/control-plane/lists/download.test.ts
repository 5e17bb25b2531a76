import assert from 'node:assert/strict';
import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { after, before, describe, mock, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type ListServer, startListServer, startPlainListServer } from '../../../test/fixtures/lists/list-server.ts';
import { DOWNLOAD_LIMITS, type DownloadedContent, type DownloadLimits, download, type Validators } from './download.ts';
import { ListFailure, type ListFailureKind } from './list-failure.ts';

const LIST = '0.0.0.0 a.example\n0.0.0.0 b.example\n';

interface Asked {
  readonly url: string;
  readonly validators?: Validators;
  readonly limits?: Partial<DownloadLimits>;
  readonly lookup?: LookupFunction;
  readonly signal?: AbortSignal;
  readonly onReceived?: (bytes: number) => void;
}

describe('a download', () => {
  let server: ListServer;
  before(async () => {
    server = await startListServer();
  });
  after(() => server.close());

  async function ask(asked: Asked): Promise<{ text: string; content: DownloadedContent } | 'not-modified'> {
    const options = {
      url: asked.url,
      validators: asked.validators,
      lookup: asked.lookup ?? server.lookup,
      limits: { ...DOWNLOAD_LIMITS, ...asked.limits },
      signal: asked.signal ?? new AbortController().signal,
    };
    return await download(options, async (content) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of content.body(asked.onReceived ?? (() => undefined))) chunks.push(chunk);
      return { text: Buffer.concat(chunks).toString(), content };
    });
  }

  async function textOf(asked: Asked): Promise<string> {
    const received = await ask(asked);
    assert.notEqual(received, 'not-modified');
    return received === 'not-modified' ? '' : received.text;
  }

  async function fails(asked: Asked, kind: ListFailureKind, reason: RegExp): Promise<void> {
    await assert.rejects(ask(asked), (error: unknown) => {
      assert.ok(error instanceof ListFailure, String(error));
      assert.match(error.message, reason);
      assert.equal(error.kind, kind);
      return true;
    });
  }

  test('brings the content and what is needed to ask for news of it', async () => {
    server.publish('/list', LIST);
    const received = await ask({ url: server.url('/list') });
    assert.ok(received !== 'not-modified');
    assert.equal(received.text, LIST);
    assert.equal(received.content.finalUrl, server.url('/list'));
    assert.match(received.content.etag ?? '', /^"/);
  });

  test('asks only the lookup that is handed in, never the system resolver, and no proxy', async () => {
    const systemLookup = mock.method(dns, 'lookup', () => assert.fail('the system resolver was asked'));
    const { HTTPS_PROXY, https_proxy } = process.env;
    process.env.HTTPS_PROXY = 'http://127.0.0.1:9';
    process.env.https_proxy = 'http://127.0.0.1:9';
    server.publish('/list', LIST);
    const asked = server.lookedUp.length;
    try {
      assert.equal(await textOf({ url: server.url('/list') }), LIST);
    } finally {
      systemLookup.mock.restore();
      restore('HTTPS_PROXY', HTTPS_PROXY);
      restore('https_proxy', https_proxy);
    }
    assert.deepEqual(server.lookedUp.slice(asked), ['lists.example.org']);
  });

  test('is spared when the validators show that nothing has changed', async () => {
    server.publish('/list', LIST);
    const first = await ask({ url: server.url('/list') });
    assert.ok(first !== 'not-modified');
    const { finalUrl, etag } = first.content;
    const validators = { url: finalUrl, etag, lastModified: undefined };
    assert.equal(await ask({ url: server.url('/list'), validators }), 'not-modified');
    server.publish('/list', `${LIST}0.0.0.0 c.example\n`);
    assert.match(await textOf({ url: server.url('/list'), validators }), /c\.example/);
  });

  test('asks by date where the server gave no ETag', async () => {
    const lastModified = 'Thu, 01 Jan 2026 00:00:00 GMT';
    server.on('/dated', (request, response) => {
      if (request.headers['if-modified-since'] === lastModified) response.writeHead(304).end();
      else response.writeHead(200, { 'last-modified': lastModified }).end(LIST);
    });
    const url = server.url('/dated');
    assert.equal(await textOf({ url }), LIST);
    assert.equal(await ask({ url, validators: { url, etag: undefined, lastModified } }), 'not-modified');
  });

  test('sends validators to the address that gave them and to no other', async () => {
    server.on('/moved', (_request, response) => response.writeHead(302, { location: '/list' }).end());
    server.publish('/list', LIST);
    const validators = { url: server.url('/other'), etag: '"x"', lastModified: undefined };
    const before = server.requests.length;
    assert.equal(await textOf({ url: server.url('/moved'), validators }), LIST);
    assert.deepEqual(
      server.requests.slice(before).map(({ headers }) => headers['if-none-match']),
      [undefined, undefined],
    );
  });

  test('an answer of 304 that was not asked for is a failure', async () => {
    server.on('/always-304', (_request, response) => response.writeHead(304).end());
    await fails({ url: server.url('/always-304') }, 'answer', /HTTP status 304/);
  });

  test('follows five redirects and no sixth, so that a loop ends', async () => {
    server.publish('/list', LIST);
    for (let hop = 1; hop <= 5; hop++) {
      const location = hop === 1 ? '/list' : `/hop-${hop - 1}`;
      server.on(`/hop-${hop}`, (_request, response) => response.writeHead(301, { location }).end('moved'));
    }
    assert.equal(await textOf({ url: server.url('/hop-5') }), LIST);
    server.on('/loop', (_request, response) => response.writeHead(307, { location: '/loop' }).end());
    const before = server.requests.length;
    await fails({ url: server.url('/loop') }, 'answer', /more than 5 redirects/);
    assert.equal(server.requests.length - before, 6);
  });

  test('follows a redirect to another host by the same lookup', async () => {
    const location = server.url('/list').replace('lists.', 'mirror.');
    server.on('/elsewhere', (_request, response) => response.writeHead(308, { location }).end());
    server.publish('/list', LIST);
    assert.equal(await textOf({ url: server.url('/elsewhere') }), LIST);
    assert.equal(server.lookedUp.at(-1), 'mirror.example.org');
  });

  test('never leaves https, and no redirect leads to this machine without it', async () => {
    const plain = /leads to http:.*which is not https/;
    await fails({ url: 'http://lists.example.org/list' }, 'answer', plain);
    await fails({ url: 'ftp://lists.example.org/list' }, 'answer', /not https/);
    for (const location of ['http://lists.example.org/list', 'http://127.0.0.1:9/list', 'file:///etc/hosts']) {
      server.on('/downgrade', (_request, response) => response.writeHead(302, { location }).end());
      await fails({ url: server.url('/downgrade') }, 'answer', /which is not https/);
    }
    for (const location of ['https://', undefined]) {
      const headers = location === undefined ? {} : { location };
      server.on('/nowhere', (_request, response) => response.writeHead(302, headers).end());
      await fails({ url: server.url('/nowhere') }, 'answer', /redirect/);
    }
  });

  test('may be plain http where the configured URL names this machine', async () => {
    const plain = await startPlainListServer();
    try {
      plain.publish('/list', LIST);
      assert.equal(await textOf({ url: plain.url('/list') }), LIST);
      assert.equal(await textOf({ url: plain.url('/list').replace('127.0.0.1', 'localhost') }), LIST);
      plain.on('/out', (_request, response) => response.writeHead(302, { location: server.url('/list') }).end());
      server.publish('/list', LIST);
      assert.equal(await textOf({ url: plain.url('/out') }), LIST);
    } finally {
      await plain.close();
    }
  });

  test('unpacks gzip and br, and tells the octets that came over the wire', async () => {
    for (const [coding, packed] of [
      ['gzip', gzipSync(LIST.repeat(1000))],
      ['br', brotliCompressSync(LIST.repeat(1000))],
    ] as const) {
      server.on('/packed', (_request, response) => response.writeHead(200, { 'content-encoding': coding }).end(packed));
      let received = 0;
      const onReceived = (bytes: number): void => {
        received = bytes;
      };
      assert.equal(await textOf({ url: server.url('/packed'), onReceived }), LIST.repeat(1000));
      assert.equal(received, packed.length);
    }
  });

  test('is ended when it unpacks to more than the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, 'a.example\n'));
    server.on('/bomb', (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    await fails(
      { url: server.url('/bomb'), limits: { maxBytes: 1_000_000 } },
      'too-large',
      /larger than 1000000 octets/,
    );
  });

  test('is ended when it is larger than the limit, announced or not', async () => {
    const large = 'a'.repeat(200_000);
    const limits = { maxBytes: 100_000 };
    server.on('/large', (_request, response) => response.writeHead(200, { 'content-length': large.length }).end(large));
    await fails({ url: server.url('/large'), limits }, 'too-large', /larger than 100000 octets/);
    server.on('/large', (_request, response) => {
      response.write(large);
      response.end();
    });
    await fails({ url: server.url('/large'), limits }, 'too-large', /larger than 100000 octets/);
  });

  test('damaged and unknown compression is a failure', async () => {
    const packed = gzipSync(LIST.repeat(1000));
    const answers: [string, Uint8Array, ListFailureKind, RegExp][] = [
      ['gzip', Buffer.from('not gzip at all'), 'garbage', /compression is damaged/],
      ['gzip', packed.subarray(0, packed.length - 12), 'garbage', /compression is damaged/],
      ['br', Buffer.from('not brotli at all'), 'garbage', /compression is damaged/],
      ['zstd', packed, 'answer', /content coding "zstd"/],
      ['gzip, gzip', packed, 'answer', /content coding "gzip, gzip"/],
    ];
    for (const [coding, content, kind, reason] of answers) {
      server.on('/damaged', (_request, response) =>
        response.writeHead(200, { 'content-encoding': coding }).end(content),
      );
      await fails({ url: server.url('/damaged') }, kind, reason);
    }
  });

  for (const status of [204, 206, 400, 403, 404, 429, 500, 503]) {
    test(`status ${status} is a failure that names it`, async () => {
      server.on('/status', (_request, response) => response.writeHead(status).end());
      const reason = new RegExp(`lists\\.example\\.org:\\d+ answered with HTTP status ${status}`);
      await fails({ url: server.url('/status') }, 'answer', reason);
    });
  }

  for (const [retryAfter, milliseconds] of [
    ['600', 600_000],
    ['99999999', 86_400_000],
    ['soon', undefined],
    [new Date(0).toUTCString(), 0],
  ] as const)
    test(`a server that says "Retry-After: ${retryAfter}" is left alone for ${milliseconds} ms`, async () => {
      server.on('/busy', (_request, response) => response.writeHead(429, { 'retry-after': retryAfter }).end());
      await assert.rejects(ask({ url: server.url('/busy') }), { retryAfterMilliseconds: milliseconds });
    });

  test('is ended when nothing arrives, before and amid the content', async () => {
    const limits = { idleMilliseconds: 100 };
    server.on('/silent', () => undefined);
    await fails({ url: server.url('/silent'), limits }, 'network', /nothing was received/);
    server.on('/stalled', (_request, response) => response.writeHead(200).write(LIST));
    await fails({ url: server.url('/stalled'), limits }, 'network', /nothing was received/);
  });

  test('is ended at the total time however busily it dribbles', async () => {
    server.on('/dribble', (_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('a'), 10);
      response.on('close', () => clearInterval(timer));
    });
    await fails({ url: server.url('/dribble'), limits: { totalMilliseconds: 200 } }, 'network', /took longer than/);
  });

  test('a transfer that is cut is a failure, with and without an announced length', async () => {
    server.on('/cut', (_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write(LIST, () => response.destroy());
    });
    await fails({ url: server.url('/cut') }, 'network', /cut|early/);
    server.on('/cut', (_request, response) => {
      response.writeHead(200);
      response.write(LIST, () => response.destroy());
    });
    await fails({ url: server.url('/cut') }, 'network', /cut|early/);
  });

  test('a connection that is refused, a name that does not exist and a lookup that fails are told apart', async () => {
    const unused = await startPlainListServer();
    const closedPort = new URL(unused.url('/')).port;
    await unused.close();
    await fails({ url: `https://lists.example.org:${closedPort}/` }, 'network', /refused \(ECONNREFUSED\)/);
    await fails({ url: 'https://lists.example.net/' }, 'network', /host name does not exist \(ENOTFOUND\)/);
    const lookup: LookupFunction = (_name, _options, callback) => callback(new Error('no upstream can be reached'), []);
    await fails({ url: server.url('/list'), lookup }, 'network', /no upstream can be reached/);
  });

  test('a certificate for another name is a failure', async () => {
    const url = server.url('/list').replace('lists.', 'other.');
    await fails({ url }, 'network', /certificate .* another name/);
  });

  test('ends at once when it is told to, with that reason', async () => {
    const controller = new AbortController();
    server.on('/endless', (_request, response) => {
      response.writeHead(200).write(LIST);
    });
    const reason = new ListFailure('network', 'the network changed');
    const onReceived = (): void => controller.abort(reason);
    await fails(
      { url: server.url('/endless'), signal: controller.signal, onReceived },
      'network',
      /the network changed/,
    );
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
