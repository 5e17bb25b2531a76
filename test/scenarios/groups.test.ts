// Each client gets what its own group may have, whoever asked before, asks along with it, or asks next.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type * as dnsPacket from 'dns-packet';
import { UDP } from '../../src/data-plane/listeners/transports.ts';
import type { CacheSettings } from '../../src/policy/cache-settings.ts';
import { localSettings } from '../fixtures/local-settings.ts';
import { answerWith, Conversation, type Reply, type ScriptedFilter, type ScriptedGroup } from './conversation.ts';

const KID = '192.168.0.7';
const ADULT = '192.168.0.8';
const LAN = ['192.168.0.0/16'];
const KIDS: ScriptedGroup = { name: 'kids', clients: [KID, 'tablet'], rules: ['||games.example^', '||cdn.example^'] };

function talkWith(filter: ScriptedFilter, rules: readonly string[] = [], cache: Partial<CacheSettings> = {}) {
  const talk = new Conversation([], {}, LAN, cache);
  talk.setPolicy(rules, {}, filter);
  talk.script = (question) => answerWith(question, address(question.name));
  return talk;
}

function address(name: string, ttl = 300): dnsPacket.Answer[] {
  return [{ type: 'A', name, ttl, data: '192.0.2.1' }];
}

/** Leads to cdn.example. */
function chain(name: string, ttl = 300): dnsPacket.Answer[] {
  return [
    { type: 'CNAME', name, ttl, data: 'cdn.example' },
    { type: 'A', name: 'cdn.example', ttl, data: '192.0.2.1' },
  ];
}

const rcodeOf = ({ packet }: Reply): string | undefined => packet.rcode;

