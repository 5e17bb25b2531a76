// Section E over the wire: DNS cookies, answered (the default), required, and off.

import assert from 'node:assert/strict';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, EVERY, EVERY_WAY } from './over-transports.ts';
import { optionOf, optOf, rcodeOfOpt } from './reply-options.ts';

const COOKIE = 10;
const BADCOOKIE = 23;
const CLIENT_COOKIE = Buffer.from('2464c4abcf10c957', 'hex');

const conforms = conformsWith(gatewayUnderTest({ threads: 2 }));
const conformsRequiring = conformsWith(gatewayUnderTest({ server: 'cookies = "require"', threads: 2 }));
const conformsWithout = conformsWith(gatewayUnderTest({ server: 'cookies = "off"' }));

const ask = (name: string, cookie: Uint8Array) => query({ name, opt: { options: [[COOKIE, cookie]] } });
const fullRcodeOf = (reply: Buffer | undefined) => rcodeOf(reply) + rcodeOfOpt(reply);

conforms('E12', EVERY, 'a cookie of impossible length is FORMERR', async ({ exchange, name, upstream }) => {
  for (const length of [0, 1, 7, 9, 15, 41, 100])
    assert.equal(rcodeOf(await exchange(ask(name, Buffer.alloc(length, 7)))), RCODE.FORMERR, `${length} octets`);
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms(
  'E12',
  EVERY_WAY,
  'a client cookie is answered with itself and a server cookie',
  async ({ exchange, name }) => {
    // Fetched, cached, blocked by its type, and none of ours behind it.
    const asked = [
      ask(name, CLIENT_COOKIE),
      ask(name, CLIENT_COOKIE),
      query({ name, type: 255, opt: { options: [[COOKIE, CLIENT_COOKIE]] } }),
    ];
    for (const octets of [...asked, ask(name, Buffer.concat([CLIENT_COOKIE, Buffer.alloc(32, 9)]))]) {
      const cookie = optionOf(await exchange(octets), COOKIE);
      assert.equal(cookie?.length, 24);
      assert.deepEqual(cookie.subarray(0, 8), CLIENT_COOKIE);
    }
    assert.equal(optionOf(await exchange(query({ name, opt: {} })), COOKIE), undefined);
  },
);

conforms('E13', EVERY, 'a server cookie is version 1, three zeros, the time and a hash', async ({ exchange, name }) => {
  const cookie = optionOf(await exchange(ask(name, CLIENT_COOKIE)), COOKIE)!;
  assert.equal(cookie.subarray(8, 12).toString('hex'), '01000000');
  assert.ok(Math.abs(cookie.readUInt32BE(12) - Date.now() / 1000) < 60);
  const other = optionOf(await exchange(ask(name, Buffer.alloc(8, 1))), COOKIE)!;
  assert.notDeepEqual(other.subarray(16), cookie.subarray(16));
});

conformsWithout('E12', EVERY, 'with cookies off a cookie is ignored', async ({ exchange, name }) => {
  const reply = await exchange(ask(name, CLIENT_COOKIE));
  assert.deepEqual(answersOf(reply), [`${name} A "192.0.2.1"`]);
  assert.equal(optionOf(reply, COOKIE), undefined);
});

conformsRequiring(
  'E14',
  ['udp'],
  'BADCOOKIE with a cookie, and with that cookie an answer',
  async ({ exchange, name, upstream }) => {
    const strange = Buffer.concat([CLIENT_COOKIE, Buffer.from('010000005cf79f111f8130c3eee29480', 'hex')]);
    for (const shown of [CLIENT_COOKIE, strange]) {
      const refused = await exchange(ask(name, shown));
      assert.equal(fullRcodeOf(refused), BADCOOKIE);
      assert.deepEqual(answersOf(refused), []);
      assert.deepEqual(upstream.queriesFor(name), []);
    }
    // Nor does a forged address hear anything else.
    for (const parts of [{ type: 255 }, { type: 252 }, { qclass: 3 }, { flags: 0 }])
      assert.equal(
        fullRcodeOf(await exchange(query({ name, ...parts, opt: { options: [[COOKIE, CLIENT_COOKIE]] } }))),
        BADCOOKIE,
      );
    const given = optionOf(await exchange(ask(name, CLIENT_COOKIE)), COOKIE)!;
    const reply = await exchange(ask(name, given));
    assert.equal(fullRcodeOf(reply), RCODE.NOERROR);
    assert.deepEqual(answersOf(reply), [`${name} A "192.0.2.1"`]);
    assert.equal(optionOf(reply, COOKIE)?.length, 24);
  },
);

conformsRequiring('E14', EVERY_WAY, 'who speaks of no cookies is answered as ever', async ({ exchange, name }) => {
  for (const opt of [undefined, {}] as const) {
    const reply = await exchange(query({ name, ...(opt && { opt }) }));
    assert.deepEqual(answersOf(reply), [`${name} A "192.0.2.1"`]);
  }
});

conformsRequiring(
  'E14',
  ['tcp', 'dot', 'doh', 'doh-get', 'doh-http1'],
  'never BADCOOKIE where addresses are proven',
  async ({ exchange, name }) => {
    for (const shown of [CLIENT_COOKIE, Buffer.concat([CLIENT_COOKIE, Buffer.alloc(16, 1)])]) {
      const reply = await exchange(ask(name, shown));
      assert.equal(fullRcodeOf(reply), RCODE.NOERROR);
      assert.deepEqual(answersOf(reply), [`${name} A "192.0.2.1"`]);
      assert.equal(optOf(reply)?.ednsVersion, 0);
    }
  },
);
