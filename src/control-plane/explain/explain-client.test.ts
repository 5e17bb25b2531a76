import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { encode } from 'dns-packet';
import { type ExplainedGateway, explainContext } from '../../../test/fixtures/explain-context.ts';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { typeFromText } from '../../wire/type-text.ts';
import type { FoundAnswer } from './answer-source.ts';
import { explainName } from './explain-name.ts';
import type { Explanation } from './explanation.ts';
import { readClient } from './who-asks.ts';

const SUNDAY_NIGHT = Date.UTC(2026, 10, 22, 21, 0);
const CONFIG = `
[[list]]
name = "ads"
url = "https://lists.example.org/ads"
format = "adblock"
[[list]]
name = "second"
url = "https://lists.example.org/second"
format = "adblock"
extended_error = "censored"
[[list]]
name = "strict"
url = "https://lists.example.org/strict"
format = "adblock"
[access]
unknown_client_ids = "refuse"
[policy]
lists = ["ads", "second"]
rules = ["@@||good.example^"]
[[group]]
name = "kids"
clients = ["192.168.1.0/24", "tablet"]
lists = ["ads", "second", "strict"]
tags = ["child"]
rules = ["||games.example^"]
blocked_services = ["tiktok"]
safe_search = ["google"]
[[group.when]]
schedule = "bedtime"
mode = "allowlist"
rules = ["@@||audiobooks.example^"]
[[group]]
name = "narrow"
clients = ["192.168.1.7"]
allowed_types = ["A"]
block_response = { a = "192.0.2.99" }
rebinding_protection = true
[[schedule]]
name = "bedtime"
time_zone = "UTC"
windows = [{ days = ["sun"], from = "20:30", to = "22:00" }]
`;
const UPSTREAMS = `
[[upstream]]
name = "filtering.example"
url = "https://filtering.example/dns-query"
addresses = ["192.0.2.1"]
block_signal = false
`;
const LISTS = {
  ads: [
    '! ads',
    '||ads.example^',
    '@@|www.ads.example^$dnstype=TXT',
    '||tags.example^$ctag=child',
    '||guest.example^$client=tablet',
    '||wide.example^$denyallow=not.wide.example',
    '||good.example^$important',
    '||www.tiktok.com^',
    '203.0.113.9',
    '||rewritten.example^$dnsrewrite=192.0.2.1',
    '@@||rewritten.example^$dnsrewrite',
    '||metric.gstatic.com^',
  ],
  second: ['||www.ads.example^', '/^www[.]ads[.]/', '||tracker.example^'],
  strict: ['||strict.example^'],
};

function gateway(t: TestContext, changes: Partial<ExplainedGateway> = {}) {
  const { path, remove } = temporaryDirectory('explain');
  t.after(remove);
  const context = explainContext({ directory: path, toml: CONFIG, lists: LISTS, ...changes });
  return async (name: string, client?: string, type = 'A'): Promise<Explanation> => {
    const explanation = await explainName(
      await context,
      name,
      typeFromText(type),
      client === undefined ? undefined : readClient(client),
    );
    assert.ok(explanation !== undefined);
    return explanation;
  };
}

/** Of each rule: its line in the list, or where else it is from, and why it does not decide. */
function rulesOf({ rules }: Explanation): string[] {
  return rules.map(({ place, sourceName, whyNot, decides }) => {
    const where = place === undefined ? sourceName : `${sourceName}:${place.number}`;
    return `${where} ${decides ? 'decides' : whyNot}`;
  });
}

