// A rule about an address in the answer that leads to another name: the client gets that name in place of the answer.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type * as dnsPacket from 'dns-packet';
import { TCP, UDP } from '../../src/data-plane/listeners/transports.ts';
import { localSettings } from '../fixtures/local-settings.ts';
import { answerWith, Conversation, type Reply } from './conversation.ts';

const GARDEN_RULE = '203.0.113.9$dnsrewrite=garden.example';
const TO_GARDEN = { kind: 'alias', target: 'garden.example' } as const;
const ADDRESSES: Readonly<Record<string, string>> = {
  'bad.example': '203.0.113.9',
  'other.example': '203.0.113.9',
  'garden.example': '192.0.2.99',
  'inside.example': '203.0.113.9',
};

function conversation(settings?: Parameters<typeof localSettings>[0], ttl = 300): Conversation {
  const talk = new Conversation([], {}, undefined, {}, settings === undefined ? undefined : localSettings(settings));
  talk.script = (question) => answerTo(question, ttl);
  return talk;
}

function answerTo(question: dnsPacket.Question, ttl = 300) {
  const data = ADDRESSES[question.name.toLowerCase()];
  return answerWith(
    question,
    data !== undefined && question.type === 'A' ? [{ type: 'A', name: question.name, ttl, data }] : [],
  );
}

function records({ packet }: Reply): string[] {
  return packet.answers!.map((record) => {
    const { name, type, data } = record as dnsPacket.Answer & { data: unknown };
    return `${name} ${type} ${data}`;
  });
}

const LED = ['bad.example CNAME garden.example', 'garden.example A 192.0.2.99'];

test('F17 the client gets the alias and what it leads to, fresh and cached, of operator and list, over every transport', async () => {
  for (const isOfList of [false, true]) {
    const talk = conversation();
    if (isOfList) talk.setRule('203.0.113.9', TO_GARDEN);
    else talk.setPolicy([GARDEN_RULE]);
    for (const transport of [UDP, TCP, undefined])
      for (let round = 0; round < 2; round++) {
        const reply = await talk.ask({ name: 'bad.example', ...(transport && { transport }) });
        assert.deepEqual([reply.packet.rcode, records(reply), reply.extendedErrors], ['NOERROR', LED, []]);
      }
    assert.deepEqual(talk.asked, ['bad.example A', 'garden.example A']);
    assert.deepEqual(records(await talk.ask({ name: 'other.example' }))[0], 'other.example CNAME garden.example');
    assert.deepEqual([talk.internalErrors, talk.waiting], [[], 0]);
  }
});

test('whose rule blocks, the extended error says which address of the answer it is about, fresh and cached', async () => {
  for (const isOfList of [false, true]) {
    const talk = conversation();
    if (isOfList) talk.setRule('203.0.113.9', { kind: 'nxdomain' });
    else talk.setPolicy(['203.0.113.0/24']);
    const speaker = isOfList ? 'ads' : 'a rule of this gateway';
    for (let round = 0; round < 3; round++) {
      const { packet, extendedError } = await talk.ask({ name: 'bad.example' });
      assert.deepEqual([packet.rcode, extendedError?.text], ['NXDOMAIN', `blocked by ${speaker}: 203.0.113.9`]);
    }
  }
});

test('a target without records of the type, or that does not exist, ends the alias as any other', async () => {
  const talk = conversation();
  talk.setPolicy(['203.0.113.9$dnsrewrite=none.example']);
  assert.deepEqual(records(await talk.ask({ name: 'bad.example' })), ['bad.example CNAME none.example']);
});

test('F17 the target may be one of this network, or an alias of the operator’s; it may fail', async () => {
  const talk = conversation(
    '[[record]]\nname = "nas.home.arpa"\ntype = "A"\nvalue = "192.168.0.5"\n' +
      '[[record]]\nname = "www.home.arpa"\ntype = "CNAME"\nvalue = "garden.example"\n',
  );
  talk.setPolicy(['203.0.113.9$dnsrewrite=nas.home.arpa']);
  for (let round = 0; round < 2; round++)
    assert.deepEqual(records(await talk.ask({ name: 'bad.example' })), [
      'bad.example CNAME nas.home.arpa',
      'nas.home.arpa A 192.168.0.5',
    ]);
  talk.setPolicy(['203.0.113.9$dnsrewrite=www.home.arpa']);
  for (let round = 0; round < 2; round++)
    assert.deepEqual(records(await talk.ask({ name: 'bad.example' })), [
      'bad.example CNAME www.home.arpa',
      'www.home.arpa CNAME garden.example',
      'garden.example A 192.0.2.99',
    ]);
  talk.setPolicy(['203.0.113.9$dnsrewrite=fails.example']);
  talk.script = () => ({ ok: false, code: 'timeout', detail: 'no answer' });
  assert.equal((await talk.ask({ name: 'bad.example' })).packet.rcode, 'SERVFAIL');
});

