// Scenarios: connections that end under their requests. Queries are safe to repeat, so clients notice nothing.

import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { describe, test } from 'node:test';
import { startBreakableLink } from '../peers/breakable-link.ts';
import { answerTo, type ScriptedServer } from '../peers/scripted-doh-server.ts';
import { scriptedUpstream, watchedUpstream } from '../peers/scripted-upstream.ts';

const TWENTY = Array.from({ length: 20 }, (_, index) => `n${index}.example.org`);

/** Holds the first `count` requests, then calls `then` once; all later ones are answered. */
function holdThen(server: ScriptedServer, count: number, then: () => void): void {
  server.respond = ({ index, query, answer }) => {
    if (index >= count) answer(answerTo(query));
    else if (index === count - 1) then();
  };
}

describe('a connection that ends with twenty questions in flight', () => {
  test('costs none of them: the socket dies', async (t) => {
    const { servers, ask, events } = await scriptedUpstream(t);
    const server = servers[0]!;
    holdThen(server, 20, () => server.sessions[0]!.destroy());
    const outcomes = await Promise.all(TWENTY.map(ask));
    assert.deepEqual(
      outcomes.filter((outcome) => !outcome.ok),
      [],
    );
    assert.equal(server.sessions.length, 2);
    assert.equal(events.length, 1, 'up, and never down');
  });

  test('costs none of them: the socket is reset', async (t) => {
    const { servers, settings } = await scriptedUpstream(t);
    const link = await startBreakableLink(servers[0]!.port);
    t.after(() => link.stop());
    const url = `https://dns.example.org:${link.port}/dns-query`;
    const { ask } = watchedUpstream(t, [{ ...settings, url }]);
    holdThen(servers[0]!, 20, () => link.cut());
    const outcomes = await Promise.all(TWENTY.map(ask));
    assert.deepEqual(
      outcomes.filter((outcome) => !outcome.ok),
      [],
    );
  });

  test('costs none of them: GOAWAY, of which only the first question is still answered', async (t) => {
    const { servers, ask } = await scriptedUpstream(t);
    const server = servers[0]!;
    holdThen(server, 20, () => {
      const { session, stream, answer, query } = server.requests[0]!;
      session.goaway(constants.NGHTTP2_NO_ERROR, stream.id!);
      answer(answerTo(query));
    });
    const outcomes = await Promise.all(TWENTY.map(ask));
    assert.deepEqual(
      outcomes.filter((outcome) => !outcome.ok),
      [],
    );
  });

  test('costs none of them: one GOAWAY after the other', async (t) => {
    const { servers, ask } = await scriptedUpstream(t, { servers: 2 });
    const server = servers[0]!;
    server.respond = ({ session }) => session.goaway(constants.NGHTTP2_NO_ERROR, 0);
    const outcomes = await Promise.all(TWENTY.map(ask));
    assert.deepEqual(
      outcomes.filter((outcome) => !outcome.ok),
      [],
    );
  });

  test('costs none of them: a graceful close lets them finish', async (t) => {
    const { servers, ask } = await scriptedUpstream(t);
    const server = servers[0]!;
    server.respond = ({ index, query, answer, session }) => {
      if (index === 19) session.close();
      setImmediate(() => answer(answerTo(query)));
    };
    const outcomes = await Promise.all(TWENTY.map(ask));
    assert.deepEqual(
      outcomes.filter((outcome) => !outcome.ok),
      [],
    );
    assert.ok((await ask()).ok);
  });

  test('is repeated on the next address where there is one', async (t) => {
    const { servers, ask } = await scriptedUpstream(t, { servers: 2 });
    servers[0]!.respond = ({ session }) => session.destroy();
    const outcome = await ask();
    assert.ok(outcome.ok);
    assert.equal(servers[1]!.requests.length, 1);
  });
});

