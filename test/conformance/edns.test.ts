// Section E over the wire: the OPT record and its options. Cookies: edns-cookies.test.ts.

import assert from 'node:assert/strict';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, decoded, DO, header, optRecord, query, RCODE, rcodeOf, uint16, wireName } from './messages.ts';
import { conformsWith, EVERY, EVERY_WAY, NOT_UDP } from './over-transports.ts';
import { optionOf, optionsOf, optOf, rcodeOfOpt } from './reply-options.ts';

const NSID = 3;
const CLIENT_SUBNET = 8;
const COOKIE = 10;
const KEEPALIVE = 11;
const PADDING = 12;
const UNKNOWN = 65_001;
const BADVERS = 16;

const stage = gatewayUnderTest({ extra: '[policy]\nrules = ["||blocked.example^"]' });
const conforms = conformsWith(stage);

/** A question and the records behind it. */
function withAdditionals(name: string, ...records: readonly Uint8Array[]): Buffer {
  return Buffer.concat([query({ name, counts: [1, 0, 0, records.length] }), ...records]);
}

/** TSIG of an unknown key; its MAC is of no use to anybody. */
const tsig = Buffer.concat([wireName('key.example'), ...[250, 255, 0, 0, 30].map(uint16), Buffer.alloc(30, 1)]);

conforms('E01', EVERY_WAY, 'one OPT if the query had one, else none', async ({ exchange, name }) => {
  // Fetched, cached, blocked, local, and what is no question at all.
  const asked = [
    { name },
    { name },
    { name: 'blocked.example' },
    { name: 'localhost' },
    { name, flags: 0 },
    { name, type: 255 },
  ];
  for (const parts of [...asked, { name, flags: 0x1100 }, { name, qclass: 3 }]) {
    assert.equal(optOf(await exchange(query(parts))), undefined);
    assert.ok(optOf(await exchange(query({ ...parts, opt: {} }))) !== undefined, JSON.stringify(parts));
  }
  const two = [
    header(7, 0x0100, [2, 0, 0, 1]),
    ...[name, name].map((n) => query({ name: n }).subarray(12)),
    optRecord(),
  ];
  assert.ok(optOf(await exchange(Buffer.concat(two))) !== undefined, 'two questions');
});