test('F17 a name that it leads to itself is answered as it is', async () => {
  const talk = conversation();
  talk.setPolicy(['203.0.113.9$dnsrewrite=other.example']);
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(records(await talk.ask({ name: 'other.example' })), ['other.example A 203.0.113.9']);
    assert.deepEqual(records(await talk.ask({ name: 'bad.example' })), [
      'bad.example CNAME other.example',
      'other.example A 203.0.113.9',
    ]);
  }
});

test('F17 a list leads neither to what the operator blocks, nor from one address to the next', async () => {
  const talk = conversation();
  talk.setRule('203.0.113.9', TO_GARDEN, ['||garden.example^']);
  const { packet, extendedError } = await talk.ask({ name: 'bad.example' });
  assert.deepEqual(
    [packet.rcode, extendedError?.text],
    ['NXDOMAIN', 'blocked by a rule of this gateway: ||garden.example^'],
  );
  talk.setRule('203.0.113.9', { kind: 'alias', target: 'inside.example' }, ['203.0.113.9$dnsrewrite=garden.example']);
  assert.deepEqual(records(await talk.ask({ name: 'bad.example' })), LED, 'the operator’s rule goes first');
  talk.setRule('203.0.113.9', { kind: 'alias', target: 'garden.example' }, ['192.0.2.99$dnsrewrite=other.example']);
  for (let round = 0; round < 2; round++) {
    const twice = await talk.ask({ name: 'bad.example' });
    assert.deepEqual([twice.packet.rcode, records(twice)], ['NXDOMAIN', []]);
  }
});

test('F17 behind a rule about the name that a list has, the operator’s rule about its address leads on', async () => {
  const talk = conversation();
  talk.setRule('lead.example', { kind: 'alias', target: 'bad.example' }, [GARDEN_RULE]);
  for (let round = 0; round < 2; round++)
    assert.deepEqual(records(await talk.ask({ name: 'lead.example' })), ['lead.example CNAME bad.example', ...LED]);
});

test('F17 IPv4 addresses that stand in for IPv6 addresses lead as well', async () => {
  const talk = conversation('[resolve]\ndns64 = "2001:db8:64::/96"\n');
  talk.setPolicy([GARDEN_RULE]);
  for (let round = 0; round < 2; round++)
    assert.deepEqual(records(await talk.ask({ name: 'bad.example', type: 'AAAA' })), [
      'bad.example CNAME garden.example',
      'garden.example AAAA 2001:db8:64::c000:263',
    ]);
});

test('F17 of such a target the IPv6 addresses are asked for first, as the client asked', async () => {
  const ownGarden = '[[record]]\nname = "garden.example"\ntype = "AAAA"\nvalue = "fd00::1"\n';
  for (const [extra, data] of [
    ['', '2001:db8::1'],
    [ownGarden, 'fd00::1'],
  ] as const) {
    const talk = conversation(`[resolve]\ndns64 = "2001:db8:64::/96"\n${extra}`);
    talk.script = (question) =>
      question.name === 'garden.example' && question.type === 'AAAA'
        ? answerWith(question, [{ type: 'AAAA', name: question.name, ttl: 300, data }])
        : answerTo(question);
    talk.setPolicy([GARDEN_RULE]);
    for (let round = 0; round < 2; round++)
      assert.deepEqual(records(await talk.ask({ name: 'bad.example', type: 'AAAA' })), [
        'bad.example CNAME garden.example',
        `garden.example AAAA ${data}`,
      ]);
  }
});

test('a failure of the target is remembered: it is not asked for each client', async () => {
  const talk = conversation();
  talk.script = (question) =>
    question.name === 'garden.example' ? { ok: false, code: 'timeout', detail: '' } : answerTo(question);
  talk.setPolicy([GARDEN_RULE]);
  for (let round = 0; round < 3; round++)
    assert.equal((await talk.ask({ name: 'bad.example' })).packet.rcode, 'SERVFAIL');
  assert.deepEqual(talk.asked, ['bad.example A', 'garden.example A']);
});

