// Section F: the shapes of a "no", and the names by which browsers and systems ask whether a network filters.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicySettings } from '../../src/policy/policy-settings.ts';
import { localSettings } from '../fixtures/local-settings.ts';
import { Conversation } from '../scenarios/conversation.ts';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, decoded, query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, EVERY } from './over-transports.ts';

const A = 1;
const TXT = 16;
const AAAA = 28;
const SVCB = 64;
const HTTPS = 65;

const stage = gatewayUnderTest({
  extra: `[policy]
block_response = { a = "192.0.2.80", aaaa = "2001:db8::80" }
block_ttl = "17s"
rules = ["||ads.example^", "||icloud.com^", "||use-application-dns.net^"]
[resolve]
private_relay = "block"
`,
});
const conforms = conformsWith(stage);

conforms(
  'F06',
  EVERY,
  'with addresses as answer, other types have no data, with the TTL that was chosen',
  async ({ exchange }) => {
    const name = 'www.ads.example';
    assert.deepEqual(answersOf(await exchange(query({ name, type: A }))), [`${name} A "192.0.2.80"`]);
    assert.deepEqual(answersOf(await exchange(query({ name, type: AAAA }))), [`${name} AAAA "2001:db8::80"`]);
    for (const type of [HTTPS, SVCB, TXT]) {
      const reply = await exchange(query({ name, type }));
      assert.deepEqual([rcodeOf(reply), answersOf(reply)], [RCODE.NOERROR, []], `type ${type}`);
      const [soa] = decoded(reply).packet.authorities ?? [];
      assert.ok(soa?.type === 'SOA' && soa.ttl === 17 && soa.data.minimum === 17, `type ${type}`);
    }
    const [record] = decoded(await exchange(query({ name }))).packet.answers ?? [];
    assert.equal(record !== undefined && 'ttl' in record ? record.ttl : -1, 17);
  },
);

const SHAPES: readonly (readonly [PolicySettings['blockResponse'], rcode: string, addresses: readonly string[]])[] = [
  [{ kind: 'nxdomain' }, 'NXDOMAIN', []],
  [{ kind: 'nodata' }, 'NOERROR', []],
  [{ kind: 'refused' }, 'REFUSED', []],
  [{ kind: 'null-address' }, 'NOERROR', ['0.0.0.0', '::']],
];

test('F06 every shape of a block is what it says, for addresses and for other types', async () => {
  for (const [blockResponse, rcode, addresses] of SHAPES) {
    const talk = new Conversation(['||ads.example^'], { blockResponse });
    for (const [type, address] of [
      ['A', addresses[0]],
      ['AAAA', addresses[1]],
      ['HTTPS', undefined],
      ['UNKNOWN_64', undefined],
      ['MX', undefined],
    ] as const) {
      const { packet } = await talk.ask({ name: 'ads.example', type: type === 'HTTPS' ? 'UNKNOWN_65' : type });
      assert.equal(packet.rcode, rcode, `${blockResponse.kind} ${type}`);
      const data = packet.answers?.map((record) => ('data' in record ? record.data : undefined));
      assert.deepEqual(data, address === undefined ? [] : [address], `${blockResponse.kind} ${type}`);
      assert.equal(
        packet.authorities?.length,
        rcode === 'REFUSED' || address !== undefined ? 0 : 1,
        `${blockResponse.kind} ${type}`,
      );
    }
    assert.deepEqual(talk.asked, []);
  }
});

conforms(
  'F08',
  EVERY,
  'canary names are NXDOMAIN for every type, whatever shape a block has',
  async ({ exchange, upstream }) => {
    for (const name of ['use-application-dns.net', 'mask.icloud.com', 'mask-h2.icloud.com']) {
      for (const type of [A, AAAA, HTTPS]) {
        const reply = await exchange(query({ name, type, opt: {} }));
        assert.deepEqual([rcodeOf(reply), answersOf(reply)], [RCODE.NXDOMAIN, []], name);
        assert.equal(decoded(reply).packet.authorities?.[0]?.type, 'SOA');
        assert.equal(decoded(reply).extendedError?.code, 15);
      }
      assert.deepEqual(upstream.queriesFor(name), []);
    }
  },
);

test('F08 canary names are asked for like others where the settings say so', async () => {
  const talk = new Conversation([], {}, ['loopback'], {}, localSettings('[resolve]\nfirefox_canary = false'));
  await talk.ask({ name: 'use-application-dns.net' });
  await talk.ask({ name: 'mask.icloud.com' });
  assert.deepEqual(talk.asked, ['use-application-dns.net A', 'mask.icloud.com A']);
});