describe('groups of clients', () => {
  test('F12 a client belongs to the group of its ID, else of its address, else to the default one', async () => {
    const others: ScriptedGroup = { name: 'others', clients: [...LAN, 'phone'], rules: ['||news.example^'] };
    const talk = talkWith({ groups: [KIDS, others] }, ['||ads.example^']);
    const blocked = async (name: string, client: string, clientId = '') =>
      rcodeOf(await talk.ask({ name, client, clientId })) === 'NXDOMAIN';
    assert.equal(await blocked('games.example', KID), true);
    assert.equal(await blocked('games.example', ADULT), false);
    assert.equal(await blocked('news.example', ADULT), true);
    assert.equal(await blocked('games.example', ADULT, 'tablet'), true);
    assert.equal(await blocked('games.example', KID, 'phone'), false);
    assert.equal(await blocked('games.example', KID, 'nobodys'), true);
    for (const client of [KID, ADULT]) assert.equal(await blocked('ads.example', client), true);
  });

  test('F12 an ID that nobody has is refused where the operator wants that, with EDE 18, and costs nothing', async () => {
    const talk = talkWith({ groups: [KIDS], refusesUnknownIds: true });
    const { packet, extendedError } = await talk.ask({ name: 'www.example', client: ADULT, clientId: 'stranger' });
    assert.deepEqual([packet.rcode, extendedError?.code], ['REFUSED', 18]);
    assert.equal(talk.asked.length, 0);
    assert.equal(talk.counters.accessRefused, 1);
    assert.equal(rcodeOf(await talk.ask({ name: 'localhost', client: ADULT, clientId: 'stranger' })), 'REFUSED');
    assert.equal(rcodeOf(await talk.ask({ name: 'www.example', client: ADULT })), 'NOERROR');
    assert.equal(rcodeOf(await talk.ask({ name: 'www.example', client: ADULT, clientId: 'tablet' })), 'NOERROR');
  });

  test('what one group caught in a cached answer does not hold for another, whoever asks first', async () => {
    for (const order of [
      [KID, ADULT, KID, ADULT],
      [ADULT, KID, ADULT, KID],
    ]) {
      const talk = talkWith({ groups: [KIDS] });
      talk.script = (question) => answerWith(question, chain(question.name));
      for (const client of order)
        assert.equal(
          rcodeOf(await talk.ask({ name: 'www.example', client })),
          client === KID ? 'NXDOMAIN' : 'NOERROR',
          client,
        );
      assert.equal(talk.asked.length, 1);
    }
  });

  test('that holds for more groups than have a bit in the cache', async () => {
    const groups = Array.from(
      { length: 70 },
      (_, index): ScriptedGroup => ({
        name: `g${index}`,
        clients: [`id${index}`],
        rules: index % 2 === 0 ? ['||cdn.example^'] : [],
        // A source for each group, of which there may be many.
        policy: {
          ruleSources: Uint32Array.from({ length: 4 }, (_, word) =>
            (index + 1) >>> 5 === word ? 1 << ((index + 1) & 31) : 0,
          ),
        },
      }),
    );
    const talk = talkWith({ groups });
    talk.script = (question) => answerWith(question, chain(question.name));
    for (let round = 0; round < 2; round++)
      for (let index = 0; index < groups.length; index++) {
        const reply = await talk.ask({ name: 'www.example', client: ADULT, clientId: `id${index}` });
        assert.equal(rcodeOf(reply), index % 2 === 0 ? 'NXDOMAIN' : 'NOERROR', `group ${index}`);
      }
    assert.equal(talk.asked.length, 1);
  });

  test('who waits for the same answer gets what the own group may have', async () => {
    const talk = talkWith({ groups: [KIDS] });
    const arrived = Promise.withResolvers<void>();
    talk.script = async (question) => {
      await arrived.promise;
      return answerWith(question, chain(question.name));
    };
    const asks = [KID, ADULT, KID].map((client) => talk.ask({ name: 'www.example', client }));
    const byId = talk.ask({ name: 'www.example', client: ADULT, clientId: 'tablet' });
    assert.equal(talk.waiting, 4);
    arrived.resolve();
    assert.deepEqual((await Promise.all(asks)).map(rcodeOf), ['NXDOMAIN', 'NOERROR', 'NXDOMAIN']);
    assert.equal(rcodeOf(await byId), 'NXDOMAIN');
    assert.equal(talk.asked.length, 1);
  });

  test('who is blocked meanwhile does not keep others from the answer', async () => {
    const talk = talkWith({ groups: [KIDS] });
    const arrived = Promise.withResolvers<void>();
    talk.script = async (question) => {
      await arrived.promise;
      return answerWith(question, address(question.name));
    };
    const asks = [KID, ADULT].map((client) => talk.ask({ name: 'www.example', client }));
    talk.setPolicy([], {}, { groups: [{ ...KIDS, rules: ['||www.example^'] }] });
    arrived.resolve();
    assert.deepEqual((await Promise.all(asks)).map(rcodeOf), ['NXDOMAIN', 'NOERROR']);
  });

  test('who changes the group while waiting gets what the new one may have; who loses its ID is refused', async () => {
    const talk = talkWith({ groups: [KIDS] });
    const arrived = Promise.withResolvers<void>();
    talk.script = async (question) => {
      await arrived.promise;
      return answerWith(question, chain(question.name));
    };
    const fromAddress = talk.ask({ name: 'www.example', client: ADULT });
    const byId = talk.ask({ name: 'www.example', client: ADULT, clientId: 'tablet' });
    talk.setPolicy([], {}, { groups: [{ ...KIDS, clients: [ADULT] }], refusesUnknownIds: true });
    arrived.resolve();
    assert.equal(rcodeOf(await fromAddress), 'NXDOMAIN');
    assert.equal(rcodeOf(await byId), 'REFUSED');
  });

  test('a stale answer is given by what the own group may have', async () => {
    const talk = talkWith({ groups: [KIDS] });
    talk.script = (question) => answerWith(question, chain(question.name, 60));
    await talk.ask({ name: 'www.example', client: ADULT });
    talk.nowMilliseconds += 120_000;
    talk.script = () => ({ ok: false, code: 'timeout', detail: 'no answer' });
    for (let round = 0; round < 2; round++) {
      assert.equal(rcodeOf(await talk.ask({ name: 'www.example', client: KID })), 'NXDOMAIN');
      const { packet, extendedError } = await talk.ask({ name: 'www.example', client: ADULT });
      assert.deepEqual([packet.rcode, extendedError?.code], ['NOERROR', 3]);
    }
  });

  test('an answer fetched anew for one group is looked at again for the others', async () => {
    const talk = talkWith({ groups: [KIDS] });
    talk.script = (question) => answerWith(question, address(question.name, 100));
    for (let i = 0; i < 5; i++) await talk.ask({ name: 'www.example', client: i % 2 === 0 ? ADULT : KID });
    talk.script = (question) => answerWith(question, chain(question.name, 100));
    talk.nowMilliseconds += 95_000;
    assert.equal(rcodeOf(await talk.ask({ name: 'www.example', client: ADULT })), 'NOERROR');
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(talk.counters.prefetches, 1);
    assert.equal(rcodeOf(await talk.ask({ name: 'www.example', client: KID })), 'NXDOMAIN');
    assert.equal(rcodeOf(await talk.ask({ name: 'www.example', client: ADULT })), 'NOERROR');
    assert.equal(talk.asked.length, 2);
  });

  test('IPv6 addresses made of IPv4 addresses are judged by the own group too', async () => {
    const settings = localSettings('[resolve]\ndns64 = "2001:db8:64::/96"\n');
    const talk = new Conversation([], {}, LAN, {}, settings);
    talk.setPolicy([], {}, { groups: [KIDS] });
    talk.script = (question) => answerWith(question, question.type === 'A' ? chain(question.name) : []);
    for (let round = 0; round < 2; round++) {
      assert.equal(rcodeOf(await talk.ask({ name: 'www.example', type: 'AAAA', client: KID })), 'NXDOMAIN');
      const { packet } = await talk.ask({ name: 'www.example', type: 'AAAA', client: ADULT });
      assert.equal(packet.answers?.length, 2);
    }
  });

  test('F13 types that a group may not have are NODATA with SOA and EDE 17, also where DNS64 asks otherwise', async () => {
    const allowedTypes = new Uint8Array(8192);
    allowedTypes[28 >>> 3]! |= 1 << (28 & 7);
    const settings = localSettings('[resolve]\ndns64 = "2001:db8:64::/96"\n');
    const talk = new Conversation([], {}, LAN, {}, settings);
    talk.setPolicy(['||cdn.example^'], {}, { groups: [{ ...KIDS, rules: [], policy: { allowedTypes } }] });
    talk.script = (question) =>
      answerWith(
        question,
        question.type !== 'A' ? [] : question.name === 'bad.example' ? chain(question.name) : address(question.name),
      );
    const { packet, extendedError } = await talk.ask({ name: 'www.example', client: KID });
    assert.deepEqual([packet.rcode, packet.answers?.length, packet.authorities?.[0]?.type], ['NOERROR', 0, 'SOA']);
    assert.equal(extendedError?.code, 17);
    assert.equal((await talk.ask({ name: 'www.example', client: KID, type: 'AAAA' })).packet.answers?.length, 1);
    assert.equal(rcodeOf(await talk.ask({ name: 'bad.example', client: KID, type: 'AAAA' })), 'NXDOMAIN');
    assert.equal((await talk.ask({ name: 'www.example', client: ADULT })).packet.answers?.length, 1);
  });

  test('F14 a group whose filtering is paused gets everything, of which others get nothing', async () => {
    const paused: ScriptedGroup = { ...KIDS, policy: { isFiltering: false, rebindingProtection: true } };
    const talk = new Conversation([], {}, LAN);
    talk.setPolicy(['||ads.example^', '||cdn.example^'], { rebindingProtection: true }, { groups: [paused] });
    talk.script = (question) =>
      answerWith(
        question,
        question.name === 'in.example'
          ? [{ type: 'A', name: question.name, ttl: 60, data: '192.168.1.1' }]
          : chain(question.name),
      );
    for (const name of ['ads.example', 'www.example', 'in.example', 'games.example'])
      for (let round = 0; round < 2; round++) {
        assert.equal((await talk.ask({ name, client: KID })).packet.answers!.length > 0, true, name);
        assert.equal((await talk.ask({ name, client: ADULT })).packet.answers!.length, 0, name);
      }
  });
});

