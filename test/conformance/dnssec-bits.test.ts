// D01 to D05: what a forwarder does with DO, CD, AD and signatures.

import assert from 'node:assert/strict';
import * as dnsPacket from 'dns-packet';
import { soa } from '../scenarios/conversation.ts';
import { gatewayUnderTest } from './gateway.ts';
import { decoded, DO, query, RD } from './messages.ts';
import { conformsWith, EVERY } from './over-transports.ts';

const stage = gatewayUnderTest({ extra: '[policy]\nrules = ["||blocked.example^"]' });
const conforms = conformsWith(stage);

const AD = 0x0020;
const CD = 0x0010;
const NSEC = 47;
const RRSIG = 46;

function flagsOf(message: Uint8Array | undefined): number {
  assert.ok(message, 'no message');
  return (message[2]! << 8) | message[3]!;
}

/** Flags of the OPT record. */
function optFlagsOf(message: Uint8Array | undefined): number | undefined {
  assert.ok(message, 'no message');
  const opt = dnsPacket.decode(Buffer.from(message)).additionals?.find(({ type }) => type === 'OPT');
  return (opt as { flags?: number } | undefined)?.flags;
}

function sectionsOf(reply: Buffer | undefined): string[][] {
  const { answers = [], authorities = [] } = decoded(reply).packet;
  return [answers, authorities].map((records) => records.map(({ type }) => type));
}

function signature(name: string, typeCovered: string): dnsPacket.Answer {
  const data = {
    typeCovered,
    algorithm: 8,
    labels: 3,
    originalTTL: 300,
    expiration: 2e9,
    inception: 1e9,
    keyTag: 1,
    signersName: 'example.org',
    signature: Buffer.alloc(8),
  };
  return { type: 'RRSIG', name, ttl: 300, data } as unknown as dnsPacket.Answer;
}

function proof(name: string): dnsPacket.Answer {
  return {
    type: 'NSEC',
    name,
    ttl: 300,
    data: { nextDomain: `z.${name}`, rrtypes: ['A'] },
  } as unknown as dnsPacket.Answer;
}

conforms('D01', EVERY, 'DO goes to the upstream and comes back', async ({ exchange, name, upstream }) => {
  assert.equal(optFlagsOf(await exchange(query({ name, opt: { flags: DO } }))), DO);
  assert.equal(optFlagsOf(await exchange(query({ name, opt: {} }))), 0);
  assert.deepEqual(upstream.queriesFor(name).map(optFlagsOf), [DO, 0]);
});

conforms(
  'D02',
  EVERY,
  'CD goes to the upstream and comes back, cold and cached',
  async ({ exchange, name, upstream }) => {
    for (let round = 0; round < 2; round++) {
      assert.equal(flagsOf(await exchange(query({ name, flags: RD | CD }))) & CD, CD);
      assert.equal(flagsOf(await exchange(query({ name }))) & CD, 0);
    }
    assert.deepEqual(
      upstream.queriesFor(name).map((octets) => flagsOf(octets) & CD),
      [CD, 0],
    );
  },
);

conforms(
  'D03',
  EVERY,
  'AD is for those who ask for it by DO or AD, if the upstream set it',
  async ({ exchange, name, upstream }) => {
    const answers: dnsPacket.Answer[] = [{ type: 'A', name, ttl: 300, data: '192.0.2.7' }];
    upstream.answer(name, 'A', { answers, flags: dnsPacket.AUTHENTIC_DATA });
    const hasAd = async (parts: { flags?: number; opt?: { flags: number }; name?: string }) =>
      (flagsOf(await exchange(query({ name, ...parts }))) & AD) !== 0;
    for (let round = 0; round < 2; round++) {
      assert.equal(await hasAd({}), false);
      assert.equal(await hasAd({ flags: RD | AD }), true);
      assert.equal(await hasAd({ opt: { flags: DO } }), true);
      for (const other of [`plain.${name}`, `${name}.blocked.example`, 'localhost'])
        assert.equal(await hasAd({ name: other, flags: RD | AD, opt: { flags: DO } }), false, other);
    }
  },
);

conforms(
  'D04',
  EVERY,
  'AD of a query is no fault, and makes nothing look validated',
  async ({ exchange, name, upstream }) => {
    for (const flags of [RD | AD, RD, RD | AD]) {
      const reply = await exchange(query({ name, flags }));
      assert.deepEqual([flagsOf(reply) & 0x0f, flagsOf(reply) & AD], [0, 0]);
    }
    assert.equal(upstream.queriesFor(name).length, 1);
  },
);

conforms(
  'D05',
  EVERY,
  'without DO no signature and no proof, whatever the upstream sends',
  async ({ exchange, name, upstream }) => {
    const address: dnsPacket.Answer = { type: 'A', name, ttl: 300, data: '192.0.2.7' };
    upstream.answer(name, 'A', {
      answers: [address, signature(name, 'A')],
      authorities: [proof(name), signature(name, 'NSEC')],
    });
    upstream.answer(`no.${name}`, 'A', {
      rcode: 3,
      authorities: [
        soa('example.org', 300, 300),
        signature('example.org', 'SOA'),
        proof(name),
        signature(name, 'NSEC'),
      ],
    });
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(sectionsOf(await exchange(query({ name }))), [['A'], []]);
      assert.deepEqual(sectionsOf(await exchange(query({ name: `no.${name}`, opt: {} }))), [[], ['SOA']]);
      assert.deepEqual(sectionsOf(await exchange(query({ name: `no.${name}`, opt: { flags: DO } }))), [
        [],
        ['SOA', 'RRSIG', 'NSEC', 'RRSIG'],
      ]);
    }
  },
);

conforms(
  'D05',
  EVERY,
  'signatures and proofs that are asked for by type are given',
  async ({ exchange, name, upstream }) => {
    upstream.answer(name, 'RRSIG', { answers: [signature(name, 'A')] });
    upstream.answer(name, `TYPE${NSEC}`, { answers: [proof(name)] });
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(sectionsOf(await exchange(query({ name, type: RRSIG }))), [['RRSIG'], []]);
      assert.deepEqual(sectionsOf(await exchange(query({ name, type: NSEC }))), [['NSEC'], []]);
    }
  },
);
