import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ListEvent } from '../lists/list-events.ts';
import type { ListFailureKind } from '../lists/list-failure.ts';
import { GatewayLog } from './gateway-log.ts';
import { createLog } from './log.ts';

interface Line {
  readonly level: number;
  readonly msg: string;
}

const DEBUG = 20;
const WARN = 40;

function startLog(waitingLists: readonly string[] = []): { log: GatewayLog; lines: (level: number) => string[] } {
  const lines: Line[] = [];
  const destination = { write: (text: string) => void lines.push(JSON.parse(text)) };
  const logger = createLog({ destination, isTerminal: false, level: 'debug' });
  return {
    log: new GatewayLog(logger, () => waitingLists),
    lines: (wanted) => lines.filter(({ level }) => level === wanted).map(({ msg }) => msg),
  };
}

function failed(list: string, failureKind: ListFailureKind, reason = 'its host name could not be resolved'): ListEvent {
  return { kind: 'list-failed', list, reason, failureKind, copyFetchedAt: undefined, retryMilliseconds: 5_000 };
}

describe('the log of the gateway', () => {
  test('without a network one line tells of the upstream and the lists, whichever fails first', () => {
    const { log, lines } = startLog(['one', 'two']);
    log.listEvent(failed('one', 'network'));
    log.upstreamUnreachable('dns.example.org', 'unreachable', 'connection refused');
    log.listEvent(failed('two', 'network'));
    assert.equal(lines(WARN).length, 1);
    assert.match(lines(WARN)[0]!, /dns\.example\.org cannot be reached.*; not downloaded yet: one, two\./);
    assert.equal(lines(DEBUG).length, 2);
  });

  test('a list that came late for want of the upstream is not said to have recovered', () => {
    const { log, lines } = startLog();
    log.listEvent(failed('one', 'network'));
    log.upstreamReachable('dns.example.org');
    log.listEvent({ kind: 'list-recovered', list: 'one' });
    assert.deepEqual(lines(WARN), []);
    assert.ok(lines(DEBUG).includes('list "one": up to date again'));
  });

  test('with the upstream there, each list that fails is told, and so is its recovery', () => {
    const { log, lines } = startLog();
    log.listEvent(failed('one', 'network'));
    log.upstreamReachable('dns.example.org');
    log.listEvent(failed('one', 'network', 'the connection was refused'));
    log.listEvent({ kind: 'list-recovered', list: 'one' });
    assert.deepEqual(lines(WARN), [
      'list "one": the connection was refused; there is no copy of it yet, so it is not in force',
    ]);
    assert.ok(!lines(DEBUG).includes('list "one": up to date again'));
  });

  test('the resolver of a zone that asks for names of it is told once, whichever thread noticed', () => {
    const { log, lines } = startLog();
    for (const [thread, zone] of [
      [1, 'lan.example'],
      [2, 'lan.example'],
      [2, '1.168.192.in-addr.arpa'],
    ] as const)
      log.fromThread(thread, { kind: 'zone-loop', zone, resolvers: '192.168.1.1:53' });
    assert.equal(lines(WARN).length, 1);
    assert.match(lines(WARN)[0]!, /zone lan\.example \(192\.168\.1\.1:53\) asks this gateway .*local=\/lan\.example\//);
  });

  test('the resolver of a zone that stops answering is told once, whichever threads noticed, and once when it is back', () => {
    const { log, lines } = startLog();
    const zone = 'lan.example, 192.168.1.0/24';
    const resolvers = '192.168.1.1:53';
    const down = {
      kind: 'zone-down',
      zone,
      resolvers,
      code: 'timeout',
      detail: `${resolvers}: no reply in time`,
    } as const;
    log.fromThread(1, { kind: 'zone-up', zone, resolvers });
    for (let round = 0; round < 2; round++) {
      for (const thread of [1, 2]) log.fromThread(thread, down);
      assert.equal(log.isZoneSilent(resolvers), true);
      for (const thread of [1, 2]) log.fromThread(thread, { kind: 'zone-up', zone, resolvers });
      assert.equal(log.isZoneSilent(resolvers), false);
    }
    const warning = `the resolver of the zone ${zone} does not answer (${resolvers}: no reply in time). What is cached of it is answered, its other names fail until it is back`;
    assert.deepEqual(lines(WARN), [warning, warning]);
    const INFO = 30;
    assert.deepEqual(
      lines(INFO),
      Array<string>(2).fill(`the resolver of the zone ${zone} (${resolvers}) answers again`),
    );
  });

  test('the resolver of a zone that refers to others is told once', () => {
    const { log, lines } = startLog();
    for (const thread of [1, 2])
      log.fromThread(thread, { kind: 'zone-referral', zone: 'ad.example', resolvers: '10.0.0.1:53' });
    assert.equal(lines(WARN).length, 1);
    assert.match(
      lines(WARN)[0]!,
      /zone ad\.example \(10\.0\.0\.1:53\) names other servers .* needs a resolver that recurses/,
    );
  });

  test('a list that is broken in itself is told whatever the network does', () => {
    const { log, lines } = startLog();
    log.upstreamUnreachable('dns.example.org', 'timeout', 'no reply');
    for (const kind of ['garbage', 'answer', 'too-large', 'file', 'disk'] as const) log.listEvent(failed(kind, kind));
    assert.equal(lines(WARN).length, 1 + 5);
  });
});
