// Section D: what validators see of zones that are answered here.

import assert from 'node:assert/strict';
import { AUTHENTIC_DATA } from 'dns-packet';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, decoded, DO, query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, EVERY } from './over-transports.ts';

const DS = 43;
const AD = 0x0020;
const RD = 0x0100;

const stage = gatewayUnderTest();
const conforms = conformsWith(stage);

conforms(
  'D07',
  EVERY,
  'DS of a zone with a public parent is asked there, of others it has no data, never AD',
  async ({ exchange, upstream }) => {
    for (const name of ['home.arpa', '10.in-addr.arpa', '168.192.in-addr.arpa', 'd.f.ip6.arpa']) {
      const reply = await exchange(query({ name, type: DS, flags: RD | AD, opt: { flags: DO } }));
      assert.deepEqual([rcodeOf(reply), answersOf(reply)], [RCODE.NOERROR, []], name);
      assert.ok(upstream.queriesFor(name).length > 0, name);
    }
    for (const name of ['resolver.arpa', 'nas.home.arpa', 'localhost', 'local']) {
      const reply = await exchange(query({ name, type: DS, flags: RD | AD, opt: { flags: DO } }));
      assert.equal((decoded(reply).packet.flags ?? 0) & AUTHENTIC_DATA, 0, name);
      assert.deepEqual(upstream.queriesFor(name), [], name);
    }
    assert.equal(rcodeOf(await exchange(query({ name: 'resolver.arpa', type: DS }))), RCODE.NOERROR);
  },
);