/** A zone whose resolver asks nobody: all that it says of each name is where that leads. */
function conversationWithZone(target: string, ttl = 300): Conversation {
  const talk = conversation('[[zone]]\nname = "corp.example"\nforward = ["192.168.9.53"]\n', ttl);
  talk.lanScript = (question) => {
    const outcome = answerWith(question, [{ type: 'CNAME', name: question.name, ttl: 300, data: target }]);
    assert.ok(outcome.ok);
    outcome.message[3]! &= 0x7f;
    return outcome;
  };
  return talk;
}

describe('F17 what leads back to a name in front of it is a circle, and said to be one', () => {
  const isCircle = async (talk: Conversation, name: string) => {
    for (let round = 0; round < 2; round++) {
      const { packet, extendedError } = await talk.ask({ name });
      assert.deepEqual([packet.rcode, packet.answers?.length], ['SERVFAIL', 0], name);
      assert.match(extendedError?.text ?? '', /too many, or lead round in a circle$/);
    }
    assert.deepEqual(talk.internalErrors, []);
  };

  test('by a rule about the name and one about an address', async () => {
    const talk = conversation();
    talk.setPolicy(['list:|lead.example^$dnsrewrite=bad.example', '203.0.113.9$dnsrewrite=lead.example']);
    await isCircle(talk, 'lead.example');
    assert.deepEqual(talk.asked, ['bad.example A']);
  });

  test('by a rule about an address and an alias that the resolver of a zone stops at', async () => {
    const talk = conversationWithZone('bad.example');
    talk.setPolicy(['203.0.113.9$dnsrewrite=garden.corp.example']);
    await isCircle(talk, 'bad.example');
  });

  test('by such an alias, and a rule about the name behind it', async () => {
    const talk = conversationWithZone('x.example');
    talk.setPolicy(['list:203.0.113.9$dnsrewrite=garden.corp.example', '|x.example^$dnsrewrite=bad.example']);
    await isCircle(talk, 'bad.example');
  });
});

