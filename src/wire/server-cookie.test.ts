import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { addressOf } from '../../test/scenarios/conversation.ts';
import { FLAGS_QUERY, hex, message, name, opt, option, question, toHex } from '../../test/fuzz/wire/messages.ts';
import { QUERY_FAULT, QueryFacts, readQuery } from './query-reader.ts';
import { appendOpt } from './reply-opt.ts';
import { appendServerCookie, COOKIE_OPTION_BYTES, isServerCookieValid } from './server-cookie.ts';

interface Vector {
  readonly what: string;
  readonly client: string;
  readonly shown: string;
  readonly secret: string;
  /** When it is shown, where that is not the time of the answer. */
  readonly shownAt?: number;
  readonly unixSeconds: number;
  readonly given: string;
  /** The secret that `shown` was made with, where it is another. */
  readonly secretBefore?: string;
}

const SECRET = 'e5e973e5a6b2a43f48e7dc849e37bfcf';

/** RFC 9018 appendix A. */
const VECTORS: readonly Vector[] = [
  {
    what: 'a client without a server cookie',
    client: '198.51.100.100',
    shown: '2464c4abcf10c957',
    secret: SECRET,
    unixSeconds: 0x5cf79f11,
    given: '2464c4abcf10c957010000005cf79f111f8130c3eee29480',
  },
  {
    what: 'a client whose cookie is 40 minutes old',
    client: '198.51.100.100',
    shown: '2464c4abcf10c957010000005cf79f111f8130c3eee29480',
    secret: SECRET,
    unixSeconds: 0x5cf7a871,
    given: '2464c4abcf10c957010000005cf7a871d4a564a1442aca77',
  },
  {
    what: 'a cookie whose reserved octets are not zero',
    client: '203.0.113.203',
    shown: 'fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5',
    secret: SECRET,
    shownAt: 0x5cf7a9ac - 3600,
    unixSeconds: 0x5cf7a9ac,
    given: 'fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e',
  },
  {
    what: 'an IPv6 client and a secret that has been rolled',
    client: '2001:db8:220:1:59de:d0f4:8769:82b8',
    shown: '22681ab97d52c298010000005cf7c57926556bd0934c72f8',
    secretBefore: 'dd3bdf9344b678b185a6f5cb60fca715',
    secret: '445536bcd2513298075a5d379663c962',
    unixSeconds: 0x5cf7c609,
    given: '22681ab97d52c298010000005cf7c609a6bb79d16625507a',
  },
];

function factsOf(cookie: Uint8Array): QueryFacts {
  const facts = new QueryFacts();
  const octets = message({
    flags: FLAGS_QUERY,
    questions: [question(name('example.com'), 1)],
    additionals: [opt({ options: option(10, cookie) })],
  });
  assert.equal(readQuery(octets, octets.length, facts), QUERY_FAULT.NONE);
  return facts;
}

/** The cookie in the reply's OPT. */
function cookieFor(facts: QueryFacts, client: Uint8Array, unixSeconds: number, secret: Uint8Array): Uint8Array {
  const out = new Uint8Array(100);
  const optEnd = appendOpt(out, 12, 0, false);
  const end = appendServerCookie(out, 12, optEnd, facts, client, unixSeconds, secret);
  assert.equal(end - optEnd, COOKIE_OPTION_BYTES);
  assert.equal(toHex(out.subarray(12 + 9, 12 + 15)), '001c000a0018');
  return out.slice(optEnd + 4, end);
}

describe('server cookies', () => {
  for (const { what, client, shown, secret, shownAt, unixSeconds, given, secretBefore } of VECTORS) {
    test(`E13 RFC 9018 appendix A: ${what}`, () => {
      const address = addressOf(client);
      const facts = factsOf(hex(shown));
      const valid = isServerCookieValid(facts, address, shownAt ?? unixSeconds, hex(secretBefore ?? secret));
      assert.equal(valid, facts.cookieLength === 24);
      if (secretBefore !== undefined) assert.ok(!isServerCookieValid(facts, address, unixSeconds, hex(secret)));
      assert.equal(toHex(cookieFor(facts, address, unixSeconds, hex(secret))), given);
    });
  }

  test('E13 a cookie is taken from 5 minutes before to an hour after the time it bears, also across the end of 32 bits', () => {
    const address = addressOf('192.0.2.1');
    const secret = hex(SECRET);
    for (const madeAt of [1_800_000_000, 0xffff_ffff, 0x7fff_fff0, 10]) {
      const facts = factsOf(cookieFor(factsOf(new Uint8Array(8).fill(3)), address, madeAt, secret));
      const isValidAfter = (seconds: number) => isServerCookieValid(facts, address, madeAt + seconds, secret);
      assert.deepEqual([-301, -300, 0, 3600, 3601].map(isValidAfter), [false, true, true, true, false]);
    }
  });

  test('E13 a cookie is of no use at another address, with another secret, or with any bit changed', () => {
    const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const property = fc.property(
      octets(8),
      octets(16),
      octets(16),
      fc.nat(191),
      fc.boolean(),
      (client, address, secret, bit, v4) => {
        if (v4) address.set(hex('00000000000000000000ffff'));
        const now = 1_800_000_000;
        const cookie = cookieFor(factsOf(client), address, now, secret);
        assert.deepEqual(cookie.slice(0, 8), client);
        assert.ok(isServerCookieValid(factsOf(cookie), address, now, secret));
        const flipped = (bytes: Uint8Array, at: number) =>
          bytes.map((octet, i) => (i === at >>> 3 ? octet ^ (1 << (at & 7)) : octet));
        assert.ok(!isServerCookieValid(factsOf(flipped(cookie, bit)), address, now, secret));
        assert.ok(!isServerCookieValid(factsOf(cookie), flipped(address, bit % 128), now, secret));
        assert.ok(!isServerCookieValid(factsOf(cookie), address, now, flipped(secret, bit % 128)));
      },
    );
    fc.assert(property, { seed: 20_261_122, numRuns: 300 });
  });

  test('E13 server cookies of other lengths and versions are none of ours', () => {
    const address = addressOf('192.0.2.1');
    const secret = hex(SECRET);
    const cookie = cookieFor(factsOf(new Uint8Array(8)), address, 1_800_000_000, secret);
    for (let length = 16; length <= 40; length++) {
      const longer = new Uint8Array(length);
      longer.set(cookie.subarray(0, length));
      assert.equal(isServerCookieValid(factsOf(longer), address, 1_800_000_000, secret), length === 24, `${length}`);
    }
    assert.ok(!isServerCookieValid(factsOf(cookie.slice(0, 8)), address, 1_800_000_000, secret));
  });
});
