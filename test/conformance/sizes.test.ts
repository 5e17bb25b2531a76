// Section T: how large a reply may be.

import assert from 'node:assert/strict';
import { withLengthPrefix } from '../fixtures/dns-messages.ts';
import { connectTcp, connectTls } from '../fixtures/listener-clients.ts';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, decoded, header, query, RCODE, RD, rcodeOf, uint16, wireName } from './messages.ts';
import { conformsWith, EVERY, NOT_UDP, STREAMS } from './over-transports.ts';
import { optOf } from './reply-options.ts';

const TXT = 16;
const CD = 0x0010;
const TC = 0x0200;

const stage = gatewayUnderTest();
const conforms = conformsWith(stage);

/** The upstream's answer to `name` TXT, so that the reply without OPT has `length` octets. */
function answerOfLength(name: string, length: number): Buffer {
  const head = Buffer.concat([header(0, 0x8180, [1, 1, 0, 0]), wireName(name), uint16(TXT), uint16(1)]);
  const fixed = Buffer.from('c00c0010000100000e10', 'hex');
  const rdataBytes = length - head.length - fixed.length - 2;
  const strings: Buffer[] = [];
  for (let left = rdataBytes; left > 0; ) {
    const size = Math.min(left, 256);
    strings.push(Buffer.concat([Buffer.of(size - 1), Buffer.alloc(size - 1, 0x78)]));
    left -= size;
  }
  return Buffer.concat([head, fixed, uint16(rdataBytes), ...strings]);
}

const isTruncated = (reply: Buffer) => (reply.readUInt16BE(2) & TC) !== 0;

conforms('T01', ['udp'], 'without OPT a datagram has at most 512 octets', async ({ exchange, name, upstream }) => {
  for (const length of [511, 512, 513]) {
    const asked = `n${length}.${name}`;
    upstream.answer(asked, 'TXT', answerOfLength(asked, length));
    // Fetched, then cached.
    for (let round = 0; round < 2; round++) {
      const reply = await exchange(query({ name: asked, type: TXT }));
      assert.ok(reply !== undefined && reply.length <= 512);
      assert.equal(isTruncated(reply), length > 512, `${length} octets`);
    }
  }
});

conforms('T02', ['udp'], 'a size below 512 counts as 512', async ({ exchange, name, upstream }) => {
  for (const udpPayloadSize of [0, 1, 511, 512]) {
    for (const length of [501, 502]) {
      const asked = `n${length}.${name}`;
      upstream.answer(asked, 'TXT', answerOfLength(asked, length));
      const reply = await exchange(query({ name: asked, type: TXT, opt: { udpPayloadSize } }));
      // OPT takes 11 octets.
      assert.equal(isTruncated(reply!), length > 501, `${udpPayloadSize} offered, ${length} octets`);
    }
  }
});

conforms(
  'T03',
  ['udp'],
  'no datagram has more than the client takes, nor more than 1232 octets',
  async ({ exchange, name, upstream }) => {
    for (const udpPayloadSize of [600, 1232, 1400, 4096, 65_535]) {
      const limit = Math.min(udpPayloadSize, 1232);
      for (const length of [limit - 11, limit - 10]) {
        const asked = `n${length}.${name}`;
        upstream.answer(asked, 'TXT', answerOfLength(asked, length));
        for (let round = 0; round < 2; round++) {
          const reply = await exchange(query({ name: asked, type: TXT, opt: { udpPayloadSize } }));
          assert.ok(reply !== undefined && reply.length <= limit);
          assert.equal(isTruncated(reply), length > limit - 11, `${udpPayloadSize} offered, ${length} octets`);
        }
      }
    }
  },
);

