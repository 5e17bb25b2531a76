// Scenarios: servers that say nothing. Every question ends in time, memory stays bounded, and another address takes over (row 4).

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { startBreakableLink } from '../peers/breakable-link.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { answerTo } from '../peers/scripted-doh-server.ts';
import { scriptedUpstream, watchedUpstream } from '../peers/scripted-upstream.ts';

/** A third of the real times: with less, a machine whose host takes half of it away fails what is right. */
const QUICK = {
  deadlineMilliseconds: 1_200,
  nextTryMilliseconds: 300,
  connectMilliseconds: 800,
  probeMilliseconds: 150,
  staleMilliseconds: 1_500,
} as const;

const FOREVER = 1_000_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('a server that never answers', () => {
  test('is a timeout after the deadline', async (t) => {
    const { servers, ask } = await scriptedUpstream(t, { limits: QUICK });
    servers[0]!.respond = () => {};
    const outcome = await ask();
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, 'timeout');
    assert.match(outcome.detail, /no answer within 1\.2 s/);
  });

  test('is helped by the next address, which is asked without waiting for the end', async (t) => {
    const limits = { ...QUICK, deadlineMilliseconds: FOREVER };
    const { servers, ask } = await scriptedUpstream(t, { servers: 2, limits });
    servers[0]!.respond = () => {};
    assert.ok((await ask()).ok);
    assert.equal(servers[1]!.requests.length, 1);
  });

  test('costs the time once: the next question goes straight to the address that works', async (t) => {
    const { servers, ask } = await scriptedUpstream(t, { servers: 2, limits: QUICK });
    servers[0]!.respond = () => {};
    assert.ok((await ask('first.example.org')).ok);
    const asked = servers[0]!.requests.length;
    assert.ok((await ask('second.example.org')).ok);
    const later = servers[0]!.requests.slice(asked).filter(({ query }) => query.includes('second'));
    assert.equal(later.length, 0);
  });

  test('C14 is asked at most three times, and each stream is given up', async (t) => {
    const { servers, ask } = await scriptedUpstream(t, { servers: 4, limits: QUICK });
    for (const server of servers) server.respond = () => {};
    assert.ok(!(await ask()).ok);
    const requests = servers.flatMap((server) => server.requests.filter(({ query }) => query.includes('www')));
    assert.equal(requests.length, 3);
    await Promise.all(
      requests.map(({ stream }) => stream.closed || new Promise((resolve) => stream.once('close', resolve))),
    );
  });

  test('holds no more than the limit; the rest fails at once', async (t) => {
    const limits = { exchangesInFlight: 50, streamsPerConnection: 10, deadlineMilliseconds: 1500 };
    const { servers, ask, upstream } = await scriptedUpstream(t, { limits });
    servers[0]!.respond = () => {};
    const pending = Array.from({ length: 50 }, (_, index) => ask(`n${index}.example.org`));
    const outcome = await ask('one.too.many.example.org');
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, 'overloaded');
    assert.match(outcome.detail, /50 questions are waiting already/);
    await upstream.close();
    assert.ok((await Promise.all(pending)).every((one) => !one.ok));
  });

  test('leaves no memory behind, however long it goes on', async (t) => {
    // Failures count as stale at once, so that every question is really sent.
    const limits = { ...QUICK, deadlineMilliseconds: 150, nextTryMilliseconds: 50, staleMilliseconds: -1 };
    const { servers, ask } = await scriptedUpstream(t, { servers: 2, limits });
    let asked = 0;
    for (const server of servers) {
      server.respond = () => {
        asked++;
        server.requests.length = 0;
        server.sessions.length = 0;
      };
    }
    const heapAfter = async (requests: number): Promise<number> => {
      while (asked < requests)
        await Promise.all(Array.from({ length: 100 }, (_, index) => ask(`n${index}.example.org`)));
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const settled = await heapAfter(1_500);
    const last = await heapAfter(4_500);
    assert.ok(last < settled + 2_000_000, `heap grew from ${settled} to ${last} octets`);
  });
});

describe('a name that takes long', () => {
  test('is answered by the first try when that comes in time', async (t) => {
    const { servers, ask, events } = await scriptedUpstream(t, { servers: 2, limits: QUICK });
    for (const server of servers) {
      server.respond = ({ query, answer }) => setTimeout(() => answer(answerTo(query)), 600).unref();
    }
    assert.ok((await ask()).ok);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['up'],
    );
  });

  test('does not condemn the address: others are answered meanwhile and the connection is kept', async (t) => {
    const { servers, ask, events } = await scriptedUpstream(t, { limits: QUICK });
    const server = servers[0]!;
    server.respond = ({ query, answer }) => {
      if (!query.includes('slow')) answer(answerTo(query));
    };
    const slow = ask('slow.example.org');
    let asking = true;
    const others = (async () => {
      for (let index = 0; asking; index++) assert.ok((await ask(`n${index}.example.org`)).ok);
    })();
    const outcome = await slow;
    asking = false;
    await others;
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, 'timeout');
    assert.equal(server.sessions.length, 1);
    assert.equal(events.length, 1);
  });

  test('several times in a row has the server probed, and not reported down', async (t) => {
    const { servers, ask, events } = await scriptedUpstream(t, { limits: QUICK });
    const server = servers[0]!;
    server.respond = ({ query, answer }) => {
      if (!query.includes('slow')) answer(answerTo(query));
    };
    for (let count = 0; count < 4; count++) assert.ok(!(await ask('slow.example.org')).ok);
    assert.ok((await ask('quick.example.org')).ok);
    assert.ok(
      server.requests.some(({ query }) => query[12] === 0),
      'it was probed',
    );
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['up'],
    );
  });
});

