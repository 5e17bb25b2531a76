// What rules answer with in place of a name's records, and how they say that they did.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type * as dnsPacket from 'dns-packet';
import { DOT, TCP, UDP } from '../../src/data-plane/listeners/transports.ts';
import type { RuleResponse } from '../../src/memory/block-table/rule-model.ts';
import { localSettings } from '../fixtures/local-settings.ts';
import { answerWith, Conversation, encodeAsk, type Reply } from './conversation.ts';

function talkWith(rules: readonly string[], blockTtlSeconds = 60): Conversation {
  const talk = new Conversation();
  talk.setPolicy(rules, { blockTtlSeconds, blockResponse: { kind: 'null-address' } });
  talk.script = (question) =>
    answerWith(
      question,
      question.type === 'A' ? [{ type: 'A', name: question.name, ttl: 300, data: '192.0.2.1' }] : [],
    );
  return talk;
}

function records({ packet }: Reply): string[] {
  return packet.answers!.map((record) => {
    const { name, type, ttl, data } = record as dnsPacket.Answer & { ttl: number; data: unknown };
    return `${name} ${ttl} ${type} ${typeof data === 'string' ? data : JSON.stringify(data)}`;
  });
}

const negative = ({ packet }: Reply) => [
  packet.rcode,
  packet.answers?.length,
  ...packet.authorities!.map((record) => `${record.type} ${(record as dnsPacket.SoaAnswer).ttl}`),
];

describe('a rule answers', () => {
  test('F16 with NXDOMAIN or NODATA and a SOA, or with REFUSED, whatever the block response is', async () => {
    const talk = talkWith(
      [
        '||no.example^$dnsrewrite=NXDOMAIN',
        '||empty.example^$dnsrewrite=NOERROR',
        '||refused.example^$dnsrewrite=REFUSED',
      ],
      77,
    );
    assert.deepEqual(negative(await talk.ask({ name: 'www.no.example' })), ['NXDOMAIN', 0, 'SOA 77']);
    assert.deepEqual(negative(await talk.ask({ name: 'empty.example' })), ['NOERROR', 0, 'SOA 77']);
    const refused = await talk.ask({ name: 'refused.example' });
    assert.deepEqual([refused.packet.rcode, refused.extendedErrors], ['REFUSED', [15]]);
    assert.equal(talk.asked.length, 0);
    assert.equal(talk.counters.answersBlocked, 3);
  });

  test('F16 with the addresses it gives, EDE 15 and 4; other types, HTTPS among them, get NODATA with a SOA', async () => {
    const talk = talkWith(['||own.example^$dnsrewrite=192.0.2.9', '||own.example^$dnsrewrite=2001:db8::9'], 90);
    // One value to a rule: the first of them, as nothing adds them up here.
    const a = await talk.ask({ name: 'www.own.example' });
    assert.deepEqual(records(a), ['www.own.example 90 A 192.0.2.9']);
    assert.deepEqual(a.extendedErrors, [15, 4]);
    assert.equal(a.extendedError?.text, 'blocked by a rule of this gateway: ||own.example^');
    for (const type of ['TXT', 'UNKNOWN_65', 'UNKNOWN_64']) {
      const none = await talk.ask({ name: 'www.own.example', type });
      assert.deepEqual([...negative(none), none.extendedErrors.join()], ['NOERROR', 0, 'SOA 90', '15'], type);
    }
  });

  test('F16 HTTPS and SVCB of a name that is blocked by address are NODATA with a SOA', async () => {
    const talk = talkWith(['||ads.example^']);
    assert.deepEqual(records(await talk.ask({ name: 'ads.example' })), ['ads.example 60 A 0.0.0.0']);
    for (const type of ['UNKNOWN_65', 'UNKNOWN_64'])
      assert.deepEqual(negative(await talk.ask({ name: 'ads.example', type })), ['NOERROR', 0, 'SOA 60'], type);
  });
});

