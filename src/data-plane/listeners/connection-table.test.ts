import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { CountingListenerCounters, GENEROUS_LIMITS } from '../../../test/fixtures/fake-query-handler.ts';
import { Connection } from './connection.ts';
import { ConnectionTable } from './connection-table.ts';
import type { StreamLimits } from './listener.ts';
import { StreamService } from './stream-service.ts';
import { TCP } from './transports.ts';

function from(address: string): Connection {
  return new Connection(Object.defineProperty(new Socket(), 'remoteAddress', { value: address }));
}

function table(limits: Partial<StreamLimits>) {
  const counters = new CountingListenerCounters();
  return { counters, connections: new ConnectionTable(TCP, { ...GENEROUS_LIMITS, ...limits }, counters) };
}

test('P07 an IPv6 client is its /64, an IPv4 client its address, mapped or not', () => {
  const { connections } = table({ connectionsPerClient: 1 });
  const busy = ['2001:db8:1:2::1', '192.0.2.1'].map(from);
  for (const connection of busy) {
    assert.equal(connections.admit(connection), true);
    connections.markBusy(connection);
  }
  for (const address of ['2001:db8:1:2:ffff::9', '::ffff:192.0.2.1', '192.0.2.1']) {
    assert.equal(connections.admit(from(address)), false, address);
  }
  for (const address of ['2001:db8:1:3::1', '192.0.2.2', '::ffff:192.0.2.3']) {
    assert.equal(connections.admit(from(address)), true, address);
  }
});

test('P07 at its limit a client gives up its own idlest connection, never one of another client', () => {
  const { connections, counters } = table({ connectionsPerClient: 2 });
  const other = from('192.0.2.9');
  const own = ['192.0.2.1', '192.0.2.1', '192.0.2.1'].map(from);
  for (const connection of [other, own[0]!, own[1]!]) connections.admit(connection);
  connections.markIdle(own[0]!);
  assert.equal(connections.admit(own[2]!), true);
  assert.deepEqual(
    [other, ...own].map(({ socket }) => socket.destroyed),
    [false, false, true, false],
  );
  assert.deepEqual(counters.limitHits, ['connectionsPerClient']);
});

test('whatever comes and goes, the counts stay true and nobody busy is closed', () => {
  const action = fc.record({
    kind: fc.constantFrom('open', 'busy', 'idle', 'close'),
    pick: fc.nat(1000),
    address: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'),
  });
  fc.assert(
    fc.property(fc.array(action, { minLength: 100, maxLength: 200 }), (actions) => {
      const { connections } = table({ connections: 6, connectionsPerClient: 3 });
      let open: Connection[] = [];
      const busy = new Set<Connection>();
      for (const { kind, pick, address } of actions) {
        const connection = open[pick % Math.max(1, open.length)];
        if (kind === 'open') {
          const newcomer = from(address);
          const isAdmitted = connections.admit(newcomer);
          open = open.filter(({ socket }) => !socket.destroyed);
          if (isAdmitted) open.push(newcomer);
        } else if (connection !== undefined && kind === 'busy') {
          busy.add(connection);
          connections.markBusy(connection);
        } else if (connection !== undefined && kind === 'idle') {
          busy.delete(connection);
          connections.markIdle(connection);
        } else if (connection !== undefined) {
          busy.delete(connection);
          connections.remove(connection);
          // A late answer on a closed connection.
          connections.markIdle(connection);
          open = open.filter((other) => other !== connection);
        }
        assert.equal(connections.count, open.length);
        assert.ok(open.length <= 6);
        for (const connection of busy) assert.equal(connection.socket.destroyed, false);
      }
    }),
    { seed: 7766, numRuns: 300 },
  );
});

test('P10 clients are told the idle time, and to leave once nine tenths of the room or of their own are taken', () => {
  const { connections, counters } = table({ connections: 100, connectionsPerClient: 20, idleMilliseconds: 30_000 });
  const limits = { ...GENEROUS_LIMITS, connections: 100, connectionsPerClient: 20, idleMilliseconds: 30_000 };
  const service = new StreamService(TCP, () => assert.fail('no query was sent'), limits, counters, connections);
  const own = Array.from({ length: 18 }, () => from('192.0.2.1'));
  for (const connection of own.slice(0, 17)) connections.admit(connection);
  assert.equal(service.keepaliveDeciseconds(own[0]!), 300);
  connections.admit(own[17]!);
  assert.equal(service.keepaliveDeciseconds(own[0]!), 0);
  const others = Array.from({ length: 72 }, (_, index) => from(`192.0.2.${index + 2}`));
  for (const connection of others.slice(0, 71)) connections.admit(connection);
  assert.equal(service.keepaliveDeciseconds(others[0]!), 300);
  connections.admit(others[71]!);
  assert.equal(service.keepaliveDeciseconds(others[0]!), 0);
  connections.remove(own[0]!);
  assert.equal(service.keepaliveDeciseconds(others[0]!), 300);
  assert.equal(service.keepaliveDeciseconds(own[1]!), 300);
});

test('P10 an idle time longer than the option can say is told as the longest that it can', () => {
  const { connections, counters } = table({});
  const limits = { ...GENEROUS_LIMITS, idleMilliseconds: 100_000_000 };
  const service = new StreamService(TCP, () => assert.fail('no query was sent'), limits, counters, connections);
  const connection = from('192.0.2.1');
  connections.admit(connection);
  assert.equal(service.keepaliveDeciseconds(connection), 65_535);
});
