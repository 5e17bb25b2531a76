// Scenarios: what an upstream answers, and which of it counts (RFC 8484; standards rows 11, 20, 28, 29).

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { answerTo, refusalOf, type ScriptedRequest } from '../peers/scripted-doh-server.ts';
import { queryFor, scriptedUpstream } from '../peers/scripted-upstream.ts';

const DNS_MESSAGE = { ':status': 200, 'content-type': 'application/dns-message' };

/** Its record a thousand times. */
function largeAnswerTo(query: Uint8Array): Buffer {
  const small = answerTo(query);
  const record = small.subarray(-16);
  const large = Buffer.concat([small, ...Array<Buffer>(999).fill(record)]);
  large.writeUInt16BE(1000, 6);
  return large;
}

/** The answer with one octet changed. */
function changed(message: Buffer, offset: number, value: number): Buffer {
  message[offset] = value;
  return message;
}

const BAD_REPLIES: readonly { what: string; detail: RegExp; respond(request: ScriptedRequest): void }[] = [
  {
    what: 'HTTP status 500',
    detail: /HTTP status 500/,
    respond: ({ query, reply }) => reply({ ...DNS_MESSAGE, ':status': 500 }, answerTo(query)),
  },
  {
    what: 'HTTP status 429',
    detail: /HTTP status 429/,
    respond: ({ reply }) => reply({ ':status': 429, 'retry-after': 60 }),
  },
  {
    what: 'a redirect',
    detail: /HTTP status 307/,
    respond: ({ headers, reply }) => reply({ ':status': 307, location: `https://${headers[':authority']}/elsewhere` }),
  },
  {
    what: 'another media type',
    detail: /not application\/dns-message/,
    respond: ({ query, reply }) => reply({ ':status': 200, 'content-type': 'application/dns-json' }, answerTo(query)),
  },
  {
    what: 'no media type',
    detail: /not application\/dns-message/,
    respond: ({ query, reply }) => reply({ ':status': 200 }, answerTo(query)),
  },
  {
    what: 'the wrong ID (H09)',
    detail: /wrong ID/,
    respond: ({ query, answer }) => answer(changed(answerTo(query), 1, 7)),
  },
  {
    what: 'another name',
    detail: /another question/,
    respond: ({ answer }) => answer(answerTo(queryFor('bank.example.org'))),
  },
  {
    what: 'another type',
    detail: /another question/,
    respond: ({ answer }) => answer(answerTo(queryFor('www.example.org', 28))),
  },
  {
    what: 'the question itself (QR=0)',
    detail: /not a well-formed/,
    respond: ({ query, answer }) => answer(query),
  },
  {
    what: 'TC=1',
    detail: /truncated/,
    respond: ({ query, answer }) => answer(changed(answerTo(query), 2, 0x83)),
  },
  {
    what: 'a record that runs past the end',
    detail: /not a well-formed/,
    respond: ({ query, answer }) => answer(answerTo(query).subarray(0, -1)),
  },
  {
    what: 'an empty body',
    detail: /not a well-formed/,
    respond: ({ answer }) => answer(new Uint8Array(0)),
  },
  {
    what: 'no body at all',
    detail: /not a well-formed/,
    respond: ({ stream }) => stream.respond(DNS_MESSAGE, { endStream: true }),
  },
  {
    what: 'garbage',
    detail: /not a well-formed/,
    respond: ({ answer }) => answer(Buffer.alloc(2000, 0xff)),
  },
  {
    what: 'a compressed body, which was not asked for',
    detail: /not a well-formed/,
    respond: ({ query, reply }) => reply({ ...DNS_MESSAGE, 'content-encoding': 'gzip' }, gzipSync(answerTo(query))),
  },
  {
    what: 'a message announced larger than DNS has',
    detail: /larger than a DNS message/,
    respond: ({ stream }) => stream.respond({ ...DNS_MESSAGE, 'content-length': 65_536 }),
  },
];

describe('a reply that does not count', () => {
  for (const { what, detail, respond } of BAD_REPLIES) {
    test(`${what}: a bad reply`, async (t) => {
      const { servers, ask, upstream } = await scriptedUpstream(t);
      servers[0]!.respond = respond;
      const outcome = await ask();
      assert.ok(!outcome.ok);
      assert.equal(outcome.code, 'bad-reply');
      assert.match(outcome.detail, detail);
      assert.equal(servers[0]!.requests.length, 1, 'asking the same address again is no use');
      // The connection is none the worse for it.
      servers[0]!.respond = ({ query, answer }) => answer(answerTo(query));
      assert.ok((await upstream.exchange(queryFor('next.example.org'))).ok);
      assert.equal(servers[0]!.sessions.length, 1);
    });
  }

  test('is made good by the next address', async (t) => {
    const { servers, ask } = await scriptedUpstream(t, { servers: 2 });
    servers[0]!.respond = ({ reply }) => reply({ ':status': 503 });
    const outcome = await ask();
    assert.ok(outcome.ok);
    assert.deepEqual(Buffer.from(outcome.message), answerTo(servers[1]!.requests[0]!.query));
  });

  test('from every address makes three tries, not more', async (t) => {
    const { servers, ask } = await scriptedUpstream(t, { servers: 4 });
    for (const server of servers) server.respond = ({ reply }) => reply({ ':status': 503 });
    const outcome = await ask();
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, 'bad-reply');
    assert.equal(
      servers.reduce((sum, server) => sum + server.requests.length, 0),
      3,
    );
  });

  test('an endless body is cut off at 65,535 octets', async (t) => {
    const { servers, ask } = await scriptedUpstream(t);
    let written = 0;
    let cutOff = (): void => {};
    const closed = new Promise<void>((resolve) => (cutOff = resolve));
    servers[0]!.respond = ({ stream }) => {
      stream.respond(DNS_MESSAGE);
      const chunk = Buffer.alloc(10_000);
      const write = (): void => {
        while (!stream.destroyed && stream.write(chunk)) written += chunk.length;
      };
      stream.on('drain', write);
      stream.once('close', cutOff);
      write();
    };
    const outcome = await ask();
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, 'bad-reply');
    await closed;
    assert.ok(written < 1_000_000, `the server could write ${written} octets`);
  });
});

