// H13: what belongs to other transports has no place in DoH replies.

import assert from 'node:assert/strict';
import { gatewayUnderTest } from './gateway.ts';
import { query, wireName } from './messages.ts';
import { conformsWith } from './over-transports.ts';
import { optionOf } from './reply-options.ts';

const KEEPALIVE = 11;
const TC = 0x0200;

const stage = gatewayUnderTest();
const conforms = conformsWith(stage);

conforms(
  'H13',
  ['doh', 'doh-get', 'doh-http1'],
  'neither keepalive nor TC, however large the answer',
  async ({ exchange, name, upstream }) => {
    const head = Buffer.concat([
      Buffer.from('000081800001000100000000', 'hex'),
      wireName(name),
      Buffer.of(0, 16, 0, 1),
    ]);
    const rdata = Buffer.alloc(40_000, 0x78);
    for (let i = 0; i < rdata.length; i += 256) rdata[i] = Math.min(255, rdata.length - i - 1);
    const fixed = Buffer.from('c00c0010000100000e100000', 'hex');
    fixed.writeUInt16BE(rdata.length, 10);
    upstream.answer(name, 'TXT', Buffer.concat([head, fixed, rdata]));
    for (const udpPayloadSize of [0, 512, 1232]) {
      const opt = { udpPayloadSize, options: [[KEEPALIVE, Buffer.alloc(0)]] as const };
      const reply = await exchange(query({ name, type: 16, opt }));
      assert.ok(reply !== undefined && reply.length > 40_000);
      assert.equal(reply.readUInt16BE(2) & TC, 0);
      assert.equal(optionOf(reply, KEEPALIVE), undefined);
    }
  },
);