conforms('E02', EVERY, 'two OPT records, or one with an owner, are FORMERR', async ({ exchange, name, upstream }) => {
  for (const opt of [[{}, {}], [{}, { version: 1 }], { owner: wireName('example') }, { owner: Buffer.of(0xc0, 12) }])
    assert.equal(rcodeOf(await exchange(query({ name, opt }))), RCODE.FORMERR);
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms('E03', EVERY, 'a newer version is BADVERS, without an answer', async ({ exchange, name, upstream }) => {
  for (const version of [1, 2, 255]) {
    const reply = await exchange(query({ name, opt: { version, rdata: Buffer.of(0xff) } }));
    assert.equal(rcodeOf(reply) + rcodeOfOpt(reply), BADVERS);
    assert.equal(optOf(reply)?.ednsVersion, 0);
    assert.deepEqual(answersOf(reply), []);
  }
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms('E04', EVERY, 'unknown options and flags are ignored and not echoed', async ({ exchange, name }) => {
  for (const flags of [0x7fff, 0xffff]) {
    const reply = await exchange(query({ name, opt: { flags, options: [[UNKNOWN, Buffer.from('hello')]] } }));
    assert.deepEqual(answersOf(reply), [`${name} A "192.0.2.1"`]);
    assert.equal(optOf(reply)?.flags, flags & DO);
    assert.deepEqual(optionsOf(reply), []);
  }
});

conforms('E05', EVERY, 'an option longer than its record is FORMERR', async ({ exchange, name, upstream }) => {
  const cut = [
    [UNKNOWN, 1],
    [UNKNOWN, 0xffff],
    [NSID, 4],
    [PADDING, 500],
  ].map((numbers) => Buffer.concat(numbers.map(uint16)));
  for (const rdata of [...cut, Buffer.of(0), Buffer.of(0, 3, 0)]) {
    const reply = await exchange(query({ name, opt: { rdata } }));
    assert.equal(rcodeOf(reply), RCODE.FORMERR, rdata.toString('hex'));
    assert.ok(optOf(reply) !== undefined);
  }
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms('E06', NOT_UDP, 'thousands of options cost milliseconds', async ({ exchange, name }) => {
  const options = Array.from({ length: 16_000 }, () => [UNKNOWN, Buffer.alloc(0)] as const);
  const before = performance.now();
  for (let round = 0; round < 20; round++) {
    const reply = await exchange(query({ name, opt: { options } }));
    assert.deepEqual(answersOf(reply), [`${name} A "192.0.2.1"`]);
  }
  assert.ok(performance.now() - before < 4_000);
});

conforms('E07', EVERY, 'options that are repeated do not make a reply larger', async ({ exchange, name }) => {
  const one = [
    [NSID, Buffer.alloc(0)],
    [COOKIE, Buffer.alloc(8, 1)],
    [KEEPALIVE, Buffer.alloc(0)],
    [PADDING, Buffer.alloc(0)],
  ] as const;
  const once = await exchange(query({ name, opt: { options: one } }));
  const often = await exchange(query({ name, opt: { options: Array.from({ length: 12 }, () => one).flat() } }));
  assert.equal(often?.length, once?.length);
  assert.deepEqual(
    optionsOf(often).map(([code]) => code),
    optionsOf(once).map(([code]) => code),
  );
});

conforms('E08', EVERY_WAY, "nothing of the client's OPT goes upstream", async ({ exchange, name, upstream }) => {
  const options = [
    [NSID, Buffer.alloc(0)],
    [CLIENT_SUBNET, Buffer.from('00011800c00002', 'hex')],
    [COOKIE, Buffer.from('cookie00')],
    [UNKNOWN, Buffer.from('smuggled')],
  ] as const;
  await exchange(query({ name, opt: { udpPayloadSize: 4321, flags: 0x7fff, options } }));
  const [forwarded] = upstream.queriesFor(name);
  const opt = optOf(forwarded);
  assert.deepEqual([opt?.udpPayloadSize, opt?.flags], [1232, 0]);
  assert.deepEqual(
    optionsOf(forwarded).map(([code]) => code),
    [PADDING],
  );
});

conforms('E09', EVERY, 'the size that is announced is 1232', async ({ exchange, name }) => {
  for (const udpPayloadSize of [0, 512, 1232, 4096, 65_535])
    assert.equal(optOf(await exchange(query({ name, opt: { udpPayloadSize } })))?.udpPayloadSize, 1232);
});

conforms(
  'E10',
  EVERY,
  'OPT need not come last, and a signature is never forwarded',
  async ({ exchange, name, upstream }) => {
    for (const records of [[optRecord(), tsig], [tsig, optRecord()], [tsig]]) {
      const reply = await exchange(withAdditionals(name, ...records));
      assert.deepEqual(answersOf(reply), [`${name} A "192.0.2.1"`]);
      assert.equal(optOf(reply) !== undefined, records.length === 2);
    }
    const [forwarded] = upstream.queriesFor(name);
    assert.ok(forwarded !== undefined && !forwarded.includes('key'));
  },
);

conforms('E11', EVERY, 'a client subnet is neither sent upstream nor echoed', async ({ exchange, name, upstream }) => {
  for (const subnet of ['00011800c00002', '00010000', '0002380020010db8000000']) {
    const asked = `${subnet}.${name}`;
    // Fetched, then cached.
    for (let round = 0; round < 2; round++) {
      const reply = await exchange(
        query({ name: asked, opt: { options: [[CLIENT_SUBNET, Buffer.from(subnet, 'hex')]] } }),
      );
      assert.deepEqual(answersOf(reply), [`${asked} A "192.0.2.1"`]);
      assert.equal(optionOf(reply, CLIENT_SUBNET), undefined);
    }
    assert.equal(optionOf(upstream.queriesFor(asked)[0], CLIENT_SUBNET), undefined);
  }
  for (const broken of ['0001', '00012100c000020100', '00011500c000ff'])
    assert.equal(
      rcodeOf(await exchange(query({ name, opt: { options: [[CLIENT_SUBNET, Buffer.from(broken, 'hex')]] } }))),
      RCODE.FORMERR,
    );
});

conforms('E15', EVERY, 'NSID is not answered', async ({ exchange, name }) => {
  const reply = await exchange(query({ name, opt: { options: [[NSID, Buffer.alloc(0)]] } }));
  assert.deepEqual(optionsOf(reply), []);
  assert.equal(decoded(reply).packet.answers?.length, 1);
});