describe('a rule leads to another name', () => {
  test('F17 by a CNAME in front of what the upstream has for it, fetched and cached', async () => {
    const talk = talkWith(['|www.search.example^$dnsrewrite=safe.search.example'], 120);
    for (let round = 0; round < 2; round++) {
      const reply = await talk.ask({ name: 'WWW.search.example' });
      assert.deepEqual(records(reply), [
        'WWW.search.example 120 CNAME safe.search.example',
        'safe.search.example 300 A 192.0.2.1',
      ]);
    }
    assert.deepEqual(talk.asked, ['safe.search.example A']);
    assert.deepEqual(records(await talk.ask({ name: 'www.search.example', type: 'CNAME' })), [
      'www.search.example 120 CNAME safe.search.example',
    ]);
    const none = await talk.ask({ name: 'www.search.example', type: 'AAAA' });
    assert.deepEqual(records(none), ['www.search.example 120 CNAME safe.search.example']);
  });

  test('and not round in a circle where it covers that name too', async () => {
    const talk = talkWith([
      '||search.example^$dnsrewrite=safe.search.example',
      '||a.example^$dnsrewrite=b.example',
      '||b.example^$dnsrewrite=a.example',
    ]);
    assert.equal(records(await talk.ask({ name: 'www.search.example' })).length, 2);
    assert.deepEqual(records(await talk.ask({ name: 'safe.search.example' })), ['safe.search.example 300 A 192.0.2.1']);
    assert.deepEqual(records(await talk.ask({ name: 'a.example' })), [
      'a.example 60 CNAME b.example',
      'b.example 300 A 192.0.2.1',
    ]);
    assert.deepEqual(talk.internalErrors, []);
  });

  test('whatever a list says of that name; not where a rule that goes before blocks the first', async () => {
    const talk = talkWith([
      '|www.search.example^$dnsrewrite=safe.example',
      'list:safe.example',
      '|www.blocked.example^$dnsrewrite=safe.example',
      '||blocked.example^$important',
    ]);
    assert.equal(records(await talk.ask({ name: 'www.search.example' })).length, 2);
    assert.deepEqual(records(await talk.ask({ name: 'safe.example' })), ['safe.example 60 A 0.0.0.0']);
    assert.deepEqual(records(await talk.ask({ name: 'www.blocked.example' })), ['www.blocked.example 60 A 0.0.0.0']);
  });

  test('which may be one of this network', async () => {
    const settings = localSettings(
      '[[record]]\nname = "nas.home.arpa"\ntype = "A"\nvalue = "192.168.0.5"\n\n[[record]]\nname = "www.home.arpa"\ntype = "CNAME"\nvalue = "elsewhere.example"\n',
    );
    const talk = new Conversation([], {}, undefined, {}, settings);
    talk.setPolicy(['|a.example^$dnsrewrite=nas.home.arpa', '|b.example^$dnsrewrite=www.home.arpa']);
    talk.script = (question) => answerWith(question, [{ type: 'A', name: question.name, ttl: 300, data: '192.0.2.1' }]);
    const own = records(await talk.ask({ name: 'a.example' }));
    assert.equal(own[0], 'a.example 60 CNAME nas.home.arpa');
    assert.match(own[1] ?? '', /^nas\.home\.arpa \d+ A 192\.168\.0\.5$/);
    const on = records(await talk.ask({ name: 'b.example' }));
    assert.deepEqual(
      on.map((text) =>
        text
          .split(' ')
          .filter((_, index) => index !== 1)
          .join(' '),
      ),
      ['b.example CNAME www.home.arpa', 'www.home.arpa CNAME elsewhere.example', 'elsewhere.example A 192.0.2.1'],
    );
    assert.deepEqual(talk.internalErrors, []);
  });

  test('and IPv6 addresses are made of its IPv4 addresses', async () => {
    const settings = localSettings('[resolve]\ndns64 = "2001:db8:64::/96"\n');
    const talk = new Conversation([], {}, undefined, {}, settings);
    talk.setPolicy(['|www.search.example^$dnsrewrite=safe.example']);
    talk.script = (question) =>
      answerWith(
        question,
        question.type === 'A' ? [{ type: 'A', name: question.name, ttl: 300, data: '192.0.2.1' }] : [],
      );
    for (let round = 0; round < 2; round++) {
      const reply = records(await talk.ask({ name: 'www.search.example', type: 'AAAA' }));
      assert.equal(reply[0], 'www.search.example 60 CNAME safe.example');
      assert.match(reply[1] ?? '', /^safe\.example \d+ AAAA 2001:db8:64::c000:201$/);
    }
  });

  test('a failure of its target is the client’s own', async () => {
    const talk = talkWith(['|www.search.example^$dnsrewrite=safe.example']);
    talk.script = () => ({ ok: false, code: 'timeout', detail: 'no answer' });
    const failed = await talk.ask({ name: 'www.search.example' });
    assert.deepEqual([failed.packet.rcode, failed.packet.questions?.[0]?.name], ['SERVFAIL', 'www.search.example']);
  });

  describe('while a client waits', () => {
    const SEARCH = '|www.search.example^$dnsrewrite=safe.example';

    /** What a client gets that has asked under the first rules, and is answered under the second. */
    async function meanwhile(before: readonly string[], after: readonly string[], type = 'A', ttl = 300) {
      const talk = talkWith(before);
      const arrived = Promise.withResolvers<void>();
      talk.script = async (question) => {
        await arrived.promise;
        return answerWith(
          question,
          question.type === 'A' ? [{ type: 'A', name: question.name, ttl, data: '192.0.2.1' }] : [],
        );
      };
      const ask = talk.ask({ name: 'www.search.example', type });
      assert.equal(talk.waiting, 1);
      talk.setPolicy(after);
      arrived.resolve();
      const reply = await ask;
      assert.deepEqual([talk.internalErrors, talk.waiting], [[], 0]);
      return { reply, asked: talk.asked };
    }

    test('F17 the rule stays: nothing is asked twice', async () => {
      for (const ttl of [300, 0]) {
        const { reply, asked } = await meanwhile([SEARCH], [SEARCH, '||other.example^'], 'A', ttl);
        assert.deepEqual(records(reply), [
          `www.search.example ${Math.min(60, ttl)} CNAME safe.example`,
          `safe.example ${ttl} A 192.0.2.1`,
        ]);
        assert.deepEqual(asked, ['safe.example A']);
      }
      const { reply, asked } = await meanwhile([SEARCH], [SEARCH, '||other.example^'], 'AAAA');
      assert.deepEqual([reply.packet.answers?.length, asked], [1, ['safe.example AAAA']]);
    });

    test('F17 the rule comes: its target is asked; it goes: the name itself; it changes: the new target', async () => {
      const came = await meanwhile([], [SEARCH]);
      assert.deepEqual(records(came.reply), [
        'www.search.example 60 CNAME safe.example',
        'safe.example 300 A 192.0.2.1',
      ]);
      const went = await meanwhile([SEARCH], []);
      assert.deepEqual(records(went.reply), ['www.search.example 300 A 192.0.2.1']);
      assert.deepEqual(went.asked, ['safe.example A', 'www.search.example A']);
      const changed = await meanwhile([SEARCH], ['|www.search.example^$dnsrewrite=strict.example']);
      assert.equal(records(changed.reply)[1], 'strict.example 300 A 192.0.2.1');
    });

    test('F17 the name is blocked: the client gets the block, and nothing more is asked', async () => {
      const { reply, asked } = await meanwhile([SEARCH], ['||search.example^$important,dnsrewrite=NXDOMAIN']);
      assert.deepEqual([reply.packet.rcode, reply.extendedError?.code, asked.length], ['NXDOMAIN', 15, 1]);
    });
  });

  test('F17 back to a name in front of it, by way of an alias of the operator’s: that is a circle, and said to be one', async () => {
    const settings = localSettings('[[record]]\nname = "own.home.arpa"\ntype = "CNAME"\nvalue = "round.example"\n');
    const talk = new Conversation([], {}, undefined, {}, settings);
    talk.script = (question) => answerWith(question, [{ type: 'A', name: question.name, ttl: 300, data: '192.0.2.1' }]);
    talk.setPolicy(['|round.example^$dnsrewrite=own.home.arpa']);
    for (const name of ['round.example', 'own.home.arpa', 'ROUND.example'])
      for (const type of ['A', 'AAAA']) {
        const { packet, extendedError } = await talk.ask({ name, type });
        assert.deepEqual([packet.rcode, packet.answers?.length], ['SERVFAIL', 0], name);
        assert.match(extendedError?.text ?? '', /too many, or lead round in a circle$/);
      }
    assert.deepEqual([talk.asked, talk.internalErrors], [[], []]);
  });

  test('F17 by more aliases than there is room for: that is said, and nothing is asked', async () => {
    const label = 'x'.repeat(60);
    const nameOf = (at: number) => `n${at}.${label}.${label}.${label}.example`;
    // From 1 to 9, and from 10 to 17; the rule leads from 9 to 10.
    const records = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16].map(
      (at) => `[[record]]\nname = "${nameOf(at)}"\ntype = "CNAME"\nvalue = "${nameOf(at + 1)}"\n`,
    );
    const settings = localSettings(records.join(''));
    const talk = new Conversation([], {}, undefined, {}, settings);
    talk.setPolicy([`|${nameOf(9)}^$dnsrewrite=${nameOf(10)}`]);
    const { packet, extendedError } = await talk.ask({ name: nameOf(1) });
    assert.equal(packet.rcode, 'SERVFAIL');
    assert.match(extendedError?.text ?? '', /too many, or lead round in a circle$/);
    assert.deepEqual([talk.asked, talk.internalErrors], [[], []]);
  });

  describe('of a list', () => {
    const lists = (lead: string, rules: readonly string[]) => {
      const talk = talkWith([]);
      talk.setRule('lead.example', { kind: 'alias', target: lead }, rules);
      return talk;
    };

    test('F17 does not lead past what the operator blocks, by CNAME, address or any other type', async () => {
      const talk = lists('page.secret.example', ['||secret.example^']);
      for (const type of ['A', 'CNAME']) {
        const { packet, extendedError } = await talk.ask({ name: 'lead.example', type });
        assert.deepEqual([packet.rcode, packet.answers?.length], ['NXDOMAIN', 0], type);
        assert.equal(extendedError?.text, 'blocked by a rule of this gateway: ||secret.example^');
      }
      assert.deepEqual(talk.asked, []);
    });

    test('F17 nor past what its target’s answer leads to; elsewhere it leads as any rule does', async () => {
      const talk = lists('page.example', ['||secret.example^']);
      talk.script = (question) =>
        answerWith(question, [
          { type: 'CNAME', name: question.name, ttl: 300, data: 'page.secret.example' },
          { type: 'A', name: 'page.secret.example', ttl: 300, data: '192.0.2.1' },
        ]);
      for (let round = 0; round < 2; round++)
        assert.equal((await talk.ask({ name: 'lead.example' })).packet.rcode, 'NXDOMAIN');
      const free = lists('page.example', ['||secret.example^', '@@||page.example^']);
      for (let round = 0; round < 2; round++)
        assert.deepEqual(records(await free.ask({ name: 'lead.example' })), [
          'lead.example 60 CNAME page.example',
          'page.example 300 A 192.0.2.1',
        ]);
    });

    describe('by way of an alias of the operator’s', () => {
      const OWN_ALIAS = '[[record]]\nname = "own.home.arpa"\ntype = "CNAME"\nvalue = "page.secret.example"\n';
      const ALIAS = { kind: 'alias', target: 'own.home.arpa' } as const;
      const byAlias = (rules: readonly string[]) => {
        const talk = new Conversation([], {}, undefined, {}, localSettings(OWN_ALIAS));
        talk.setRule('lead.example', ALIAS, rules);
        talk.script = (question) =>
          answerWith(question, [{ type: 'A', name: question.name, ttl: 300, data: '192.0.2.1' }]);
        return talk;
      };

      test('F17 leads past nothing that the operator blocks either', async () => {
        const talk = byAlias(['||secret.example^']);
        for (const name of ['own.home.arpa', 'lead.example']) {
          const { packet, extendedError } = await talk.ask({ name });
          assert.deepEqual([packet.rcode, packet.answers?.length], ['NXDOMAIN', 0], name);
          assert.equal(extendedError?.text, 'blocked by a rule of this gateway: ||secret.example^');
        }
        assert.deepEqual(talk.asked, []);
        const free = byAlias([]);
        for (let round = 0; round < 2; round++)
          assert.deepEqual(
            (await free.ask({ name: 'lead.example' })).packet.answers?.map(({ name, type }) => `${name} ${type}`),
            ['lead.example CNAME', 'own.home.arpa CNAME', 'page.secret.example A'],
          );
      });

      test('nor where the operator blocks that while a client waits', async () => {
        const talk = byAlias([]);
        const arrived = Promise.withResolvers<void>();
        talk.script = async (question) => {
          await arrived.promise;
          return answerWith(question, [{ type: 'A', name: question.name, ttl: 300, data: '192.0.2.1' }]);
        };
        const ask = talk.ask({ name: 'lead.example' });
        assert.equal(talk.waiting, 1);
        talk.setRule('lead.example', ALIAS, ['||secret.example^']);
        arrived.resolve();
        assert.equal((await ask).packet.rcode, 'NXDOMAIN');
      });
    });

    test('F17 nothing is opened in allowlist mode: neither name nor target is answered, over whatever transport', async () => {
      const ALLOWLIST = { mode: 'allowlist' } as const;
      const responses: readonly RuleResponse[] = [
        { kind: 'alias', target: 'page.example' },
        { kind: 'alias', target: 'www.lead.example' },
        { kind: 'truncate' },
        { kind: 'records', records: [{ type: 1, rdataHex: 'c0000201' }] },
      ];
      for (const response of responses)
        for (const transport of [UDP, TCP, DOT]) {
          const talk = talkWith([]);
          talk.setRule('lead.example', response, [], ALLOWLIST);
          const { packet, extendedError } = await talk.ask({ name: 'www.lead.example', transport });
          assert.deepEqual([packet.rcode, packet.flag_tc, packet.answers?.length], ['NXDOMAIN', false, 0]);
          assert.equal(extendedError?.text, 'not on an allow list');
          assert.deepEqual(talk.asked, []);
        }
    });

    test('F17 it leads to nothing of which lists that are missing have to say whether it is allowed', async () => {
      const talk = talkWith([]);
      talk.setPolicy(['list:|lead.example^$important,dnsrewrite=page.example', 'list:@@|lead.example^'], {
        mode: 'allowlist',
        listsComplete: false,
      });
      const { packet, extendedErrors } = await talk.ask({ name: 'lead.example' });
      assert.deepEqual([packet.rcode, extendedErrors, talk.asked], ['SERVFAIL', [14], []]);
    });

    test('nor where the operator blocks that while a client waits', async () => {
      const talk = lists('page.secret.example', []);
      const arrived = Promise.withResolvers<void>();
      talk.script = async (question) => {
        await arrived.promise;
        return answerWith(question, [{ type: 'A', name: question.name, ttl: 300, data: '192.0.2.1' }]);
      };
      const ask = talk.ask({ name: 'lead.example' });
      talk.setRule('lead.example', { kind: 'alias', target: 'page.secret.example' }, ['||secret.example^']);
      arrived.resolve();
      assert.equal((await ask).packet.rcode, 'NXDOMAIN');
    });
  });
});

