// Section A: padding, on both sides of the gateway.

import assert from 'node:assert/strict';
import { gatewayUnderTest } from './gateway.ts';
import { decoded, query, RCODE, rcodeOf, wireName } from './messages.ts';
import { conformsWith, ENCRYPTED, EVERY, EVERY_WAY, PLAIN } from './over-transports.ts';
import { optionOf, optionsOf } from './reply-options.ts';

const PADDING = 12;
const BLOCK = 468;
const TXT = 16;

const stage = gatewayUnderTest({ extra: '[policy]\nrules = ["||blocked.example^"]' });
const conforms = conformsWith(stage);

const padded = (name: string, fill = 0, type = 1) =>
  query({ name, type, opt: { options: [[PADDING, Buffer.alloc(30, fill)]] } });

/** An answer of one TXT record; the reply without OPT has `length` octets. */
function txtOfLength(name: string, length: number): Buffer {
  const head = Buffer.concat([Buffer.from('000081800001000100000000', 'hex'), wireName(name), Buffer.of(0, 16, 0, 1)]);
  const rdata = Buffer.alloc(length - head.length - 12, 0x78);
  for (let i = 0; i < rdata.length; i += 256) rdata[i] = Math.min(255, rdata.length - i - 1);
  const fixed = Buffer.from('c00c0010000100000e100000', 'hex');
  fixed.writeUInt16BE(rdata.length, 10);
  return Buffer.concat([head, fixed, rdata]);
}

conforms(
  'A01',
  ENCRYPTED,
  'a padded query gets a reply of whole blocks of 468 octets',
  async ({ exchange, name, upstream }) => {
    for (const length of [100, 452, 453, 454, 468, 469, 900, 2000, 5000]) {
      const asked = `n${length}.${name}`;
      upstream.answer(asked, 'TXT', txtOfLength(asked, length));
      const reply = await exchange(padded(asked, 0, TXT));
      // OPT, and the head of the padding option.
      assert.equal(reply?.length, Math.ceil((length + 15) / BLOCK) * BLOCK, `${length} octets`);
      assert.equal(optionsOf(reply).at(-1)?.[0], PADDING);
      const plain = await exchange(query({ name: asked, type: TXT, opt: {} }));
      assert.equal(plain?.length, length + 11);
    }
  },
);

conforms(
  'A02',
  EVERY,
  'queries upstream are padded to a multiple of 128 octets',
  async ({ exchange, name, upstream }) => {
    for (const asked of [name, `${'a'.repeat(60)}.${name}`, `${'a'.repeat(60)}.${'b'.repeat(60)}.${name}`]) {
      await exchange(query({ name: asked }));
      const [forwarded] = upstream.queriesFor(asked);
      assert.equal(forwarded!.length % 128, 0);
      assert.ok(optionOf(forwarded, PADDING) !== undefined);
    }
  },
);

conforms('A03', PLAIN, 'no reply over UDP or plain TCP is padded', async ({ exchange, name }) => {
  assert.equal(optionOf(await exchange(padded(name)), PADDING), undefined);
});

conforms(
  'A03',
  EVERY_WAY,
  'no reply to a query without OPT, or without padding, is padded',
  async ({ exchange, name }) => {
    const plain = await exchange(query({ name }));
    assert.equal(decoded(plain).packet.additionals?.length, 0);
    assert.equal(optionOf(await exchange(query({ name, opt: {} })), PADDING), undefined);
  },
);

conforms('A04', ENCRYPTED, 'padding is written as zeros, and read whatever it is', async ({ exchange, name }) => {
  const before = await exchange(padded(name, 0x00));
  const reply = await exchange(padded(name, 0xff));
  assert.equal(rcodeOf(reply), RCODE.NOERROR);
  assert.equal(reply?.length, before?.length);
  assert.ok(optionOf(reply, PADDING)!.every((octet) => octet === 0));
});

conforms('A05', ENCRYPTED, 'padding brings no message over 65,535 octets', async ({ exchange, name, upstream }) => {
  for (const length of [65_000, 65_100, 65_510, 65_519, 65_520, 65_521, 65_524]) {
    const asked = `n${length}.${name}`;
    upstream.answer(asked, 'TXT', txtOfLength(asked, length));
    const reply = await exchange(padded(asked, 0, TXT));
    assert.ok(reply !== undefined && reply.length <= 65_535 && reply.length >= length + 11, `${length} octets`);
    assert.equal(decoded(reply).packet.answers?.length, 1);
  }
});

conforms(
  'A06',
  ENCRYPTED,
  'fetched, cached, blocked, local, refused and failed replies are of one size',
  async ({ exchange, name, upstream }) => {
    upstream.answer(`broken.${name}`, 'A', Buffer.from('000081800001000500000000', 'hex'));
    const sizes = [];
    for (const asked of [name, name, 'blocked.example', 'localhost', 'x.onion', `broken.${name}`])
      sizes.push((await exchange(padded(asked)))?.length);
    sizes.push((await exchange(padded(name, 0, 255)))?.length);
    assert.deepEqual(
      sizes,
      sizes.map(() => BLOCK),
    );
  },
);