describe('the rules about a name', () => {
  test('are shown in order of precedence, each with its place, and why it does not decide', async (t) => {
    assert.deepEqual(rulesOf(await gateway(t)('www.ads.example')), [
      'ads:3 it holds for type TXT alone',
      'second:1 decides',
      'ads:2 the longer name comes first',
      'second:2 a name comes before a pattern',
    ]);
    const text = await gateway(t)('www.ads.example', undefined, 'TXT');
    assert.equal(text.action, 'allow');
    assert.match(rulesOf(text).join('\n'), /^ads:3 decides\nsecond:1 an exception comes before a block/);
  });

  test('are weighed by whose they are', async (t) => {
    assert.deepEqual(rulesOf(await gateway(t)('good.example')), [
      'rules:20 decides',
      "ads:7 the operator's rules come before lists",
    ]);
    const tiktok = await gateway(t)('www.tiktok.com', 'tablet');
    assert.deepEqual(rulesOf(tiktok), [
      'tiktok decides',
      'ads:8 services and safe search of the group come before lists',
    ]);
  });

  test('of a list, a group or a service that is not for the client are shown with that reason', async (t) => {
    const explain = gateway(t);
    assert.deepEqual(rulesOf(await explain('strict.example')), ['strict:1 the group default does not use this list']);
    assert.deepEqual(rulesOf(await explain('games.example')), ['kids:26 rules of another group than default']);
    const tiktok = rulesOf(await explain('www.tiktok.com'));
    assert.deepEqual(tiktok, ['tiktok the group default does not block this service', 'ads:8 decides']);
    assert.match(rulesOf(await explain('www.google.com')).join(), /google the group default does not have this safe/);
    assert.equal((await explain('strict.example', 'tablet')).action, 'block');
  });

  test('whose condition is not met are shown with the part that is not', async (t) => {
    const explain = gateway(t);
    assert.deepEqual(rulesOf(await explain('tags.example')), [
      'ads:4 it holds for groups with a tag among child alone',
    ]);
    assert.deepEqual(rulesOf(await explain('guest.example')), ['ads:5 it holds for clients tablet alone']);
    assert.match(rulesOf(await explain('not.wide.example'))[0]!, /it leaves out not\.wide\.example, and what is below/);
    for (const name of ['tags.example', 'guest.example', 'wide.example'])
      assert.equal((await explain(name, 'TABLET')).action, 'block', name);
  });

  test('with an answer of their own give way to an exception from answers', async (t) => {
    const explanation = await gateway(t)('rewritten.example');
    assert.equal(explanation.action, 'allow');
    assert.deepEqual(rulesOf(explanation), [
      'ads:11 it only takes away rules with an answer of their own',
      'ads:10 an exception takes its answer away',
    ]);
  });

  test('do not decide while filtering is paused, about names that Android needs, and about types that nobody gets', async (t) => {
    const paused = await gateway(t, { paused: [0] })('ads.example');
    assert.deepEqual([paused.action, rulesOf(paused)], ['allow', ['ads:2 filtering is paused']]);
    const probe = await gateway(t)('x-dnsotls-ds.metric.gstatic.com');
    assert.equal(probe.action, 'allow');
    assert.deepEqual(rulesOf(probe), ['ads:12 Android needs this name, so lists and services do not count']);
    const narrow = await gateway(t)('www.ads.example', '192.168.1.7', 'AAAA');
    assert.equal(narrow.sentence, 'www.ads.example is blocked: its group gets no records of this type');
    assert.match(rulesOf(narrow).join(), /second:1 the group gets no records of this type, whatever rules say/);
  });
});

describe('the client', () => {
  test('is in a group by its ID, its network, or as everybody else, and that is said', async (t) => {
    const explain = gateway(t);
    const whyOf = async (client?: string) => {
      const { group, why } = (await explain('example.org', client)).client;
      return `${group}: ${why}`;
    };
    assert.equal(await whyOf('Tablet'), 'kids: the group names the client ID tablet');
    assert.equal(await whyOf('id:Tablet'), 'kids: the group names the client ID tablet');
    assert.equal(await whyOf('192.168.1.9'), 'kids: its address is in 192.168.1.0/24');
    assert.equal(await whyOf('192.168.1.7'), 'narrow: its address is in 192.168.1.7');
    assert.equal(await whyOf('2001:db8::1'), 'default: no group names its address');
    assert.match(await whyOf(), /^default: everybody whom no group names; --client ADDRESS_OR_ID/);
  });

  test('whose ID nobody names is refused where the operator says so, and else in the group of everybody else', async (t) => {
    const refused = await gateway(t)('example.org', 'stranger');
    assert.deepEqual([refused.action, refused.client.group, refused.rules], ['refused', undefined, []]);
    assert.match(refused.sentence, /^example\.org is refused: no group names the client ID stranger/);
    assert.deepEqual(refused.answer.extendedErrors, [
      { code: 18, name: 'Prohibited', text: 'this client ID is not known here' },
    ]);
    const toml = CONFIG.replace('unknown_client_ids = "refuse"', '');
    const taken = await gateway(t, { toml })('example.org', 'stranger');
    assert.match(`${taken.client.group} ${taken.client.why}`, /^default no group names .* its address may be in one$/);
  });

  test('is told which schedule holds, and until when', async (t) => {
    const explain = gateway(t, { now: SUNDAY_NIGHT });
    const { client, action, rules } = await explain('games.example', 'tablet');
    assert.deepEqual([client.schedule, client.scheduleUntil], ['bedtime', Date.UTC(2026, 10, 22, 22, 0)]);
    assert.equal(action, 'block');
    assert.deepEqual(
      rules.map(({ whyNot }) => whyNot),
      ['not in force at this time of the schedule'],
    );
    assert.equal((await explain('audiobooks.example', 'tablet')).action, 'allow');
    const byDay = await gateway(t, { now: SUNDAY_NIGHT - 12 * 3_600_000 })('games.example', 'tablet');
    assert.deepEqual([byDay.client.schedule, byDay.rules[0]?.decides], [undefined, true]);
  });

  test('is told until when its group is paused', async (t) => {
    const { client } = await gateway(t, { paused: [1], now: SUNDAY_NIGHT })('ads.example', 'tablet');
    assert.equal(client.pausedUntil, SUNDAY_NIGHT + 3_600_000);
  });
});

