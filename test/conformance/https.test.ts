// Section H over the wire: DNS over HTTPS.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { connectHttp2, connectTcp, connectTls, type HttpReply, requestHttp2 } from '../fixtures/listener-clients.ts';
import { FLAG, FRAME } from '../../src/http2/frame.ts';
import { headers, settings } from '../fixtures/http2-frames.ts';
import { soa } from '../scenarios/conversation.ts';
import { gatewayUnderTest } from './gateway.ts';
import { DNS_MESSAGE, getTarget, requestHttps } from './https-request.ts';
import { answersOf, decoded, header, query, RCODE, rcodeOf, wireName } from './messages.ts';
import { conformsWith, HTTPS } from './over-transports.ts';
import { ANY_TYPE } from './scripted-answers.ts';

const stage = gatewayUnderTest({ extra: '[access]\nencrypted = ["127.0.0.1"]\nplain = ["any"]' });
const conforms = conformsWith(stage);
const POST = { method: 'POST', target: '/dns-query', headers: { 'content-type': DNS_MESSAGE } };

function assertAnswer(reply: HttpReply, name: string): void {
  assert.equal(reply.status, 200);
  assert.equal(reply.headers['content-type'], DNS_MESSAGE);
  assert.deepEqual(answersOf(reply.body), [`${name} A "192.0.2.1"`]);
}

conforms(
  'H01',
  HTTPS,
  'GET with base64url is answered, with "=" behind it too',
  async ({ t, transport, name, stage }) => {
    for (const dropped of [0, 1, 2]) {
      const shorter = name.slice(dropped);
      const message = query({ name: shorter, id: 0 });
      const target = getTarget(message);
      assertAnswer(await requestHttps(t, stage, transport, { target }), shorter);
      const padded = message.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
      assertAnswer(await requestHttps(t, stage, transport, { target: `/dns-query?dns=${padded}` }), shorter);
    }
  },
);

conforms('H02', HTTPS, 'POST needs its media type', async ({ t, transport, name, stage }) => {
  const body = query({ name });
  assertAnswer(await requestHttps(t, stage, transport, { ...POST, body }), name);
  const parameters = { 'content-type': `${DNS_MESSAGE}; charset=none` };
  assertAnswer(await requestHttps(t, stage, transport, { ...POST, headers: parameters, body }), name);
  for (const headers of [{ 'content-type': 'application/json' }, { 'content-type': 'text/plain' }, {}]) {
    assert.equal((await requestHttps(t, stage, transport, { ...POST, headers, body })).status, 415);
  }
});

conforms(
  'H03',
  HTTPS,
  'a dns parameter that is missing, empty, undecodable or too short is 400',
  async ({ t, transport, stage }) => {
    for (const target of [
      '',
      '?',
      '?dns',
      '?dns=',
      '?dns=AAAB',
      '?dns=A',
      '?dns=%00',
      '?dns=!!!!!!!!!!!!!!!!!!!!',
      '?other=1',
    ]) {
      assert.equal((await requestHttps(t, stage, transport, { target: `/dns-query${target}` })).status, 400, target);
    }
  },
);

conforms(
  'H04',
  HTTPS,
  'other methods are 405 with Allow; HEAD is GET without a body',
  async ({ t, transport, name, stage }) => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const { status, headers } = await requestHttps(t, stage, transport, { method, name });
      assert.equal(status, 405, method);
      assert.match(String(headers.allow), /GET.*POST/);
    }
    const { status, headers, body } = await requestHttps(t, stage, transport, { method: 'HEAD', name });
    assert.deepEqual([status, headers['content-type'], body.length], [200, DNS_MESSAGE, 0]);
  },
);

