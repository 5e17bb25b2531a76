// Scenarios: what the upstream found to be forged is not asked for elsewhere, where nobody looks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import { scriptedUpstream } from '../peers/scripted-upstream.ts';

test('D06 SERVFAIL with EDE 6 to 12 is an answer: no other address is asked, also after several', async (t) => {
  const { servers, ask, events } = await scriptedUpstream(t, { servers: 2 });
  servers[0]!.respond = ({ query, answer }) => {
    const { questions = [] } = dnsPacket.decode(query);
    const option = { code: 15, data: Buffer.of(0, 6 + (servers[0]!.requests.length % 7)) };
    const opt = { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [option] } as never;
    answer(dnsPacket.encode({ type: 'response', id: 0, flags: 0x182, questions, additionals: [opt] }));
  };
  for (let index = 0; index < 10; index++) {
    const outcome = await ask(`n${index}.example.org`);
    assert.ok(outcome.ok);
    assert.equal(outcome.message[3]! & 0xf, 2);
  }
  assert.equal(servers[0]!.requests.length, 10);
  assert.equal(servers[1]!.requests.length, 0);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['up'],
  );
});