describe('rules for single clients', () => {
  test('hold for those alone, in answers from the cache as well', async () => {
    const talk = talkWith({}, [`||cdn.example^$client=${KID}|tablet`, '||own.example^$client=tablet']);
    talk.script = (question) => answerWith(question, chain(question.name));
    for (let round = 0; round < 2; round++) {
      assert.equal(rcodeOf(await talk.ask({ name: 'www.example', client: KID })), 'NXDOMAIN');
      assert.equal(rcodeOf(await talk.ask({ name: 'www.example', client: ADULT })), 'NOERROR');
      assert.equal(rcodeOf(await talk.ask({ name: 'www.example', client: ADULT, clientId: 'tablet' })), 'NXDOMAIN');
      assert.equal(rcodeOf(await talk.ask({ name: 'own.example', client: ADULT, clientId: 'tablet' })), 'NXDOMAIN');
    }
  });

  test('an exception for one client does not let the next one through', async () => {
    const talk = talkWith({}, ['||cdn.example^', `@@||cdn.example^$client=${ADULT}`]);
    talk.script = (question) => answerWith(question, chain(question.name));
    for (let round = 0; round < 2; round++) {
      assert.equal(rcodeOf(await talk.ask({ name: 'www.example', client: ADULT })), 'NOERROR');
      assert.equal(rcodeOf(await talk.ask({ name: 'www.example', client: KID })), 'NXDOMAIN');
    }
    assert.equal(talk.asked.length, 1);
  });
});

