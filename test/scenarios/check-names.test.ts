// Names by which a browser finds out whether its questions come here: answered "no" at once, and noted for the set-up page.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sightings } from '../../src/memory/sightings/sightings.ts';
import { Conversation, sharedByThreads } from './conversation.ts';

test('a name of the check is answered here, kept by nobody, and noted for every thread to see', async () => {
  const shared = sharedByThreads();
  const talk = new Conversation(['||check.sotto.internal^'], {}, ['loopback'], {}, undefined, shared);
  const seen = new Sightings(shared.sightings);
  const token = '0123456789abcdef';
  const { packet } = await talk.ask({ name: `0123456789ABCDEF.Check.sotto.internal`, type: 'AAAA' });
  assert.equal(packet.rcode, 'NXDOMAIN');
  assert.deepEqual(
    packet.authorities?.map(({ name, type, ...rest }) => [name, type, 'ttl' in rest && rest.ttl]),
    [['check.sotto.internal', 'SOA', 0]],
  );
  assert.deepEqual(talk.asked, []);
  const now = Math.floor(talk.nowMilliseconds / 1_000);
  assert.notEqual(seen.find(token, now), -1);
});

test('other names that do not exist here are not noted', async () => {
  const shared = sharedByThreads();
  const talk = new Conversation([], {}, ['loopback'], {}, undefined, shared);
  await talk.ask({ name: '0123456789abcdef.sotto.internal', type: 'A' });
  await talk.ask({ name: '0123456789abcdef.check.sotto.invalid', type: 'A' });
  assert.ok(new Int32Array(shared.sightings).every((word) => word === 0));
});