describe('what an answer leads to', () => {
  test('is answered as its rule says, in the name that was asked for', async () => {
    const talk = talkWith([
      '||no.example^$dnsrewrite=NXDOMAIN',
      '||own.example^$dnsrewrite=192.0.2.9',
      '||search.example^$dnsrewrite=safe.example',
      '|a.tracker.example^$dnsrewrite=safe.example',
      '||tracker.example^$dnsrewrite=NXDOMAIN',
    ]);
    const leadTo = async (target: string) => {
      talk.script = (question) =>
        answerWith(question, [
          { type: 'CNAME', name: question.name, ttl: 300, data: target },
          { type: 'A', name: target, ttl: 300, data: '192.0.2.1' },
        ]);
      const name = `${target.replaceAll('.', '-')}.example`;
      await talk.ask({ name });
      return await talk.ask({ name });
    };
    assert.equal((await leadTo('x.no.example')).packet.rcode, 'NXDOMAIN');
    assert.deepEqual(records(await leadTo('own.example')), ['own-example.example 60 A 192.0.2.9']);
    assert.equal(
      records(await leadTo('search.example')).length,
      2,
      'an alias is for those who ask for the name itself',
    );
    // And so it takes no block away.
    assert.equal((await leadTo('a.tracker.example')).packet.rcode, 'NXDOMAIN');
  });
});