describe('upstreams of groups', () => {
  const OWN: ScriptedGroup = { name: 'own', clients: [KID], policy: { upstreams: [1] } };

  test('F15 a group that has upstreams of its own has its questions put to those, and answers of its own', async () => {
    const talk = talkWith({ groups: [OWN, { name: 'two', clients: ['tablet'], policy: { upstreams: [0, 1] } }] });
    let count = 0;
    talk.script = (question) =>
      answerWith(question, [{ type: 'A', name: question.name, ttl: 300, data: `192.0.2.${++count}` }]);
    const data = async (client: string, clientId = '') =>
      ((await talk.ask({ name: 'www.example', client, clientId })).packet.answers![0] as { data: string }).data;
    for (let round = 0; round < 2; round++) {
      assert.equal(await data(ADULT), '192.0.2.1');
      assert.equal(await data(KID), '192.0.2.2');
      assert.equal(await data(ADULT, 'tablet'), '192.0.2.3');
    }
    assert.deepEqual(talk.askedServers, [0, 0b10, 0b11]);
  });

  test('questions of such groups are not joined with those of others', async () => {
    const talk = talkWith({ groups: [OWN] });
    const asks = [KID, ADULT].map((client) => talk.ask({ name: 'www.example', client }));
    await Promise.all(asks);
    assert.deepEqual(talk.askedServers, [0b10, 0]);
  });

  test('failures, stale answers and fetching anew are their own too', async () => {
    const talk = talkWith({ groups: [OWN] });
    talk.script = (question) => answerWith(question, address(question.name, 100));
    for (const client of [ADULT, KID, KID, KID, KID]) await talk.ask({ name: 'www.example', client });
    talk.nowMilliseconds += 95_000;
    await talk.ask({ name: 'www.example', client: KID });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(talk.askedServers, [0, 0b10, 0b10]);
    talk.nowMilliseconds += 10_000;
    talk.script = () => ({ ok: false, code: 'timeout', detail: 'no answer' });
    const stale = await talk.ask({ name: 'www.example', client: ADULT });
    assert.equal(stale.extendedError?.code, 3);
    assert.equal((await talk.ask({ name: 'www.example', client: KID })).extendedError, undefined);
    assert.deepEqual(talk.askedServers, [0, 0b10, 0b10, 0]);
    await talk.ask({ name: 'fails.example', client: ADULT });
    assert.equal((await talk.ask({ name: 'fails.example', client: ADULT })).extendedErrors.includes(13), true);
    talk.script = (question) => answerWith(question, address(question.name));
    assert.equal(rcodeOf(await talk.ask({ name: 'fails.example', client: KID })), 'NOERROR');
  });

  test('names of a zone with a resolver of its own are asked there for everybody', async () => {
    const settings = localSettings('[[zone]]\nname = "corp.example"\nforward = ["192.168.0.1"]\n');
    const talk = new Conversation([], {}, LAN, {}, settings);
    talk.setPolicy([], {}, { groups: [OWN] });
    talk.lanScript = (question) => answerWith(question, address(question.name));
    for (const client of [KID, ADULT]) await talk.ask({ name: 'www.corp.example', client });
    assert.deepEqual([talk.askedInLan.length, talk.asked.length], [1, 0]);
  });
});

test('a client is told apart over UDP by its address alone', async () => {
  const talk = talkWith({ groups: [KIDS] });
  assert.equal(rcodeOf(await talk.ask({ name: 'games.example', client: KID, transport: UDP })), 'NXDOMAIN');
  assert.equal(rcodeOf(await talk.ask({ name: 'games.example', client: ADULT, transport: UDP })), 'NOERROR');
});