describe('while a client waits for the target', () => {
  /** What a client gets that has asked under `before`, once the target’s answer has come under `after`. */
  async function meanwhile(
    before: readonly string[],
    after: readonly string[],
    ttl = 300,
    policy: Parameters<Conversation['setPolicy']>[1] = {},
  ) {
    const talk = conversation(undefined, ttl);
    const [asked, arrived] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    talk.script = async (question) => {
      if (question.name === 'garden.example') {
        asked.resolve();
        await arrived.promise;
      }
      return answerTo(question, ttl);
    };
    talk.setPolicy(before);
    const ask = talk.ask({ name: 'bad.example' });
    await asked.promise;
    if (after !== before) talk.setPolicy(after, policy);
    arrived.resolve();
    const reply = await ask;
    assert.deepEqual([talk.internalErrors, talk.waiting], [[], 0]);
    return { reply, asked: talk.asked };
  }

  test('F17 nothing is asked twice, and of what is not kept no more than the rules change', async () => {
    const [once, rules, others] = [
      ['bad.example A', 'garden.example A'],
      [GARDEN_RULE],
      [GARDEN_RULE, '||else.example^'],
    ];
    for (const [after, ttl, expected] of [
      [rules, 300, once],
      [rules, 0, once],
      [others, 300, once],
      [others, 0, [...once, ...once]],
    ] as const) {
      const { reply, asked } = await meanwhile(rules, after, ttl);
      assert.deepEqual(records(reply), LED);
      assert.deepEqual(asked, expected);
    }
  });

  test('a rule about the address that goes, blocks, leads elsewhere or is overruled counts, and so does a pause', async () => {
    const asItIs = ['bad.example A 203.0.113.9'];
    for (const [after, policy, expected] of [
      [[], {}, asItIs],
      [[GARDEN_RULE], { isFiltering: false }, asItIs],
      [[GARDEN_RULE, '@@||bad.example^'], {}, asItIs],
      [['203.0.113.9$dnsrewrite=safe.example'], {}, ['bad.example CNAME safe.example']],
      [['203.0.113.9'], {}, []],
      [
        ['list:|bad.example^$dnsrewrite=garden.example', '192.0.2.99$dnsrewrite=safe.example'],
        {},
        ['bad.example CNAME garden.example', 'garden.example CNAME safe.example'],
      ],
    ] as const)
      for (const before of [GARDEN_RULE, `list:${GARDEN_RULE}`]) {
        const { reply } = await meanwhile([before], after, 300, policy);
        assert.deepEqual(records(reply), expected, `${before} -> ${after.join()}`);
      }
  });

  test('each client is answered, however often the rules change meanwhile', async () => {
    const talk = conversation(undefined, 0);
    talk.script = async (question) => {
      talk.setPolicy([GARDEN_RULE]);
      return answerTo(question, 0);
    };
    talk.setPolicy([GARDEN_RULE]);
    assert.equal((await talk.ask({ name: 'bad.example' })).packet.rcode, 'SERVFAIL');
    assert.ok(talk.asked.length < 12, talk.asked.join());
    assert.deepEqual([talk.internalErrors, talk.waiting], [[], 0]);
  });

  test('others who are led meanwhile let him be led no second time', async () => {
    const talk = conversation();
    const [asked, arrived] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    talk.script = async (question) => {
      if (question.name === 'garden.example') {
        asked.resolve();
        await arrived.promise;
      }
      return answerTo(question);
    };
    const rules = [`list:${GARDEN_RULE}`, '192.0.2.99$dnsrewrite=other.example', '|n.example^$dnsrewrite=m.example'];
    talk.setPolicy(rules);
    const ask = talk.ask({ name: 'bad.example' });
    await asked.promise;
    assert.deepEqual(records(await talk.ask({ name: 'n.example' })), ['n.example CNAME m.example']);
    arrived.resolve();
    assert.equal((await ask).packet.rcode, 'NXDOMAIN');
  });

  describe('and a rule about a name leads on from what is behind it', () => {
    const RULES = ['list:203.0.113.9$dnsrewrite=garden.corp.example', '|x.example^$dnsrewrite=y.example'];
    const CHAIN = [
      'bad.example CNAME garden.corp.example',
      'garden.corp.example CNAME x.example',
      'x.example CNAME y.example',
    ];

    async function behind(name: string, rules: readonly string[], after: readonly string[], ttl: number) {
      const talk = conversationWithZone('x.example', ttl);
      const [asked, arrived] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      talk.script = async (question) => {
        if (question.name !== 'y.example') return answerTo(question);
        asked.resolve();
        await arrived.promise;
        return answerWith(question, [
          { type: 'CNAME', name: question.name, ttl, data: 'z.secret.example' },
          { type: 'A', name: 'z.secret.example', ttl, data: '192.0.2.6' },
        ]);
      };
      talk.setPolicy(rules);
      const ask = talk.ask({ name });
      await asked.promise;
      if (after !== rules) talk.setPolicy(after);
      arrived.resolve();
      const reply = await ask;
      assert.deepEqual([talk.internalErrors, talk.waiting], [[], 0]);
      return { reply, asked: talk.asked };
    }

    test('F17 he is answered, and nothing is asked twice, even of what is not kept', async () => {
      for (const ttl of [300, 0]) {
        const { reply, asked } = await behind('bad.example', RULES, RULES, ttl);
        assert.deepEqual(records(reply).slice(0, 3), CHAIN);
        assert.deepEqual(asked, ['bad.example A', 'y.example A']);
      }
    });

    test('where the first rule goes, so does all that it led to', async () => {
      const { reply } = await behind('bad.example', RULES, RULES.slice(1), 300);
      assert.deepEqual(records(reply), ['bad.example A 203.0.113.9']);
    });

    test('where that is the operator’s, it leads anywhere, though a list’s led to it', async () => {
      const rules = ['list:|bad.example^$dnsrewrite=garden.corp.example', RULES[1]!, '||secret.example^'];
      for (const after of [rules, [...rules, '||else.example^']]) {
        const { reply } = await behind('bad.example', rules, after, 300);
        assert.deepEqual(records(reply).slice(0, 3), CHAIN);
      }
    });
  });

  test('a rule that blocks the name, or leads it elsewhere, counts', async () => {
    const blocked = await meanwhile([GARDEN_RULE], [GARDEN_RULE, '||bad.example^']);
    assert.equal(blocked.reply.packet.rcode, 'NXDOMAIN');
    const led = await meanwhile([GARDEN_RULE], [GARDEN_RULE, '|bad.example^$dnsrewrite=safe.example']);
    assert.equal(records(led.reply)[0], 'bad.example CNAME safe.example');
  });
});