describe('what the client gets', () => {
  const answers: readonly (readonly [name: string, client: string | undefined, type: string, expected: string])[] = [
    ['ads.example', undefined, 'A', 'NXDOMAIN: no such name; 15 blocked by ads: ||ads.example^'],
    ['tracker.example', undefined, 'A', 'NXDOMAIN: no such name; 16 blocked by second: ||tracker.example^'],
    ['games.example', 'tablet', 'A', 'NXDOMAIN: no such name; 17 blocked by a rule of this group: ||games.example^'],
    ['ads.example', '192.168.1.7', 'A', '192.0.2.99 (block_response); 15 blocked by ads: ||ads.example^; 4 '],
    ['ads.example', '192.168.1.7', 'AAAA', 'NOERROR without records; 17 a record type that is not answered here'],
    [
      'www.google.com',
      'tablet',
      'A',
      'an alias made here, and what the upstream has for forcesafesearch.google.com, whatever it leads to',
    ],
    ['good.example', undefined, 'A', "the upstream's, whatever it leads to"],
    ['example.org', undefined, 'A', "the upstream's, unless it leads to what is blocked"],
  ];
  for (const [name, client, type, expected] of answers)
    test(`for ${name} ${type} as ${client ?? 'anybody'} is "${expected}"`, async (t) => {
      const { answer } = await gateway(t)(name, client, type);
      const errors = answer.extendedErrors.map(({ code, text }) => `; ${code} ${text}`);
      assert.equal(answer.text + errors.join(''), expected);
    });

  test('is said to be led elsewhere by safe search, not to be blocked', async (t) => {
    const { sentence, response } = await gateway(t)('www.google.com', 'tablet');
    assert.equal(sentence, 'www.google.com leads to forcesafesearch.google.com: safe search names it');
    assert.equal(response, 'alias');
  });
});

type Records = NonNullable<Parameters<typeof encode>[0]['answers']>;

function answered(name: string, answers: Records): FoundAnswer {
  const questions = [{ type: 'A' as const, name }];
  return { message: encode({ type: 'response', id: 0, flags: 0x8180, questions, answers }), from: 'the cache' };
}

