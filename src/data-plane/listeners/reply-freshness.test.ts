import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { soaRdata, type TestReply, testReply } from '../../../test/fixtures/dns-messages.ts';
import { freshnessSeconds } from './reply-freshness.ts';

const NOERROR = 0x8180;
const SERVFAIL = 0x8182;
const NXDOMAIN = 0x8183;
const REFUSED = 0x8185;
const TRUNCATED = 0x0200;
const address = Uint8Array.of(192, 0, 2, 1);
const A = 1;
const CNAME = 5;
const NS = 2;
const SOA = 6;
const OPT = 41;

const cases: readonly [string, TestReply, number][] = [
  ['one record', { flags: NOERROR, answers: [{ type: A, ttlSeconds: 300, rdata: address }] }, 300],
  [
    'the smallest TTL of the answer section',
    {
      flags: NOERROR,
      answers: [
        { type: CNAME, ttlSeconds: 300, rdata: Uint8Array.of(0) },
        { type: A, ttlSeconds: 20, rdata: address },
        { type: A, ttlSeconds: 60, rdata: address },
      ],
    },
    20,
  ],
  [
    'TTLs outside the answer section do not count',
    {
      flags: NOERROR,
      answers: [{ type: A, ttlSeconds: 300, rdata: address }],
      authorities: [{ type: NS, ttlSeconds: 5, rdata: Uint8Array.of(0) }],
      additionals: [{ type: OPT, ttlSeconds: 0, rdata: new Uint8Array() }],
    },
    300,
  ],
  [
    'a negative answer by the MINIMUM of its SOA',
    { flags: NXDOMAIN, authorities: [{ type: SOA, ttlSeconds: 900, rdata: soaRdata(60) }] },
    60,
  ],
  [
    'a negative answer by the TTL of its SOA',
    { flags: NOERROR, authorities: [{ type: SOA, ttlSeconds: 30, rdata: soaRdata(600) }] },
    30,
  ],
  [
    'a CNAME to nowhere by the smaller of both',
    {
      flags: NXDOMAIN,
      answers: [{ type: CNAME, ttlSeconds: 40, rdata: Uint8Array.of(0) }],
      authorities: [{ type: SOA, ttlSeconds: 900, rdata: soaRdata(60) }],
    },
    40,
  ],
  ['a negative answer without SOA', { flags: NXDOMAIN }, 0],
  [
    'a TTL with the top bit set',
    { flags: NOERROR, answers: [{ type: A, ttlSeconds: 0x8000_0001, rdata: address }] },
    0,
  ],
  ['SERVFAIL', { flags: SERVFAIL, answers: [{ type: A, ttlSeconds: 300, rdata: address }] }, 0],
  ['REFUSED', { flags: REFUSED }, 0],
  ['a truncated reply', { flags: NOERROR | TRUNCATED, answers: [{ type: A, ttlSeconds: 300, rdata: address }] }, 0],
];

for (const [name, reply, seconds] of cases) {
  test(`${name}: max-age=${seconds}`, () => {
    const message = testReply('www.example.org', reply);
    assert.equal(freshnessSeconds(message, message.length), seconds);
  });
}

test('a reply whose counts or lengths lie is not kept, and never read past its end', () => {
  const whole = testReply('www.example.org', {
    flags: NOERROR,
    answers: [{ type: A, ttlSeconds: 300, rdata: address }],
  });
  for (let length = 12; length < whole.length; length++) assert.equal(freshnessSeconds(whole, length), 0, `${length}`);
  whole.writeUInt16BE(0xffff, 6);
  assert.equal(freshnessSeconds(whole, whole.length), 0);
});

test('any octets have a freshness that HTTP can express', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 12, maxLength: 300, size: 'max' }), (octets) => {
      octets[2] = 0x81;
      octets[3] = 0x80;
      const seconds = freshnessSeconds(octets, octets.length);
      assert.ok(Number.isInteger(seconds) && seconds >= 0 && seconds <= 0x7fff_ffff);
    }),
    { seed: 9111, numRuns: 1000 },
  );
});
