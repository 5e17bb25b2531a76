// P10 over the wire: how long a connection may stay idle. That a crowded listener says 0 is tested beside the connection table.

import assert from 'node:assert/strict';
import { STREAM_LIMITS } from '../../src/data-plane/thread-listeners.ts';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, STREAMS } from './over-transports.ts';
import { optionOf } from './reply-options.ts';

const KEEPALIVE = 11;
const ASKING = [[KEEPALIVE, Buffer.alloc(0)]] as const;

const stage = gatewayUnderTest({ extra: '[policy]\nrules = ["||blocked.example^"]' });
const conforms = conformsWith(stage);

conforms('P10', STREAMS, 'the idle time in units of 100 ms is told to who asks', async ({ exchange, name }) => {
  // Fetched, cached, blocked, refused.
  for (const parts of [{ name }, { name }, { name: 'blocked.example' }, { name, type: 255 }]) {
    const told = optionOf(await exchange(query({ ...parts, opt: { options: ASKING } })), KEEPALIVE);
    assert.equal(told?.length, 2);
    assert.equal(told.readUInt16BE() * 100, STREAM_LIMITS.idleMilliseconds);
    assert.equal(optionOf(await exchange(query({ ...parts, opt: {} })), KEEPALIVE), undefined);
  }
});

conforms(
  'P10',
  ['udp', 'doh', 'doh-get', 'doh-http1'],
  'it is ignored where a connection carries no DNS of its own',
  async ({ exchange, name }) => {
    const reply = await exchange(query({ name, opt: { options: ASKING } }));
    assert.deepEqual(answersOf(reply), [`${name} A "192.0.2.1"`]);
    assert.equal(optionOf(reply, KEEPALIVE), undefined);
  },
);

/** A client that names a time itself, as only a server may. */
const naming = (name: string, length: number) =>
  query({ name, opt: { options: [[KEEPALIVE, Buffer.alloc(length, 1)]] } });

conforms('P10', STREAMS, 'a client that names a time itself is told FORMERR', async ({ exchange, name, upstream }) => {
  for (const length of [1, 2, 4]) assert.equal(rcodeOf(await exchange(naming(name, length))), RCODE.FORMERR);
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms(
  'P10',
  ['udp', 'doh', 'doh-get', 'doh-http1'],
  'and is answered as ever where no connection is meant',
  async ({ exchange, name }) => {
    // Fetched, then cached.
    for (const length of [2, 2, 1, 4]) {
      const reply = await exchange(naming(name, length));
      assert.deepEqual(answersOf(reply), [`${name} A "192.0.2.1"`]);
      assert.equal(optionOf(reply, KEEPALIVE), undefined);
    }
  },
);