describe('a reply that counts', () => {
  for (const [word, rcode] of [
    ['SERVFAIL', 2],
    ['NXDOMAIN', 3],
    ['REFUSED', 5],
  ] as const) {
    test(`${word} is an answer and is relayed`, async (t) => {
      const { servers, ask } = await scriptedUpstream(t, { servers: 2 });
      servers[0]!.respond = ({ query, answer }) => answer(refusalOf(query, rcode));
      const outcome = await ask();
      assert.ok(outcome.ok);
      assert.equal(outcome.message[3]! & 0xf, rcode);
      assert.equal(servers[1]!.requests.length, 0);
    });
  }

  test('a media type with parameters and capitals is fine', async (t) => {
    const { servers, ask } = await scriptedUpstream(t);
    servers[0]!.respond = ({ query, reply }) =>
      reply({ ':status': 200, 'content-type': 'Application/DNS-Message; v=1' }, answerTo(query));
    assert.ok((await ask()).ok);
  });

  test('a body in many small frames is put together', async (t) => {
    const { servers, ask } = await scriptedUpstream(t);
    servers[0]!.respond = ({ query, stream }) => {
      stream.respond(DNS_MESSAGE);
      const octets = [...answerTo(query)];
      const next = (): void => {
        const octet = octets.shift();
        if (octet === undefined) stream.end();
        else stream.write(Buffer.of(octet), () => setImmediate(next));
      };
      next();
    };
    const outcome = await ask();
    assert.ok(outcome.ok);
    assert.deepEqual(Buffer.from(outcome.message), answerTo(queryFor('www.example.org')));
  });

  test('a large body in small frames is put together, and takes no more memory than it has octets', async (t) => {
    const { servers, ask } = await scriptedUpstream(t);
    servers[0]!.respond = ({ query, stream }) => {
      stream.respond(DNS_MESSAGE);
      const octets = largeAnswerTo(query);
      for (let at = 0; at < octets.length; at += 37) stream.write(octets.subarray(at, at + 37));
      stream.end();
    };
    const outcome = await ask();
    assert.ok(outcome.ok);
    assert.deepEqual(Buffer.from(outcome.message), largeAnswerTo(queryFor('www.example.org')));
    assert.ok(outcome.message.buffer.byteLength <= 65_535);
  });

  test('the time in an HTTP cache (Age) is taken off its TTLs', async (t) => {
    const { servers, ask } = await scriptedUpstream(t);
    const ttlOf = async (age: string): Promise<number> => {
      servers[0]!.respond = ({ query, reply }) => reply({ ...DNS_MESSAGE, age }, answerTo(query));
      const outcome = await ask();
      assert.ok(outcome.ok);
      return Buffer.from(outcome.message).readUInt32BE(outcome.message.length - 10);
    };
    assert.equal(await ttlOf('0'), 300);
    assert.equal(await ttlOf('100'), 200);
    assert.equal(await ttlOf('1000'), 0);
    assert.equal(await ttlOf('a while'), 300);
  });

  test('an early 103 response is not the answer', async (t) => {
    const { servers, ask } = await scriptedUpstream(t);
    servers[0]!.respond = ({ query, stream, answer }) => {
      stream.additionalHeaders({ ':status': 103, link: '</style.css>' });
      answer(answerTo(query));
    };
    assert.ok((await ask()).ok);
  });

  test('the request says no more than it must (row 28: no compression)', async (t) => {
    const { servers, ask } = await scriptedUpstream(t);
    await ask();
    const { headers, query } = servers[0]!.requests[0]!;
    assert.deepEqual(Object.fromEntries(Object.entries(headers)), {
      ':authority': `dns.example.org:${servers[0]!.port}`,
      ':method': 'GET',
      ':path': `/dns-query?dns=${Buffer.from(queryFor('www.example.org')).toString('base64url')}`,
      ':scheme': 'https',
      accept: 'application/dns-message',
      'accept-encoding': 'identity',
    });
    assert.deepEqual(query, Buffer.from(queryFor('www.example.org')));
  });

  test('a thousand questions at once share one connection', async (t) => {
    const { servers, ask } = await scriptedUpstream(t);
    const outcomes = await Promise.all(Array.from({ length: 1000 }, (_, index) => ask(`n${index}.example.org`)));
    for (const [index, outcome] of outcomes.entries()) {
      assert.ok(outcome.ok);
      assert.ok(Buffer.from(outcome.message).includes(`n${index}`), 'each got its own answer');
    }
    assert.equal(servers[0]!.sessions.length, 1);
  });
});