describe('a stream that is reset', () => {
  for (const code of ['NGHTTP2_REFUSED_STREAM', 'NGHTTP2_CANCEL', 'NGHTTP2_INTERNAL_ERROR'] as const) {
    test(`with ${code} is repeated, and the connection kept`, async (t) => {
      const { servers, ask } = await scriptedUpstream(t);
      servers[0]!.respond = ({ index, query, stream, answer }) => {
        if (index === 0) stream.close(constants[code]);
        else answer(answerTo(query));
      };
      assert.ok((await ask()).ok);
      assert.equal(servers[0]!.sessions.length, 1);
    });
  }

  test('every time ends in a failure after a bounded number of requests', async (t) => {
    const { servers, ask } = await scriptedUpstream(t);
    servers[0]!.respond = ({ stream }) => stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    const outcome = await ask();
    assert.ok(!outcome.ok);
    assert.equal(servers[0]!.requests.length, 2);
  });
});

describe('an idle connection', () => {
  test('that the server closes is opened again by the next question', async (t) => {
    const { servers, ask, events } = await scriptedUpstream(t);
    assert.ok((await ask()).ok);
    servers[0]!.sessions[0]!.destroy();
    assert.ok((await ask()).ok);
    assert.equal(servers[0]!.sessions.length, 2);
    assert.equal(events.length, 1);
  });

  test('is closed by us after its time', async (t) => {
    const { servers, ask } = await scriptedUpstream(t, { limits: { idleMilliseconds: 20 } });
    assert.ok((await ask()).ok);
    const session = servers[0]!.sessions[0]!;
    await new Promise<void>((resolve) => (session.closed ? resolve() : session.once('close', resolve)));
    assert.ok((await ask()).ok);
    assert.equal(servers[0]!.sessions.length, 2);
  });

  test('is kept alive by PING', async (t) => {
    const { servers, ask } = await scriptedUpstream(t, { limits: { pingMilliseconds: 10 } });
    assert.ok((await ask()).ok);
    await new Promise((resolve) => servers[0]!.sessions[0]!.once('ping', resolve));
  });
});

test('a connection is replaced before its stream identifiers run out (row 5)', async (t) => {
  const { servers, ask } = await scriptedUpstream(t, { limits: { requestsPerConnection: 10 } });
  const outcomes = await Promise.all(Array.from({ length: 35 }, (_, index) => ask(`n${index}.example.org`)));
  assert.deepEqual(
    outcomes.filter((outcome) => !outcome.ok),
    [],
  );
  assert.equal(servers[0]!.sessions.length, 4);
  for (const session of servers[0]!.sessions) {
    const asked = servers[0]!.requests.filter((request) => request.session === session).length;
    assert.ok(asked <= 10, `${asked} requests on one connection`);
  }
});

test('more questions than the server allows streams wait their turn', async (t) => {
  const { servers, ask } = await scriptedUpstream(t, { maxConcurrentStreams: 3 });
  const outcomes = await Promise.all(Array.from({ length: 300 }, (_, index) => ask(`n${index}.example.org`)));
  assert.deepEqual(
    outcomes.filter((outcome) => !outcome.ok),
    [],
  );
  assert.equal(servers[0]!.requests.length, 300, 'none was asked twice');
});

test('questions that fill every stream of one address spill over to the next address', async (t) => {
  const { servers, ask } = await scriptedUpstream(t, { servers: 2, limits: { streamsPerConnection: 5 } });
  servers[0]!.respond = () => {};
  const held = Array.from({ length: 5 }, (_, index) => ask(`held${index}.example.org`));
  await servers[0]!.asked(5);
  assert.ok((await ask('free.example.org')).ok);
  assert.equal(servers[1]!.requests.length, 1);
  for (const { query, answer } of servers[0]!.requests) answer(answerTo(query));
  assert.ok((await Promise.all(held)).every((outcome) => outcome.ok));
});

test('closing ends the connections and fails what is pending', async (t) => {
  const { servers, ask, upstream } = await scriptedUpstream(t);
  servers[0]!.respond = () => {};
  const pending = ask();
  await servers[0]!.asked(1);
  const session = servers[0]!.sessions[0]!;
  const closed = new Promise((resolve) => session.once('close', resolve));
  await upstream.close();
  assert.equal((await pending).ok, false);
  assert.equal((await ask()).ok, false);
  assert.equal(await upstream.probe(), false);
  await closed;
});
