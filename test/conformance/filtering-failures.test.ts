// F03: what a client hears when the upstream gives no answer, or none that counts.

import assert from 'node:assert/strict';
import type { ScriptedRequest } from '../peers/scripted-doh-server.ts';
import { gatewayUnderTest } from './gateway.ts';
import { decoded, query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, EVERY } from './over-transports.ts';

const conforms = conformsWith(gatewayUnderTest());

const GARBAGE: Readonly<Record<string, (request: ScriptedRequest) => void>> = {
  'an HTTP error': (request) => request.reply({ ':status': 500 }),
  'another media type': (request) => request.reply({ ':status': 200, 'content-type': 'text/html' }, 'hello'),
  'octets that are no message': (request) => request.answer(Buffer.alloc(40, 0xff)),
  'an answer to another question': (request) => {
    const other = Buffer.from(request.query);
    other[13]! ^= 1;
    other[2] = 0x81;
    request.answer(other);
  },
};

conforms('F03', EVERY, 'a reply that does not count is SERVFAIL with EDE 24', async ({ exchange, upstream, name }) => {
  for (const [index, [what, respond]] of Object.entries(GARBAGE).entries()) {
    const asked = `g${index}.${name}`;
    upstream.answer(asked, 'A', respond);
    const reply = await exchange(query({ name: asked, opt: {} }));
    assert.deepEqual([rcodeOf(reply), decoded(reply).extendedErrors], [RCODE.SERVFAIL, [24]], what);
  }
});

// Last: the upstream does not come back.
conforms('F03', EVERY, 'an upstream that cannot be reached is SERVFAIL with EDE 22', async (stage) => {
  const { exchange, upstream, name } = stage;
  await upstream.server.stop();
  const reply = await exchange(query({ name, opt: {} }));
  assert.deepEqual([rcodeOf(reply), decoded(reply).extendedErrors], [RCODE.SERVFAIL, [22]]);
});