conforms('H05', HTTPS, 'another path is 404 and nothing is asked', async ({ t, transport, name, stage, upstream }) => {
  const message = query({ name }).toString('base64url');
  for (const path of ['/', '/dns-query/', '/dns-querys', '/DNS-QUERY', '/resolve', '/.well-known/dns-query']) {
    assert.equal((await requestHttps(t, stage, transport, { target: `${path}?dns=${message}` })).status, 404, path);
  }
  assert.equal((await requestHttps(t, stage, transport, { ...POST, target: '/', body: query({ name }) })).status, 404);
  // The path comes first: method and media type do not matter there.
  assert.equal((await requestHttps(t, stage, transport, { method: 'PUT', target: '/' })).status, 404);
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms(
  'H06',
  HTTPS,
  'a body above 65,535 octets is 413, a target above 8,192 characters 414',
  async ({ t, transport, name, stage }) => {
    const largest = Buffer.concat([query({ name }), Buffer.alloc(65_535)]).subarray(0, 65_535);
    assertAnswer(await requestHttps(t, stage, transport, { ...POST, body: largest }), name);
    const body = Buffer.concat([largest, Buffer.alloc(1)]);
    assert.equal((await requestHttps(t, stage, transport, { ...POST, body })).status, 413);
    const announced = { ...POST.headers, 'content-length': '65536' };
    assert.equal((await requestHttps(t, stage, transport, { ...POST, headers: announced, body })).status, 413);
    const target = `/dns-query?dns=${'A'.repeat(8192)}`;
    assert.equal((await requestHttps(t, stage, transport, { target })).status, 414);
  },
);

conforms('H07', HTTPS, 'DNS errors are HTTP 200', async ({ t, transport, name, stage, upstream }) => {
  upstream.answer(`no.${name}`, 'A', { rcode: RCODE.NXDOMAIN });
  upstream.answer(`broken.${name}`, 'A', { rcode: RCODE.SERVFAIL });
  const cases = [
    [RCODE.NXDOMAIN, query({ name: `no.${name}` })],
    [RCODE.SERVFAIL, query({ name: `broken.${name}` })],
    [RCODE.REFUSED, query({ name, flags: 0 })],
    [RCODE.FORMERR, query({ name, counts: [2, 0, 0, 0] })],
    [RCODE.NOTIMP, query({ name, flags: 0x2100 })],
  ] as const;
  for (const [rcode, body] of cases) {
    const reply = await requestHttps(t, stage, transport, { ...POST, body });
    assert.equal(reply.status, 200);
    assert.equal(rcodeOf(reply.body), rcode);
  }
});

conforms(
  'H08',
  HTTPS,
  'max-age is what is left of the smallest TTL, and nothing for failures',
  async ({ t, transport, name, stage, upstream }) => {
    const a = (owner: string, ttl: number) => ({ type: 'A' as const, name: owner, ttl, data: '192.0.2.1' });
    upstream.answer(name, 'A', {
      answers: [{ type: 'CNAME', name, ttl: 77, data: `to.${name}` }, a(`to.${name}`, 300)],
    });
    upstream.answer(`no.${name}`, 'A', { rcode: RCODE.NXDOMAIN, authorities: [soa('example.org', 600, 55)] });
    upstream.answer(`broken.${name}`, 'A', { rcode: RCODE.SERVFAIL });
    const maxAgeOf = async (name: string): Promise<[number, HttpReply]> => {
      const reply = await requestHttps(t, stage, transport, { name });
      return [Number(/^max-age=(\d+)$/.exec(String(reply.headers['cache-control']))?.[1]), reply];
    };
    for (const round of ['fetched', 'cached']) {
      const [maxAge, { body }] = await maxAgeOf(name);
      const ttls = decoded(body).packet.answers!.map((record) => ('ttl' in record ? Number(record.ttl) : -1));
      assert.equal(maxAge, Math.min(...ttls), round);
      assert.ok(maxAge > 40 && maxAge <= 77, round);
      const [negative] = await maxAgeOf(`no.${name}`);
      assert.ok(negative > 20 && negative <= 55, round);
      assert.equal((await maxAgeOf(`broken.${name}`))[0], 0, round);
    }
    // What is in the cache ages.
    for (const [asked, first] of [
      [name, 77],
      [`no.${name}`, 55],
    ] as const) {
      let [maxAge, reply] = await maxAgeOf(asked);
      const deadline = performance.now() + 10_000;
      while (maxAge === first && performance.now() < deadline) {
        await setTimeout(200);
        [maxAge, reply] = await maxAgeOf(asked);
      }
      assert.ok(maxAge < first, `${maxAge} of ${first} s`);
      const { answers = [], authorities = [] } = decoded(reply.body).packet;
      const ttls = [...answers, ...authorities].map((record) => ('ttl' in record ? Number(record.ttl) : -1));
      assert.equal(maxAge, Math.min(...ttls));
    }
  },
);

conforms(
  'H09',
  HTTPS,
  'ID 0 is echoed, and every query upstream has it',
  async ({ t, transport, name, stage, upstream }) => {
    const { body } = await requestHttps(t, stage, transport, { name });
    assert.equal(body.readUInt16BE(0), 0);
    await requestHttps(t, stage, transport, { ...POST, body: query({ name: `other.${name}`, id: 0x1234 }) });
    assert.deepEqual(
      upstream.queries.filter((query) => query.readUInt16BE(0) !== 0),
      [],
    );
    assert.equal(upstream.queriesFor(`other.${name}`).length, 1);
  },
);

conforms(
  'H10',
  HTTPS,
  'HTTP/2 is chosen where offered, HTTP/1.1 where it or nothing is',
  async ({ t, transport, name, stage }) => {
    assertAnswer(await requestHttps(t, stage, transport, { name }), name);
    const expected =
      transport === 'doh' ? ([['http/1.1', 'h2'], 'h2'] as const) : ([['http/1.1'], 'http/1.1'] as const);
    const socket = await connectTls(stage.doh, { ...stage.trust, ALPNProtocols: [...expected[0]] });
    socket.destroy();
    assert.equal(socket.alpnProtocol, expected[1]);
  },
);

conforms('H11', HTTPS, 'Accept decides: our media type, or 406', async ({ t, transport, name, stage }) => {
  for (const accept of [undefined, '*/*', 'application/*', DNS_MESSAGE, `application/dns-json, ${DNS_MESSAGE};q=0.5`]) {
    const headers = accept === undefined ? {} : { accept };
    assertAnswer(await requestHttps(t, stage, transport, { name, headers }), name);
  }
  for (const accept of ['application/dns-json', 'text/html', `*/*, ${DNS_MESSAGE};q=0`]) {
    assert.equal((await requestHttps(t, stage, transport, { name, headers: { accept } })).status, 406, accept);
  }
});

conforms('H12', HTTPS, 'responses say nothing but the answer', async ({ t, transport, name, stage }) => {
  const usual = ['cache-control', 'content-length', 'content-type'];
  // What HTTP itself adds.
  const ofHttp = [':status', 'connection', 'date', 'keep-alive'];
  const { headers } = await requestHttps(t, stage, transport, { name, headers: { origin: 'https://example.com' } });
  assert.deepEqual(
    Object.keys(headers)
      .filter((field) => !ofHttp.includes(field))
      .sort(),
    usual,
  );
});

const PLUS_AND_SLASH = Buffer.concat([Buffer.of(3, 0xfb, 0xff, 0xbf), wireName('example.org')]);

conforms(
  'H14',
  HTTPS,
  'odd parameters are 400 or answered right, each time alike',
  async ({ t, transport, stage, upstream, name }) => {
    const asked = query({ name });
    const plain = asked.toString('base64url');
    const odd = query({ name: PLUS_AND_SLASH });
    assert.match(odd.toString('base64'), /[+/]/);
    const record = Buffer.from('c00c000100010000003c0004c0000201', 'hex');
    const answer = Buffer.concat([header(0, 0x8180, [1, 1, 0, 0]), odd.subarray(12), record]);
    upstream.answer(`${PLUS_AND_SLASH.subarray(1, 4).toString('latin1')}.example.org`, 'A', answer);
    const right = [
      [`dns=${plain}%3D%3d`, asked],
      [`dns=${plain}%3d`, asked],
      [`a=1&dns=${plain}`, asked],
      [`dns=${plain}&ddns=x`, asked],
      [`dns=${odd.toString('base64url')}`, odd],
    ] as const;
    const wrong = [
      `dns=${plain}&dns=${plain}`,
      `dns=${plain}&dns=`,
      `dns=%41${plain.slice(1)}`,
      `DNS=${plain}`,
      `dns=${odd.toString('base64').replaceAll('=', '')}`,
      `dns=${plain}#fragment`,
    ];
    for (let round = 0; round < 2; round++) {
      for (const [text, message] of right) {
        const { status, body } = await requestHttps(t, stage, transport, { target: `/dns-query?${text}` });
        assert.deepEqual([status, rcodeOf(body), body.readUInt16BE(6)], [200, RCODE.NOERROR, 1], text);
        assert.deepEqual(body.subarray(12, message.length), message.subarray(12), text);
      }
      for (const text of wrong)
        assert.equal((await requestHttps(t, stage, transport, { target: `/dns-query?${text}` })).status, 400, text);
    }
    assert.equal(upstream.queriesFor(name).length, 1);
  },
);

conforms(
  'H15',
  ['doh'],
  'a hundred streams at once are announced, and the next is refused',
  async ({ t, name, stage, upstream }) => {
    let release = (): void => {};
    upstream.answer(name, ANY_TYPE, (request) => {
      release = () => request.reply({ ':status': 500 });
    });
    const socket = await connectTls(stage.doh, { ...stage.trust, ALPNProtocols: ['h2'] });
    t.after(() => socket.destroy());
    socket.on('error', () => {});
    const fields = {
      ':method': 'GET',
      ':scheme': 'https',
      ':authority': 'localhost',
      ':path': getTarget(query({ name })),
    };
    const streams = Array.from({ length: 101 }, (_unused, index) => headers(2 * index + 1, fields, FLAG.END_STREAM));
    socket.write(Buffer.concat([Buffer.from(PREFACE), settings(), ...streams]));
    let announced: number | undefined;
    let received = Buffer.alloc(0);
    reading: for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk]);
      for (let length = frameLength(received); received.length >= length; length = frameLength(received)) {
        const [type, flags, stream] = [received[3]!, received[4]!, received.readUInt32BE(5)];
        const payload = received.subarray(9, length);
        received = received.subarray(length);
        if (type === FRAME.SETTINGS && flags === 0) announced = settingIn(payload, MAX_CONCURRENT_STREAMS);
        if (type !== FRAME.RST_STREAM) continue;
        assert.deepEqual([stream, payload.readUInt32BE(0)], [201, REFUSED_STREAM]);
        break reading;
      }
    }
    release();
    assert.equal(announced, 100);
  },
);

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const MAX_CONCURRENT_STREAMS = 3;
const REFUSED_STREAM = 7;