test('a pause of the whole process is not held against the server', async (t) => {
  const certificate = makeCertificate({ names: [PEER_HOST_NAME] });
  t.after(() => certificate.remove());
  const { certPem, keyPem } = certificate;
  const thread = new Worker(new URL('../peers/scripted-doh-server-thread.ts', import.meta.url), {
    workerData: { certPem, keyPem },
  });
  t.after(() => thread.terminate());
  const [port] = (await once(thread, 'message')) as [number];
  const url = `https://${PEER_HOST_NAME}:${port}/dns-query`;
  const settings = { name: PEER_HOST_NAME, url, addresses: ['127.0.0.1'], caPem: certificate.caPem };
  const { ask } = watchedUpstream(t, [{ ...settings, maxQueriesPerSecond: undefined }], {
    limits: { nextTryMilliseconds: 600, deadlineMilliseconds: 1_000 },
  });
  assert.ok((await ask()).ok);
  const asked = ask();
  // The question leaves with this turn of the event loop; the answer comes while nothing runs here.
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500));
  assert.ok((await asked).ok);
  thread.postMessage('how many?');
  const [counts] = await once(thread, 'message');
  assert.deepEqual(counts, { connections: 1, requests: 2 });
});

describe('a link that swallows everything', () => {
  test('under an open connection is noticed and replaced, on the only address too', async (t) => {
    const { servers, settings } = await scriptedUpstream(t);
    const link = await startBreakableLink(servers[0]!.port);
    t.after(() => link.stop());
    const url = `https://dns.example.org:${link.port}/dns-query`;
    const limits = { ...QUICK, deadlineMilliseconds: FOREVER };
    const { ask, events } = watchedUpstream(t, [{ ...settings, url }], { limits });
    assert.ok((await ask()).ok);
    link.freeze();
    link.mend();
    assert.ok((await ask()).ok, 'the dead connection was not waited for');
    assert.equal(link.connections, 2);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['up'],
    );
  });

  test('before TLS is up is a failed connection after its time, and another address answers', async (t) => {
    const { servers, settings } = await scriptedUpstream(t);
    const port = servers[0]!.port;
    const link = await startBreakableLink(port, '127.0.0.2', port);
    t.after(() => link.stop());
    link.freeze();
    const limits = { ...QUICK, deadlineMilliseconds: FOREVER };
    const { ask } = watchedUpstream(t, [{ ...settings, addresses: ['127.0.0.2', '127.0.0.1'] }], { limits });
    assert.ok((await ask()).ok);
    assert.equal(servers[0]!.requests.length, 1);
  });
});

test('the third try goes to another server, so that one provider cannot cost all of them', async (t) => {
  const first = await scriptedUpstream(t, { servers: 4 });
  const second = await scriptedUpstream(t);
  for (const server of first.servers) server.respond = () => {};
  const limits = { ...QUICK, deadlineMilliseconds: FOREVER };
  const { ask } = watchedUpstream(t, [first.settings, { ...second.settings, name: 'second' }], { limits });
  const outcome = await ask();
  assert.ok(outcome.ok);
  assert.equal(outcome.server, 'second');
  const asked = first.servers.flatMap((server) => server.requests.filter(({ query }) => query.includes('www')));
  assert.equal(asked.length, 2);
});

test('a budget per second holds, and says so', async (t) => {
  const { servers, settings } = await scriptedUpstream(t);
  let now = 0;
  const limited = { ...settings, maxQueriesPerSecond: 20 };
  const { ask } = watchedUpstream(t, [limited], { clock: () => now, shareOfRate: 0.5 });
  const burst = await Promise.all(Array.from({ length: 15 }, (_, index) => ask(`n${index}.example.org`)));
  assert.equal(burst.filter((outcome) => outcome.ok).length, 10);
  const refused = burst.find((outcome) => !outcome.ok)!;
  assert.ok(!refused.ok);
  assert.equal(refused.code, 'overloaded');
  assert.match(refused.detail, /max_queries_per_second/);
  now += 500;
  const later = await Promise.all(Array.from({ length: 10 }, (_, index) => ask(`m${index}.example.org`)));
  assert.equal(later.filter((outcome) => outcome.ok).length, 5);
  assert.equal(servers[0]!.requests.length, 15);
});
