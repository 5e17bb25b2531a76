import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, answerWith, Conversation, encodeAsk } from '../../../test/scenarios/conversation.ts';
import type { ReplySink } from '../listeners/listener.ts';
import { DOT } from '../listeners/transports.ts';

test('a listener that fails to keep its way back costs that one answer, not the question for everybody', async () => {
  const talk = new Conversation();
  talk.script = (question) =>
    answerWith(question, [{ type: 'A', name: 'www.example.org', ttl: 300, data: '192.0.2.1' }]);
  const ask = { name: 'www.example.org' };
  const message = new Uint8Array(encodeAsk(ask));
  let replies = 0;
  const sink: ReplySink = {
    transport: DOT,
    answer: () => replies++,
    drop: () => assert.fail('dropped'),
    retain: () => {
      throw new Error('no way back');
    },
  };
  talk.handler(sink, {}, message, message.length, addressOf(undefined));
  assert.deepEqual([replies, talk.internalErrors.length, talk.asked.length], [1, 1, 0]);
  const reply = await talk.ask(ask);
  assert.equal(reply?.packet.rcode, 'NOERROR');
  assert.equal(talk.asked.length, 1);
});
