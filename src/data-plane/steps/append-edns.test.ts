import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { concat, FLAGS_QUERY, message, name, opt, option, question } from '../../../test/fuzz/wire/messages.ts';
import { addressOf, COOKIES } from '../../../test/scenarios/conversation.ts';
import { QUERY_FAULT, readQuery } from '../../wire/query-reader.ts';
import { startReply } from '../../wire/reply-builder.ts';
import type { ReplySink } from '../listeners/listener.ts';
import { DOH, DOT, TCP, UDP } from '../listeners/transports.ts';
import { Query } from '../query.ts';
import { ServerCookies } from '../server-cookies.ts';
import { appendEdns } from './append-edns.ts';
import { fitTransport } from './fit-transport.ts';

const COOKIE = 10;
const KEEPALIVE = 11;
const PADDING = 12;
const EXTENDED_ERROR = 15;

const step = appendEdns(new ServerCookies(COOKIES));
const query = new Query(new Uint8Array(16));
const encoder = new TextEncoder();

interface Situation {
  readonly transport: typeof UDP;
  readonly options?: readonly number[];
  readonly size?: number;
  /** Octets of the reply before OPT. */
  readonly replyBytes?: number;
  readonly errors?: readonly (readonly [code: number, text: string])[];
}

/** The options of the reply, and its length. */
function finish(situation: Situation): { length: number; isTruncated: boolean; options: [number, Buffer][] } {
  const { transport, options = [], size = 1232, replyBytes = 0, errors = [] } = situation;
  const asked = options.map((code) => option(code, new Uint8Array(code === COOKIE ? 8 : 0)));
  const octets = message({
    flags: FLAGS_QUERY,
    questions: [question(name('example.org'), 1)],
    additionals: [opt({ size, options: concat(...asked) })],
  });
  const sink: ReplySink = {
    transport,
    answer: () => assert.fail('not yet'),
    drop: () => assert.fail('not yet'),
    retain: (path) => path,
    ...((transport === TCP || transport === DOT) && { keepaliveDeciseconds: () => 300 }),
  };
  query.begin(sink, {}, octets, octets.length, addressOf('192.0.2.1'), 0);
  assert.equal(readQuery(octets, octets.length, query.facts), QUERY_FAULT.NONE);
  const [first, second] = errors;
  if (first !== undefined) query.explain(first[0], encoder.encode(first[1]));
  if (second !== undefined) query.explainAlso(second[0], encoder.encode(second[1]));
  query.replyLength = fillUp(startReply(query.facts, 0, query.reply), replyBytes);
  step.run(query);
  fitTransport.run(query);
  const reply = Buffer.from(query.reply.subarray(0, query.replyLength));
  const record = dnsPacket.decode(reply).additionals!.find(({ type }) => type === 'OPT') as dnsPacket.OptAnswer;
  const found = record.options as unknown as readonly { code: number; data: Buffer }[];
  return {
    length: reply.length,
    isTruncated: (reply[2]! & 2) !== 0,
    options: found.map(({ code, data }) => [code, data]),
  };
}

/** One record of as many octets as it takes. */
function fillUp(length: number, replyBytes: number): number {
  const rdataBytes = replyBytes - length - 12;
  if (rdataBytes < 0) return length;
  const { reply } = query;
  reply.set([0xc0, 12, 0xff, 0, 0, 1, 0, 0, 0, 60, rdataBytes >>> 8, rdataBytes & 0xff], length);
  reply[7] = 1;
  return replyBytes;
}

describe('the options of a reply', () => {
  test('F01 two explanations are two options, in their order', () => {
    const { options } = finish({
      transport: UDP,
      errors: [
        [13, 'from the cache'],
        [22, ''],
      ],
    });
    assert.deepEqual(
      options.map(([code, data]) => [code, data.readUInt16BE(), data.subarray(2).toString()]),
      [
        [EXTENDED_ERROR, 13, 'from the cache'],
        [EXTENDED_ERROR, 22, ''],
      ],
    );
    assert.deepEqual(finish({ transport: UDP }).options, [], 'the next reply has none of them');
  });

  test('F04 both texts go before the second code, the second code before the first', () => {
    const errors = [
      [13, 'x'.repeat(20)],
      [22, 'y'.repeat(20)],
    ] as const;
    const errorsIn = (replyBytes: number) =>
      finish({ transport: UDP, size: 512, replyBytes, errors }).options.map(([, data]) => data.length);
    assert.deepEqual(errorsIn(512 - 11 - 52), [22, 22]);
    assert.deepEqual(errorsIn(512 - 11 - 51), [2, 2]);
    assert.deepEqual(errorsIn(512 - 11 - 12), [2, 2]);
    assert.deepEqual(errorsIn(512 - 11 - 11), [2]);
    assert.deepEqual(errorsIn(512 - 11 - 5), []);
  });

  test('T07 A05 padding carries no reply across 8,192 octets that had less', () => {
    const lengthOf = (replyBytes: number) => finish({ transport: DOT, options: [PADDING], replyBytes }).length;
    assert.equal(lengthOf(7900), 17 * 468);
    assert.deepEqual([7942, 8000, 8177].map(lengthOf), [8192, 8192, 8192]);
    assert.equal(lengthOf(8178), 8189, 'no room for an option without octets');
    assert.equal(lengthOf(8182), 18 * 468);
    assert.deepEqual([65_200, 65_510].map(lengthOf), [140 * 468, 65_535]);
  });

  test('E12 P10 A01 whatever was asked for, of whatever length the reply: well-formed, within the limits, padding last', () => {
    const situations = fc.record({
      transport: fc.constantFrom(UDP, TCP, DOT, DOH),
      options: fc.array(fc.constantFrom<number>(COOKIE, KEEPALIVE, PADDING, 65_001), { maxLength: 6 }),
      size: fc.constantFrom(0, 512, 800, 1232, 65_535),
      replyBytes: fc.oneof(
        fc.integer({ min: 0, max: 9000 }),
        fc.integer({ min: 65_000, max: 65_524 }),
        fc.integer({ min: 400, max: 520 }),
      ),
      errors: fc.array(
        fc.tuple(fc.constantFrom(0, 13, 22), fc.string({ maxLength: 40 })).filter(([, text]) => !text.includes('\0')),
        { maxLength: 2 },
      ),
    });
    const property = fc.property(situations, ({ errors, ...situation }) => {
      const { transport, options: asked, size, replyBytes } = situation;
      const { length, isTruncated, options } = finish({ ...situation, errors: errors as [number, string][] });
      const limit = transport.datagram ? Math.min(Math.max(size, 512), 1232) : 65_535;
      assert.ok(length <= limit);
      const codes = options.map(([code]) => code);
      const without = codes.filter((code) => code !== EXTENDED_ERROR);
      assert.deepEqual(without, [...new Set(without)], 'none twice');
      assert.ok(without.every((code) => code !== 65_001 && asked.includes(code)));
      assert.equal(codes.includes(KEEPALIVE) && !(transport === TCP || transport === DOT), false);
      assert.equal(codes.includes(PADDING) && !transport.encrypted, false);
      if (codes.includes(PADDING)) assert.equal(codes.at(-1), PADDING);
      assert.equal(isTruncated && !transport.datagram, false);
      if (replyBytes < 65_000) assert.equal(codes.includes(COOKIE), asked.includes(COOKIE));
      if (length < 65_535 && codes.includes(PADDING)) assert.ok(length % 468 === 0 || length === 8192);
    });
    fc.assert(property, { seed: 20_261_122, numRuns: 2000 });
  });
});