describe('a rule that wants a stream', () => {
  const RPZ_TCP_ONLY = { kind: 'truncate' } as const;

  test('F18 truncates over UDP and has nothing against an answer over a stream', async () => {
    const talk = talkWith([]);
    talk.setRule('only.example', RPZ_TCP_ONLY);
    const over = async (transport: typeof UDP) => {
      const { packet } = await talk.ask({ name: 'only.example', transport });
      return [packet.flag_tc, packet.rcode, packet.answers!.length];
    };
    assert.deepEqual(await over(UDP), [true, 'NOERROR', 0]);
    assert.deepEqual(await over(TCP), [false, 'NOERROR', 1]);
    assert.deepEqual(await over(DOT), [false, 'NOERROR', 1]);
    assert.deepEqual(await over(UDP), [true, 'NOERROR', 0]);
    assert.equal(talk.asked.length, 1);
  });

  test('also of a name that an answer leads to', async () => {
    const talk = talkWith([]);
    talk.setRule('only.example', RPZ_TCP_ONLY);
    talk.script = (question) =>
      answerWith(question, [
        { type: 'CNAME', name: question.name, ttl: 300, data: 'only.example' },
        { type: 'A', name: 'only.example', ttl: 300, data: '192.0.2.1' },
      ]);
    for (let round = 0; round < 2; round++) {
      assert.equal((await talk.ask({ name: 'www.example', transport: UDP })).packet.flag_tc, true);
      assert.equal((await talk.ask({ name: 'www.example', transport: TCP })).packet.answers?.length, 2);
    }
  });

  test('F18 over a stream it hides nothing that stands behind it', async () => {
    const talk = talkWith([]);
    talk.setRule('first.example', RPZ_TCP_ONLY, ['||second.example^$dnsrewrite=NXDOMAIN']);
    talk.script = (question) =>
      answerWith(question, [
        { type: 'CNAME', name: question.name, ttl: 300, data: 'first.example' },
        { type: 'CNAME', name: 'first.example', ttl: 300, data: 'second.example' },
        { type: 'A', name: 'second.example', ttl: 300, data: '192.0.2.1' },
      ]);
    for (let round = 0; round < 3; round++) {
      assert.equal((await talk.ask({ name: 'www.example', transport: TCP })).packet.rcode, 'NXDOMAIN');
      assert.equal((await talk.ask({ name: 'www.example', transport: UDP })).packet.flag_tc, true);
    }
  });

  test('F18 a rule that wants silence gets it, over UDP and over a stream', async () => {
    const talk = talkWith([]);
    talk.setRule('silent.example', { kind: 'drop' });
    for (const transport of [UDP, TCP])
      assert.equal(await talk.send(encodeAsk({ name: 'silent.example' }), transport), undefined);
    assert.equal(talk.counters.queriesDropped, 2);
  });
});

