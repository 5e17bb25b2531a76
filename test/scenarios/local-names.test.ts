// Local names as a client meets them, where more than one step has a say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localSettings } from '../fixtures/local-settings.ts';
import { answerWith, Conversation } from './conversation.ts';

function conversation(toml: string, rules: readonly string[] = []): Conversation {
  return new Conversation(rules, {}, ['loopback'], {}, localSettings(toml));
}

const RECORD = '[[record]]\nname = "nas.example.org"\ntype = "A"\nvalue = "192.168.1.2"\n';

test('a record of one’s own is answered whatever lists say, without asking anybody, and counted as local', async () => {
  const talk = conversation(RECORD, ['||example.org^']);
  const { packet, extendedError } = await talk.ask({ name: 'NAS.example.org', edns: { dnssecOk: true } });
  assert.deepEqual(packet.answers, [
    { type: 'A', name: 'NAS.example.org', ttl: 300, class: 'IN', flush: false, data: '192.168.1.2' },
  ]);
  assert.equal(extendedError, undefined);
  assert.equal((await talk.ask({ name: 'nas.example.org', type: 'AAAA' })).packet.rcode, 'NOERROR');
  assert.deepEqual(talk.asked, []);
  assert.equal(talk.counters.answersLocal, 2);
});

test('names of cache.exclude are asked for every time, others once', async () => {
  const talk = conversation('[cache]\nexclude = ["dyn.example.org"]');
  talk.script = (question) => answerWith(question, [{ type: 'A', name: question.name, ttl: 300, data: '192.0.2.1' }]);
  for (let round = 0; round < 2; round++)
    for (const name of ['dyn.example.org', 'a.dyn.example.org', 'www.example.org']) await talk.ask({ name });
  assert.deepEqual(talk.asked.toSorted(), [
    ...['a.dyn.example.org A', 'a.dyn.example.org A', 'dyn.example.org A', 'dyn.example.org A', 'www.example.org A'],
  ]);
});
