// C13 to C15, C24, D06, F05: what fails, and what is asked at once.

import assert from 'node:assert/strict';
import type * as dnsPacket from 'dns-packet';
import type { ScriptedRequest } from '../peers/scripted-doh-server.ts';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, decoded, query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, EVERY } from './over-transports.ts';
import { buildAnswer } from './scripted-answers.ts';

const conforms = conformsWith(gatewayUnderTest({ threads: 2 }));

/** An OPT record with this Extended DNS Error. */
function optWith(infoCode: number, text = ''): dnsPacket.Answer {
  const data = Buffer.concat([Buffer.of(infoCode >>> 8, infoCode & 0xff), Buffer.from(text)]);
  const opt = { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [{ code: 15, data }] };
  return opt as never;
}

conforms('C13', EVERY, 'a hundred questions for a name that fails cost the upstream one', async (stage) => {
  const { exchange, upstream, name } = stage;
  upstream.answer(name, 'A', { rcode: RCODE.SERVFAIL });
  assert.equal(rcodeOf(await exchange(query({ name }))), RCODE.SERVFAIL);
  const replies = await Promise.all(Array.from({ length: 99 }, (_, id) => exchange(query({ name, id }))));
  for (const reply of replies) assert.equal(rcodeOf(reply), RCODE.SERVFAIL);
  assert.equal(upstream.queriesFor(name).length, 1);
});

conforms('C13', EVERY, 'an upstream that answers with HTTP errors is not asked with every question', async (stage) => {
  const { exchange, upstream, name } = stage;
  upstream.answer(name, 'A', (request) => request.reply({ ':status': 503 }));
  for (let count = 0; count < 20; count++) assert.equal(rcodeOf(await exchange(query({ name }))), RCODE.SERVFAIL);
  assert.equal(upstream.queriesFor(name).length, 1);
});

conforms('C14', EVERY, 'a question that breaks its connection is tried three times at most', async (stage) => {
  const { exchange, upstream, name } = stage;
  upstream.answer(name, 'A', ({ stream }: ScriptedRequest) => stream.close(2));
  assert.equal(rcodeOf(await exchange(query({ name }))), RCODE.SERVFAIL);
  const tries = upstream.queriesFor(name).length;
  assert.ok(tries >= 1 && tries <= 3, `${tries} tries`);
});

conforms('C14', ['udp'], 'a question that gets no answer at all is tried three times at most', async (stage) => {
  const { exchange, upstream, name } = stage;
  upstream.answer(name, 'A', () => {});
  assert.equal(rcodeOf(await exchange(query({ name }))), RCODE.SERVFAIL);
  const tries = upstream.queriesFor(name).length;
  assert.ok(tries >= 1 && tries <= 3, `${tries} tries`);
});

conforms('C15', EVERY, 'a remembered failure has its RCODE and EDE 13, if the client speaks EDNS', async (stage) => {
  const { exchange, upstream, name } = stage;
  upstream.answer(name, 'A', { rcode: RCODE.REFUSED });
  assert.deepEqual(decoded(await exchange(query({ name, opt: {} }))).extendedErrors, [0]);
  const again = await exchange(query({ name, opt: {} }));
  assert.deepEqual([rcodeOf(again), decoded(again).extendedErrors], [RCODE.REFUSED, [0, 13]]);
  const plain = await exchange(query({ name }));
  assert.deepEqual([rcodeOf(plain), decoded(plain).packet.additionals?.length], [RCODE.REFUSED, 0]);
});

conforms('C24', EVERY, 'a question asked twenty times at once reaches the upstream once', async (stage) => {
  const { exchange, upstream, name } = stage;
  const held: ScriptedRequest[] = [];
  const arrived = Promise.withResolvers<void>();
  upstream.answer(name, 'A', (request) => {
    held.push(request);
    arrived.resolve();
  });
  const spellings = Array.from({ length: 20 }, (_, id) => (id % 2 === 0 ? name : name.toUpperCase()));
  const replies = spellings.map((spelling, id) => exchange(query({ name: spelling, id })));
  await arrived.promise;
  // Asked after the others over the same connection: once it is answered, they have all been read.
  await exchange(query({ name: `behind.${name}`, id: 999 }));
  const answers: dnsPacket.Answer[] = [{ type: 'A', name, ttl: 300, data: '192.0.2.7' }];
  for (const request of held) request.answer(buildAnswer(request.query, { answers }));
  for (const [id, reply] of (await Promise.all(replies)).entries()) {
    const { packet } = decoded(reply);
    assert.deepEqual([packet.id, packet.questions?.[0]?.name], [id, spellings[id]]);
    assert.equal(answersOf(reply).length, 1);
  }
  assert.equal(upstream.queriesFor(name).length, 1);
});

conforms(
  'D06',
  EVERY,
  'what the upstream could not validate is SERVFAIL with its reason, and stays so',
  async (stage) => {
    const { exchange, upstream, name } = stage;
    upstream.answer(name, 'A', { answers: [{ type: 'A', name, ttl: 0, data: '192.0.2.7' }] });
    await exchange(query({ name, opt: {} }));
    const asked = upstream.queriesFor(name).length;
    upstream.answer(name, 'A', { rcode: RCODE.SERVFAIL, additionals: [optWith(6, 'signature expired')] });
    const first = await exchange(query({ name, opt: {} }));
    assert.deepEqual([rcodeOf(first), decoded(first).extendedErrors, answersOf(first)], [RCODE.SERVFAIL, [6], []]);
    assert.ok(first!.includes('signature expired'));
    for (let count = 0; count < 5; count++) {
      const again = await exchange(query({ name, opt: {} }));
      assert.deepEqual(
        [rcodeOf(again), decoded(again).extendedErrors, answersOf(again)],
        [RCODE.SERVFAIL, [6, 13], []],
      );
    }
    assert.equal(upstream.queriesFor(name).length, asked + 1);
  },
);

conforms('F05', EVERY, 'the upstream’s explanation is handed on, with answers and with failures', async (stage) => {
  const { exchange, upstream, name } = stage;
  const answers: dnsPacket.Answer[] = [{ type: 'A', name, ttl: 300, data: '192.0.2.7' }];
  upstream.answer(name, 'A', { answers, additionals: [optWith(1, 'old algorithm')] });
  upstream.answer(name, 'MX', { rcode: RCODE.REFUSED, additionals: [optWith(18, 'not for you')] });
  const answered = await exchange(query({ name, opt: {} }));
  assert.deepEqual(decoded(answered).extendedError, { code: 1, text: 'old algorithm' });
  for (let round = 0; round < 2; round++) {
    const refused = await exchange(query({ name, type: 15, opt: {} }));
    assert.deepEqual(decoded(refused).extendedError, { code: 18, text: 'not for you' });
  }
  const cached = await exchange(query({ name, opt: {} }));
  assert.deepEqual([answersOf(cached).length, decoded(cached).extendedErrors], [1, []]);
  const plain = await exchange(query({ name, type: 15 }));
  assert.equal(decoded(plain).packet.additionals?.length, 0);
});