conforms('T04', ['udp'], 'a truncated reply is empty and keeps its OPT', async ({ exchange, name, upstream }) => {
  upstream.answer(name, 'TXT', answerOfLength(name, 5000));
  const asked = query({ name, type: TXT, opt: { flags: 0x8000, options: [[10, Buffer.alloc(8, 1)]] } });
  const reply = await exchange(asked);
  assert.ok(isTruncated(reply!));
  const { packet } = decoded(reply);
  assert.deepEqual([packet.answers?.length, packet.authorities?.length, packet.additionals?.length], [0, 0, 1]);
  assert.equal(optOf(reply)?.flag_do, true);
  // A client that looks at cookies would take a truncated reply without one for a forged one.
  assert.deepEqual(
    optOf(reply)?.options.map(({ code }) => Number(code)),
    [10],
  );
  const without = await exchange(query({ name, type: TXT }));
  assert.ok(isTruncated(without!));
  assert.equal(without!.length, query({ name, type: TXT }).length);
});

conforms(
  'T05',
  NOT_UDP,
  'the same question gets the whole answer over streams',
  async ({ exchange, name, upstream }) => {
    for (const length of [600, 1233, 5000, 20_000, 65_524]) {
      const asked = `n${length}.${name}`;
      upstream.answer(asked, 'TXT', answerOfLength(asked, length));
      for (const opt of [undefined, { udpPayloadSize: 512 }]) {
        const reply = await exchange(query({ name: asked, type: TXT, ...(opt && { opt }) }));
        assert.ok(reply !== undefined && !isTruncated(reply));
        assert.equal(reply.length, length + (opt === undefined ? 0 : 11));
      }
    }
  },
);

conforms('T06', EVERY, "an upstream's truncated answer is a failure", async ({ exchange, name, upstream }) => {
  const truncated = answerOfLength(name, 300);
  truncated.writeUInt16BE(0x8180 | TC, 2);
  upstream.answer(name, 'TXT', truncated);
  // The second time it is the failure that is remembered (EDE 13), and nothing else.
  for (const codes of [[24], [24, 13]]) {
    const reply = await exchange(query({ name, type: TXT, opt: {} }));
    assert.equal(rcodeOf(reply), RCODE.SERVFAIL);
    assert.deepEqual([answersOf(reply), decoded(reply).extendedErrors], [[], codes]);
    assert.ok(!isTruncated(reply!));
  }
  const asked = upstream.queriesFor(name).length;
  // For who validates by himself, neither answer nor failure is remembered.
  upstream.answer(name, 'TXT', answerOfLength(name, 300));
  const whole = await exchange(query({ name, type: TXT, flags: RD | CD, opt: {} }));
  assert.equal(answersOf(whole).length, 1);
  assert.equal(upstream.queriesFor(name).length, asked + 1);
});

conforms(
  'T07',
  STREAMS,
  'an answer of 8,100 octets travels whole, and padding leaves it readable for Android',
  async ({ exchange, name, upstream }) => {
    upstream.answer(name, 'TXT', answerOfLength(name, 8100));
    const plain = await exchange(query({ name, type: TXT }));
    assert.equal(plain?.length, 8100);
    const padded = await exchange(query({ name, type: TXT, opt: { options: [[12, Buffer.alloc(20)]] } }));
    assert.ok(padded !== undefined && !isTruncated(padded) && padded.length <= 8192);
    assert.equal(decoded(padded).packet.answers?.length, 1);
  },
);

conforms(
  'T08',
  STREAMS,
  'a length below 12 ends its connection and disturbs no other',
  async ({ t, transport, stage, name, exchange }) => {
    assert.equal(rcodeOf(await exchange(query({ name }))), RCODE.NOERROR);
    for (let length = 0; length < 12; length++) {
      const socket = transport === 'tcp' ? await connectTcp(stage.dns) : await connectTls(stage.dot, stage.trust);
      t.after(() => socket.destroy());
      socket.on('error', () => {});
      let octets = 0;
      socket.on('data', (chunk: Buffer) => (octets += chunk.length));
      const closed = new Promise<void>((resolve) => socket.once('end', resolve).once('close', resolve));
      socket.write(Buffer.concat([uint16(length), Buffer.alloc(length), withLengthPrefix(query({ name }))]));
      await closed;
      assert.equal(octets, 0, `length ${length}`);
    }
    assert.equal(rcodeOf(await exchange(query({ name }))), RCODE.NOERROR);
  },
);
