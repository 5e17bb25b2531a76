import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Answer, decode, encode } from 'dns-packet';
import { resolveName } from './resolve-name.ts';
import type { Upstream, UpstreamOutcome } from './upstream.ts';

interface ZoneEntry {
  readonly a?: string;
  readonly aaaa?: string;
  readonly ttl?: number;
  readonly rcode?: number;
}

/** An upstream that answers from a table and counts what it is asked. */
function upstreamWith(zone: Readonly<Record<string, ZoneEntry>>, failed?: UpstreamOutcome) {
  const asked: string[] = [];
  const upstream: Upstream = {
    exchange: async (query) => {
      const { questions } = decode(Buffer.from(query));
      const { name, type } = questions![0]!;
      asked.push(`${name} ${type}`);
      if (failed !== undefined) return failed;
      const entry = zone[name] ?? { rcode: 3 };
      const data = type === 'A' ? entry.a : entry.aaaa;
      const answers = data === undefined ? [] : [{ type, name, ttl: entry.ttl ?? 300, data } as Answer];
      const message = encode({
        type: 'response',
        id: 0,
        flags: 0x180 | (entry.rcode ?? 0),
        questions: questions!,
        answers,
      });
      return { ok: true, message, server: 'test' };
    },
    close: async () => {},
  };
  return { upstream, asked };
}

const ZONE = { 'lists.example.org': { a: '192.0.2.1', aaaa: '2001:db8::1' } };

describe('resolveName', () => {
  test('asks for both families and gives IPv4 first', async () => {
    const { upstream, asked } = upstreamWith(ZONE);
    assert.deepEqual(await resolveName(upstream, 'lists.example.org'), ['192.0.2.1', '2001:db8::1']);
    assert.deepEqual(asked, ['lists.example.org A', 'lists.example.org AAAA']);
  });

  test('is content with one family', async () => {
    const { upstream } = upstreamWith({ 'six.example.org': { aaaa: '2001:db8::6' } });
    assert.deepEqual(await resolveName(upstream, 'six.example.org'), ['2001:db8::6']);
  });

  test('keeps an answer for its TTL, and asks once for several who wait', async () => {
    const { upstream, asked } = upstreamWith(ZONE);
    let now = 0;
    const resolve = () => resolveName(upstream, 'Lists.example.org.', () => now);
    await Promise.all([resolve(), resolve(), resolve()]);
    now = 299_999;
    await resolve();
    assert.equal(asked.length, 2);
    now = 300_000;
    await resolve();
    assert.equal(asked.length, 4);
  });

  test('does not keep a failure', async () => {
    const { upstream, asked } = upstreamWith({});
    await assert.rejects(resolveName(upstream, 'gone.example.org'));
    await assert.rejects(resolveName(upstream, 'gone.example.org'));
    assert.equal(asked.length, 4);
  });

  test('does not keep more names than it has room for', async () => {
    const zone = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`n${index}.example.org`, { a: '192.0.2.1' }]),
    );
    const { upstream, asked } = upstreamWith(zone);
    for (const name of Object.keys(zone)) await resolveName(upstream, name, () => 0);
    await resolveName(upstream, 'n299.example.org', () => 0);
    assert.equal(asked.length, 600, 'the newest is kept');
    await resolveName(upstream, 'n0.example.org', () => 0);
    assert.equal(asked.length, 602, 'the oldest is not');
  });

  test('asks nobody for addresses and localhost', async () => {
    const { upstream, asked } = upstreamWith({});
    assert.deepEqual(await resolveName(upstream, '192.0.2.7'), ['192.0.2.7']);
    assert.deepEqual(await resolveName(upstream, '2001:db8::7'), ['2001:db8::7']);
    assert.deepEqual(await resolveName(upstream, 'localhost'), ['127.0.0.1', '::1']);
    assert.deepEqual(await resolveName(upstream, 'app.LOCALHOST.'), ['127.0.0.1', '::1']);
    assert.deepEqual(asked, []);
  });

  const failures: readonly [string, UpstreamOutcome | undefined, string, string][] = [
    ['gone.example.org', undefined, 'ENOTFOUND', 'gone.example.org: no such name'],
    ['empty.example.org', undefined, 'ENOTFOUND', 'empty.example.org: the name has no address'],
    ['broken.example.org', undefined, 'EAI_AGAIN', 'broken.example.org: test answers SERVFAIL'],
    ['not a name', undefined, 'ENOTFOUND', 'not a name: not a host name'],
    [
      'lists.example.org',
      { ok: false, code: 'unreachable', detail: 'dns.example.org at 192.0.2.53: connection refused' },
      'EAI_AGAIN',
      'lists.example.org: cannot be resolved (dns.example.org at 192.0.2.53: connection refused)',
    ],
    [
      'lists.example.org',
      { ok: true, message: new Uint8Array(3), server: 'test' },
      'EAI_AGAIN',
      'lists.example.org: unreadable answer from test',
    ],
  ];
  for (const [name, failed, code, message] of failures) {
    test(`says readably: ${message}`, async () => {
      const { upstream } = upstreamWith({ 'empty.example.org': {}, 'broken.example.org': { rcode: 2 } }, failed);
      await assert.rejects(resolveName(upstream, name), { name: 'ResolutionError', code, message });
    });
  }
});