describe('what an extended error says', () => {
  test('F19 the code of the list, and its name and rule in the text unless that is switched off', async () => {
    const talk = new Conversation();
    for (const [listErrorCode, code] of [
      [undefined, 15],
      [16, 16],
      [17, 17],
    ] as const) {
      talk.setPolicy(['list:ads.example'], {}, listErrorCode === undefined ? {} : { listErrorCode });
      const { extendedError } = await talk.ask({ name: 'ads.example' });
      assert.deepEqual([extendedError?.code, extendedError?.text], [code, 'blocked by ads: |ads.example^']);
    }
    talk.setPolicy(['list:ads.example'], { extendedErrorTexts: false }, { listErrorCode: 16 });
    const quiet = await talk.ask({ name: 'ads.example' });
    assert.deepEqual([quiet.extendedError?.code, quiet.extendedError?.text], [16, '']);
  });

  test('F19 17 where a rule of the client’s own group blocks', async () => {
    const talk = new Conversation();
    talk.setPolicy([], {}, { groups: [{ name: 'kids', clients: ['127.0.0.1'], rules: ['||games.example^'] }] });
    const { extendedError } = await talk.ask({ name: 'games.example' });
    assert.deepEqual(
      [extendedError?.code, extendedError?.text],
      [17, 'blocked by a rule of this group: ||games.example^'],
    );
  });

  test('F19 and so for what an answer leads to', async () => {
    const talk = new Conversation();
    talk.setPolicy(['list:cdn.example'], {}, { listErrorCode: 16 });
    talk.script = (question) =>
      answerWith(question, [{ type: 'CNAME', name: question.name, ttl: 300, data: 'cdn.example' }]);
    for (let round = 0; round < 2; round++) {
      const { extendedError } = await talk.ask({ name: 'www.example' });
      assert.deepEqual([extendedError?.code, extendedError?.text], [16, 'blocked by ads: |cdn.example^']);
    }
  });
});