describe('what the answer leads to', () => {
  const cloaked = (name: string) =>
    answered(name, [
      { type: 'CNAME', name, data: 'cdn.example.net', ttl: 60 },
      { type: 'CNAME', name: 'cdn.example.net', data: 'x.tracker.example', ttl: 60 },
      { type: 'A', name: 'x.tracker.example', data: '198.51.100.1', ttl: 60 },
    ]);

  test('is judged name by name, and the block is traced to its rule', async (t) => {
    const explanation = await gateway(t, { findAnswer: cloaked })('shop.example');
    assert.deepEqual([explanation.action, explanation.response], ['block', 'nxdomain']);
    assert.match(
      explanation.sentence,
      /^shop\.example is blocked for what it leads to: x\.tracker\.example is blocked: the list "second" names tracker/,
    );
    assert.deepEqual(
      explanation.answer.extendedErrors.map(({ code }) => code),
      [16],
    );
    assert.equal(explanation.line?.number, 3);
    assert.ok(explanation.reached?.wasLookedAt);
    assert.deepEqual(
      explanation.reached.places.map(({ kind, text, action }) => `${kind} ${text} ${action}`),
      ['CNAME cdn.example.net allow', 'CNAME x.tracker.example block', 'address 198.51.100.1 allow'],
    );
  });

  test('is nobody asked for where the name itself is blocked or allowed by a rule', async (t) => {
    const asked: string[] = [];
    const findAnswer = (name: string) => {
      asked.push(name);
      return cloaked(name);
    };
    const explain = gateway(t, { findAnswer, toml: CONFIG + UPSTREAMS });
    for (const [name, action] of [
      ['ads.example', 'block'],
      ['good.example', 'allow'],
    ] as const) {
      const explanation = await explain(name);
      assert.deepEqual([explanation.action, explanation.reached], [action, undefined]);
    }
    assert.deepEqual(asked, []);
  });

  test('is what an upstream with a filter of its own withholds, whatever the rules of the gateway allow', async (t) => {
    const findAnswer = (name: string) => ({ ...answered(name, []), blockedBy: 'filtering.example' });
    const explain = gateway(t, { findAnswer, toml: CONFIG + UPSTREAMS.replace('false', 'true') });
    for (const [name, client] of [
      ['shop.example', undefined],
      ['good.example', undefined],
      ['www.google.com', 'tablet'],
    ] as const) {
      const { action, reason, sentence, response, answer, reached } = await explain(name, client);
      assert.deepEqual([action, reason, response], ['block', 'upstream-blocks', 'nxdomain'], name);
      assert.match(sentence, /is blocked: the upstream filtering\.example takes this name for malicious$/);
      assert.equal(answer.text, 'NXDOMAIN: no such name');
      assert.deepEqual(answer.extendedErrors, [
        { code: 15, name: 'Blocked', text: 'the upstream filtering.example takes this name for malicious' },
      ]);
      assert.deepEqual(reached, { wasLookedAt: true, from: 'the cache', rcode: 'NXDOMAIN', places: [] });
    }
  });

  test('is judged address by address', async (t) => {
    const findAnswer = (name: string) => answered(name, [{ type: 'A', name, data: '203.0.113.9', ttl: 60 }]);
    const explanation = await gateway(t, { findAnswer })('shop.example');
    assert.equal(explanation.sentence, 'shop.example is blocked: the list "ads" names its address, 203.0.113.9');
    assert.deepEqual([explanation.line?.number, explanation.line?.text], [9, '203.0.113.9']);
    assert.equal(explanation.answer.extendedErrors[0]?.text, 'blocked by ads: 203.0.113.9');
  });

  test('is judged to its end, while the rules of its first places alone are looked up, and those of the one that decides', async (t) => {
    const findAnswer = (name: string) =>
      answered(
        name,
        Array.from({ length: 40 }, (_, index) => ({
          ...{ type: 'A' as const, name, ttl: 60 },
          data: index < 30 ? `198.51.100.${index}` : '203.0.113.9',
        })),
      );
    const { action, line, reached } = await gateway(t, { findAnswer })('shop.example');
    assert.deepEqual([action, line?.number], ['block', 9]);
    assert.ok(reached?.wasLookedAt);
    assert.equal(reached.places.length, 40);
    assert.deepEqual(
      reached.places.slice(30).map(({ rules, hasMoreRules }) => [rules.length, hasMoreRules]),
      [[1, false], ...new Array(9).fill([0, true])],
    );
  });

  test('is withheld where it points into this network and the group is protected from that', async (t) => {
    const findAnswer = (name: string) => answered(name, [{ type: 'A', name, data: '10.0.0.1', ttl: 60 }]);
    const explain = gateway(t, { findAnswer });
    const protectedOne = await explain('shop.example', '192.168.1.7');
    assert.deepEqual([protectedOne.action, protectedOne.reason], ['block', 'private-address']);
    assert.equal(protectedOne.answer.text, 'NOERROR without records');
    assert.equal((await explain('shop.example')).action, 'allow');
  });

  test('is said not to be known where nobody could be asked', async (t) => {
    const { reached, action } = await gateway(t, { findAnswer: () => 'the upstream is silent' })('shop.example');
    assert.deepEqual([reached, action], [{ wasLookedAt: false, why: 'the upstream is silent' }, 'allow']);
    const broken = await gateway(t, { findAnswer: () => ({ message: new Uint8Array(5), from: 'lab' }) })('a.example');
    assert.deepEqual(broken.reached, { wasLookedAt: false, why: 'what came from lab is no answer' });
  });
});
