import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, test, type TestContext } from 'node:test';
import * as dnsPacket from 'dns-packet';
import { type AskedOnce, type Respond, startPlainServer } from '../../../test/fixtures/dns-server.ts';
import { startDnsmasq } from '../../../test/peers/dnsmasq.ts';
import { freePorts } from '../../../test/peers/free-ports.ts';
import { startNamed } from '../../../test/peers/named.ts';
import { startUnbound } from '../../../test/peers/unbound.ts';
import { hasCommands } from '../../../test/setup/require-components.ts';
import { FLAG_AD, FLAG_CD, FLAG_QR, FLAG_RD, FLAG_TC } from '../../wire/header.ts';
import { nameFromText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { buildQuery } from '../../wire/query-builder.ts';
import type { UpstreamOutcome } from '../upstream.ts';
import { LanHealth } from './lan-health.ts';
import type { LanLimits } from './lan-limits.ts';
import { LanResolver } from './lan-resolver.ts';

const NAME = 'nas.lan.example';
const QUICK: Partial<LanLimits> = { deadlineMilliseconds: 600, nextTryMilliseconds: 150 };

describe('a LAN resolver', () => {
  test('answers what unbound, BIND and dnsmasq know, large answers over TCP', async (t) => {
    if (!hasCommands(t, 'unbound', 'named', 'dnsmasq', 'openssl')) return;
    for (const start of [startUnbound, startNamed]) {
      const peer = await start();
      t.after(() => peer.stop());
      const resolver = resolverAt(t, [peer.dnsPort]);
      assert.deepEqual(addresses(await ask(resolver, 'www.lab.example')), ['192.0.2.1'], peer.name);
      assert.equal(answered(await ask(resolver, 'none.lab.example')).rcode, 'NXDOMAIN', peer.name);
      const large = answered(await ask(resolver, 'big.lab.example', TYPE.TXT));
      assert.equal(large.answers!.length, 40, peer.name);
    }
    const [port] = await freePorts(1);
    const dnsmasq = await startDnsmasq({ port: port!, domain: 'lan.example', hosts: [`192.168.1.5 ${NAME}`] });
    t.after(() => dnsmasq.stop());
    const resolver = resolverAt(t, [port!]);
    assert.deepEqual(addresses(await ask(resolver, NAME)), ['192.168.1.5']);
    assert.equal(answered(await ask(resolver, 'none.lan.example')).rcode, 'NXDOMAIN');
    const reverse = answered(await ask(resolver, '5.1.168.192.in-addr.arpa', TYPE.PTR));
    assert.equal(reverse.answers![0]!.type === 'PTR' && reverse.answers![0]!.data, NAME);
  });

  test('of BIND without recursion is seen to refer, where it hands a part of its zone to others', async (t) => {
    if (!hasCommands(t, 'named', 'openssl')) return;
    const records = ['part NS ns.part', 'ns.part A 127.0.0.2', 'out CNAME www.example.net.'];
    const peer = await startNamed({ recursion: false, records });
    t.after(() => peer.stop());
    const events: string[] = [];
    const resolver = resolverAt(t, [peer.dnsPort], {}, events);
    assert.deepEqual(addresses(await ask(resolver, 'www.lab.example')), ['192.0.2.1']);
    assert.deepEqual(addresses(await ask(resolver, 'out.lab.example')), ['CNAME']);
    assert.deepEqual(events.splice(0), ['up']);
    assert.deepEqual(answered(await ask(resolver, 'x.part.lab.example')).answers, []);
    assert.deepEqual(events, ['referral']);
    const noData = answered(await ask(resolver, 'www.lab.example', TYPE.TXT));
    assert.deepEqual([noData.rcode, events.length], ['NOERROR', 1]);
  });

  test('is asked with RD, without padding or other options, with a random ID', async (t) => {
    const seen: { readonly id: number; readonly query: Buffer }[] = [];
    const port = await startPlainServer(t, (asked) => {
      seen.push({ id: asked.query.readUInt16BE(0), query: Buffer.from(asked.query) });
      asked.send(answerTo(asked));
    });
    const resolver = resolverAt(t, [port]);
    await Promise.all(Array.from({ length: 20 }, (_, index) => ask(resolver, `host${index}.lan.example`)));
    assert.ok(new Set(seen.map(({ id }) => id)).size >= 19, 'random IDs');
    for (const { query } of seen) {
      const packet = dnsPacket.decode(query);
      assert.equal(packet.flags! & FLAG_RD, FLAG_RD);
      const opt = packet.additionals![0] as dnsPacket.OptAnswer;
      assert.deepEqual([opt.type, opt.udpPayloadSize, opt.options.length], ['OPT', 1232, 0]);
    }
  });

  test('is asked from another port each time, and what comes from elsewhere is not heard', async (t) => {
    const server = createSocket('udp4');
    const stranger = createSocket('udp4');
    t.after(() => {
      server.close();
      stranger.close();
    });
    const ports = new Set<number>();
    server.on('message', (query, from) => {
      ports.add(from.port);
      const forged = answerTo({ query }, { address: '203.0.113.66' });
      stranger.send(forged, from.port, from.address, () => server.send(answerTo({ query }), from.port, from.address));
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    const resolver = resolverAt(t, [server.address().port]);
    for (let index = 0; index < 20; index++) assert.deepEqual(addresses(await ask(resolver, NAME)), ['192.168.1.5']);
    assert.ok(ports.size >= 18, `${ports.size} ports for 20 questions`);
  });

  test('gets DO and CD as the client set them', async (t) => {
    const asked = Promise.withResolvers<Buffer>();
    const port = await startPlainServer(t, (once) => {
      asked.resolve(Buffer.from(once.query));
      once.send(answerTo(once));
    });
    const resolver = resolverAt(t, [port]);
    await ask(resolver, NAME, TYPE.A, { dnssecOk: true, checkingDisabled: true });
    const packet = dnsPacket.decode(await asked.promise);
    assert.equal(packet.flags! & FLAG_CD, FLAG_CD);
    assert.equal((packet.additionals![0] as dnsPacket.OptAnswer).flag_do, true);
  });

  test('is not believed in what it says of DNSSEC', async (t) => {
    const port = await startPlainServer(t, (asked) => asked.send(answerTo(asked, { flags: FLAG_AD })));
    assert.equal(answered(await ask(resolverAt(t, [port]), NAME)).flags! & FLAG_AD, 0);
  });

  const forgeries: readonly [string, (right: Buffer, asked: AskedOnce) => Buffer][] = [
    ['a wrong ID', (right) => changed(right, 0, (right[0]! + 1) & 0xff)],
    ['another name', (right) => changed(right, 13, 'x'.charCodeAt(0))],
    ['another type', (right, asked) => changed(right, asked.query.indexOf(0, 12) + 2, 16)],
    ['the question itself', (_right, asked) => asked.query],
    ['half a message', (right) => right.subarray(0, right.length - 3)],
    ['no DNS', () => Buffer.from('hello')],
    ['nothing', () => Buffer.alloc(0)],
  ];
  for (const [what, forge] of forgeries) {
    test(`goes on waiting after ${what}, and takes the right answer`, async (t) => {
      const port = await startPlainServer(t, (asked) => {
        const right = answerTo(asked);
        asked.send(forge(Buffer.from(right), asked));
        asked.send(right);
      });
      assert.deepEqual(addresses(await ask(resolverAt(t, [port]), NAME)), ['192.168.1.5']);
    });
  }

  test('that sends nothing but forgeries fails as a bad reply when time is up', async (t) => {
    const port = await startPlainServer(t, (asked) => asked.send(changed(answerTo(asked), 0, 0)));
    const limits = { ...QUICK, wrongRepliesPerTry: 1000 };
    assert.equal(failed(await ask(resolverAt(t, [port], limits), NAME)), 'bad-reply');
  });

  test('is asked over TCP when somebody floods the port with guesses', async (t) => {
    const port = await startPlainServer(t, (asked) => {
      if (asked.transport === 'tcp') asked.send(answerTo(asked));
      else for (let guess = 0; guess < 40; guess++) asked.send(changed(answerTo(asked), 0, guess & 0x7f, 1, 0xee));
    });
    assert.deepEqual(addresses(await ask(resolverAt(t, [port]), NAME)), ['192.168.1.5']);
  });

  test('is asked over TCP after TC=1, whatever stands behind the question', async (t) => {
    const port = await startPlainServer(t, (asked) => {
      if (asked.transport === 'tcp') asked.send(answerTo(asked, { count: 200 }));
      else asked.send(answerTo(asked, { flags: FLAG_TC }).subarray(0, asked.query.length));
    });
    assert.equal(addresses(await ask(resolverAt(t, [port]), NAME)).length, 200);
  });

  test('without EDNS is asked again without it', async (t) => {
    const port = await startPlainServer(t, (asked) => {
      const hasOpt = asked.query.readUInt16BE(10) > 0;
      asked.send(hasOpt ? answerTo(asked, { flags: 1, count: 0 }).subarray(0, 12) : answerTo(asked));
    });
    assert.deepEqual(addresses(await ask(resolverAt(t, [port]), NAME)), ['192.168.1.5']);
  });

  test('that is silent is asked again, and the next address with it; the one that answers is asked first from then on', async (t) => {
    const asked: string[] = [];
    const silent = await startPlainServer(t, () => asked.push('silent'));
    const good = await startPlainServer(t, (once) => {
      asked.push('good');
      once.send(answerTo(once));
    });
    const resolver = resolverAt(t, [silent, good], { nextTryMilliseconds: 100 });
    assert.deepEqual(addresses(await ask(resolver, NAME)), ['192.168.1.5']);
    assert.deepEqual(asked, ['silent', 'good']);
    assert.deepEqual(addresses(await ask(resolver, NAME)), ['192.168.1.5']);
    assert.deepEqual(asked, ['silent', 'good', 'good']);
  });

  test('loses one datagram without anybody noticing', async (t) => {
    let count = 0;
    const port = await startPlainServer(t, (asked) => {
      if (++count > 1) asked.send(answerTo(asked));
    });
    assert.deepEqual(addresses(await ask(resolverAt(t, [port], { nextTryMilliseconds: 100 }), NAME)), ['192.168.1.5']);
  });

  test('that refuses gives way to one that knows, and is believed if nobody does', async (t) => {
    const refusing = await startPlainServer(t, (asked) => asked.send(answerTo(asked, { flags: 5, count: 0 })));
    const good = await startPlainServer(t, (asked) => asked.send(answerTo(asked)));
    assert.deepEqual(addresses(await ask(resolverAt(t, [refusing, good]), NAME)), ['192.168.1.5']);
    assert.equal(answered(await ask(resolverAt(t, [refusing]), NAME)).rcode, 'REFUSED');
  });

  test('that gives a referral gives way to one that has the answer', async (t) => {
    const referring = await startPlainServer(t, (asked) => {
      const { id, questions } = dnsPacket.decode(asked.query);
      const authorities = [{ type: 'NS' as const, name: 'lan.example', ttl: 60, data: 'ns.lan.example' }];
      asked.send(dnsPacket.encode({ type: 'response', id: id!, questions: questions!, authorities }));
    });
    const good = await startPlainServer(t, (asked) => asked.send(answerTo(asked)));
    const events: string[] = [];
    assert.deepEqual(addresses(await ask(resolverAt(t, [referring, good], {}, events), NAME)), ['192.168.1.5']);
    assert.deepEqual(events, ['up']);
    const resolver = resolverAt(t, [referring], {}, events);
    for (let count = 0; count < 2; count++)
      assert.equal(answered(await ask(resolver, NAME)).authorities!.length, 1, 'for others to judge');
    assert.deepEqual(events, ['up', 'up', 'referral']);
  });

  test('is said to be down once when questions stay unanswered, and to be up once when it is back', async (t) => {
    let answers = true;
    const port = await startPlainServer(t, (asked) => {
      if (answers) asked.send(answerTo(asked));
    });
    const events: string[] = [];
    const resolver = resolverAt(t, [port], { deadlineMilliseconds: 100, nextTryMilliseconds: 60 }, events);
    await ask(resolver, NAME);
    await ask(resolver, NAME);
    assert.deepEqual(events.splice(0), ['up']);
    answers = false;
    await ask(resolver, NAME);
    assert.deepEqual(events, [], 'one name may be slow by itself');
    for (let count = 0; count < 3; count++) await ask(resolver, NAME);
    assert.deepEqual(events.splice(0), ['down: timeout']);
    answers = true;
    await ask(resolver, NAME);
    await ask(resolver, NAME);
    assert.deepEqual(events, ['up']);
  });

  test('that answers others is not said to be down for the sake of slow names', async (t) => {
    const port = await startPlainServer(t, (asked) => {
      if (!asked.query.includes('slow')) asked.send(answerTo(asked));
    });
    const events: string[] = [];
    const resolver = resolverAt(t, [port], { deadlineMilliseconds: 300, nextTryMilliseconds: 60 }, events);
    for (let count = 0; count < 2; count++) {
      const slow = ['a.slow.lan', 'b.slow.lan', 'c.slow.lan'].map((name) => ask(resolver, name));
      await ask(resolver, NAME);
      assert.deepEqual((await Promise.all(slow)).map(failed), ['timeout', 'timeout', 'timeout']);
    }
    assert.deepEqual(events, ['up']);
  });

  test('that nobody is at is said to be down at once, and not because the gateway stops', async (t) => {
    const [nobody] = await freePorts(1);
    const events: string[] = [];
    await ask(resolverAt(t, [nobody!], {}, events), NAME);
    assert.deepEqual(events.splice(0), ['down: unreachable']);
    const silent = await startPlainServer(t, () => {});
    const resolver = resolverAt(t, [silent], {}, events);
    const underWay = ask(resolver, NAME);
    resolver.close();
    await underWay;
    assert.deepEqual(events, []);
  });

  test('with many addresses that nobody is at asks every one before it fails', async (t) => {
    const dead = await freePorts(5);
    const good = await startPlainServer(t, (asked) => asked.send(answerTo(asked)));
    for (const count of [3, 4, 5]) {
      const ports = [...dead.slice(0, count), good];
      assert.deepEqual(addresses(await ask(resolverAt(t, ports), NAME)), ['192.168.1.5'], `${count} dead`);
    }
    assert.equal(failed(await ask(resolverAt(t, dead, { deadlineMilliseconds: 60_000 }), NAME)), 'unreachable');
  });

  test('that is silent everywhere fails in time; that is not there fails at once', async (t) => {
    const silent = await startPlainServer(t, () => {});
    assert.equal(failed(await ask(resolverAt(t, [silent], QUICK), NAME)), 'timeout');
    const [nobody] = await freePorts(1);
    assert.equal(failed(await ask(resolverAt(t, [nobody!], { deadlineMilliseconds: 60_000 }), NAME)), 'unreachable');
  });

  test('takes no more questions at once than it is allowed', async (t) => {
    const silent = await startPlainServer(t, () => {});
    const resolver = resolverAt(t, [silent], { ...QUICK, questionsInFlight: 2 });
    const outcomes = await Promise.all([ask(resolver, 'a.lan'), ask(resolver, 'b.lan'), ask(resolver, 'c.lan')]);
    assert.deepEqual(outcomes.map(failed), ['timeout', 'timeout', 'overloaded']);
  });

  test('fails what is under way when it is closed, and everything afterwards', async (t) => {
    const silent = await startPlainServer(t, () => {});
    const resolver = resolverAt(t, [silent]);
    const underWay = ask(resolver, NAME);
    resolver.close();
    assert.equal(failed(await underWay), 'unreachable');
    assert.equal(failed(await ask(resolver, NAME)), 'unreachable');
  });

  test('survives TCP that closes, lies about lengths or sends something else', async (t) => {
    const manners: Respond[] = [
      (asked) => asked.end(),
      (asked) => asked.sendRaw(Uint8Array.of(0, 0)),
      (asked) => {
        asked.sendRaw(Uint8Array.of(0xff, 0xff, 1, 2, 3));
        asked.end();
      },
      (asked) => asked.send(Buffer.from('not DNS at all')),
      (asked) => asked.send(changed(answerTo(asked), 0, 0)),
    ];
    for (const manner of manners) {
      const port = await startPlainServer(t, (asked) => {
        if (asked.transport === 'tcp') manner(asked);
        else asked.send(answerTo(asked, { flags: FLAG_TC, count: 0 }));
      });
      assert.match(failed(await ask(resolverAt(t, [port], QUICK), NAME)), /^(unreachable|bad-reply)$/);
    }
  });
});

function resolverAt(
  t: TestContext,
  ports: readonly number[],
  limits: Partial<LanLimits> = {},
  events: string[] = [],
): LanResolver {
  const resolver = new LanResolver(
    ports.map((port) => ({ address: '127.0.0.1', port })),
    new LanHealth({
      onDown: (code) => events.push(`down: ${code}`),
      onUp: () => events.push('up'),
      onReferral: () => events.push('referral'),
    }),
    limits,
  );
  t.after(() => resolver.close());
  return resolver;
}

function ask(
  resolver: LanResolver,
  name: string,
  type: number = TYPE.A,
  flags = { dnssecOk: false, checkingDisabled: false },
): Promise<UpstreamOutcome> {
  const wire = nameFromText(name)!;
  return new Promise((resolve) => {
    resolver.ask(buildQuery({ name: wire, nameLength: wire.length, type, class: 1, ...flags }), {
      onAnswer: (message, server) => resolve({ ok: true, message: new Uint8Array(message), server }),
      onFailure: resolve,
    });
  });
}

function answered(outcome: UpstreamOutcome): dnsPacket.DecodedPacket & { rcode?: string } {
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.detail);
  return dnsPacket.decode(Buffer.from(outcome.message));
}

function addresses(outcome: UpstreamOutcome): string[] {
  return (answered(outcome).answers ?? []).map((record) => (record.type === 'A' ? record.data : record.type));
}

function failed(outcome: UpstreamOutcome): string {
  return outcome.ok ? 'answered' : outcome.code;
}

function answerTo(
  { query }: Pick<AskedOnce, 'query'>,
  { flags = 0, count = 1, address = '192.168.1.5' }: { flags?: number; count?: number; address?: string } = {},
): Buffer {
  const { id, questions } = dnsPacket.decode(query);
  return dnsPacket.encode({
    type: 'response',
    id: id!,
    flags: FLAG_QR | FLAG_RD | flags,
    questions: questions!,
    answers: Array.from({ length: count }, () => ({ type: 'A', name: questions![0]!.name, ttl: 60, data: address })),
  });
}

/** A copy with other octets at these offsets. */
function changed(message: Buffer, ...offsetsAndOctets: number[]): Buffer {
  const copy = Buffer.from(message);
  for (let i = 0; i < offsetsAndOctets.length; i += 2) copy[offsetsAndOctets[i]!] = offsetsAndOctets[i + 1]!;
  return copy;
}