function frameLength(octets: Buffer): number {
  return octets.length < 9 ? Number.POSITIVE_INFINITY : 9 + octets.readUIntBE(0, 3);
}

function settingIn(payload: Buffer, identifier: number): number | undefined {
  for (let offset = 0; offset < payload.length; offset += 6) {
    if (payload.readUInt16BE(offset) === identifier) return payload.readUInt32BE(offset + 2);
  }
  return undefined;
}

conforms('H16', HTTPS, 'forwarding headers make nobody somebody else', async ({ t, transport, name, stage }) => {
  const headers = { 'x-forwarded-for': '192.0.2.99', forwarded: 'for=192.0.2.99', 'x-real-ip': '192.0.2.99' };
  const { body } = await requestHttps(t, stage, transport, { name, headers });
  assert.equal(rcodeOf(body), RCODE.NOERROR);
});

conforms('H16', ['doh'], '[access] holds for DoH', async ({ t, name, stage, upstream }) => {
  const session = await connectHttp2(stage.doh, { ...stage.trust, localAddress: '127.0.0.9' } as never);
  session.on('error', () => {});
  t.after(() => session.destroy());
  const headers = { ':path': getTarget(query({ name })), 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1' };
  const { status, body } = await requestHttp2(session, headers);
  assert.deepEqual([status, rcodeOf(body)], [200, RCODE.REFUSED]);
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms('H17', HTTPS, 'an oblivious query is 415', async ({ t, transport, stage }) => {
  const headers = { 'content-type': 'application/oblivious-dns-message' };
  assert.equal((await requestHttps(t, stage, transport, { ...POST, headers, body: Buffer.alloc(100) })).status, 415);
});

conforms(
  'H18',
  HTTPS,
  'the same GET gets the same body but for TTLs, and no Vary',
  async ({ t, transport, name, stage }) => {
    const replies: HttpReply[] = [];
    for (let count = 0; count < 3; count++) replies.push(await requestHttps(t, stage, transport, { name }));
    const bodies = replies.map(({ body }) => {
      const same = Buffer.from(body);
      // The one record's TTL, behind header, question and owner.
      same.writeUInt32BE(0, 12 + wireName(name).length + 4 + 2 + 4);
      return same.toString('hex');
    });
    assert.equal(new Set(bodies).size, 1);
    assert.deepEqual(
      replies.map(({ headers }) => headers.vary),
      [undefined, undefined, undefined],
    );
  },
);

test('H19 plain HTTP on the port of DoH gets no HTTP response', async (t) => {
  const socket = await connectTcp(stage.doh);
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(`GET ${getTarget(query({ name: 'plain.example.org' }))} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  await once(socket, 'end');
  assert.doesNotMatch(Buffer.concat(chunks).toString('latin1'), /HTTP|200/);
  assert.deepEqual(stage.upstream.queriesFor('plain.example.org'), []);
});
