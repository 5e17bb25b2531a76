import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { encode } from 'dns-packet';
import { type ExplainedGateway, explainContext } from '../../../test/fixtures/explain-context.ts';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { typeFromText } from '../../wire/type-text.ts';
import { explainName } from './explain-name.ts';
import type { Explanation } from './explanation.ts';
import { readClient } from './who-asks.ts';

const CONFIG = `
[[list]]
name = "ads"
url = "https://lists.example.org/ads"
format = "adblock"
[policy]
rules = [
  "||same.example^$dnsrewrite=www.same.example",
  "|nas.example^$dnsrewrite=nas.home.example",
  "|git.example^$dnsrewrite=git.corp.example",
  "|far.example^$dnsrewrite=far.example.net",
  "||secret.example^",
]
[[group]]
name = "kids"
clients = ["tablet"]
safe_search = ["google"]
[[group]]
name = "asleep"
clients = ["phone"]
safe_search = ["google"]
mode = "allowlist"
[[group]]
name = "strict"
clients = ["laptop"]
mode = "allowlist"
[[record]]
name = "own.home.example"
type = "CNAME"
value = "page.secret.example"
[[record]]
name = "free.home.example"
type = "CNAME"
value = "cdn.example.net"
[[record]]
name = "round.home.example"
type = "CNAME"
value = "round.example"
[resolve]
rewrites = { "nas.home.example" = "192.0.2.7" }
[[zone]]
name = "corp.example"
forward = ["192.168.9.53"]
`;

const UPSTREAM = `
[[upstream]]
name = "filtering.example"
url = "https://filtering.example/dns-query"
addresses = ["192.0.2.53"]
block_signal = true
`;

const chain = (data: string) => (name: string) => ({
  message: encode({
    ...{ type: 'response', id: 0, flags: 0x8180, questions: [{ type: 'A', name }] },
    answers: [{ type: 'CNAME', name, data }],
  }),
  from: 'lab',
});

function gateway(t: TestContext, changes: Partial<ExplainedGateway> = {}) {
  const { path, remove } = temporaryDirectory('explain-alias');
  t.after(remove);
  const context = explainContext({ directory: path, toml: CONFIG, ...changes });
  return async (name: string, type = 'A', client?: string): Promise<Explanation> => {
    const named = client === undefined ? undefined : readClient(client);
    const explanation = await explainName(await context, name, typeFromText(type), named);
    assert.ok(explanation !== undefined);
    return explanation;
  };
}

test('what a rule leads to is said to come from where it is asked or answered', async (t) => {
  const explain = gateway(t);
  const textOf = async (name: string, type?: string) => (await explain(name, type)).answer.text;
  assert.equal(
    await textOf('nas.example'),
    'an alias made here, and what this gateway itself answers for nas.home.example',
  );
  assert.match(
    await textOf('git.example'),
    /^an alias made here, and what git\.corp\.example has: of the zone corp\.example, asked in plain text at 192\.168\.9\.53/,
  );
  assert.match(await textOf('far.example'), /what the upstream has for far\.example\.net, whatever it leads to$/);
  assert.equal(await textOf('far.example', 'CNAME'), 'an alias of far.example.net, made here');
});

test('a name that its own rule leads to is answered as it is, unless its answer leads to what is blocked', async (t) => {
  const findAnswer = (name: string) => ({
    message: encode({
      ...{ type: 'response', id: 0, flags: 0x8180, questions: [{ type: 'A', name }] },
      answers: [{ type: 'CNAME', name, data: name === 'www.same.example' ? 'x.secret.example' : 'fine.example' }],
    }),
    from: 'lab',
  });
  const explain = gateway(t, { findAnswer });
  const other = await explain('same.example');
  assert.deepEqual([other.action, other.response], ['block', 'alias']);
  const same = await explain('www.same.example');
  assert.match(same.sentence, /^www\.same\.example is blocked for what it leads to: x\.secret\.example is blocked/);
  const free = await gateway(t, { findAnswer: () => 'nobody is asked' })('www.same.example');
  assert.equal(free.action, 'allow');
  assert.match(free.sentence, /leads to www\.same\.example: a rule of the policy .*, so it is answered as it is$/);
});

test('a list is said to lead nowhere that the operator blocks, nor to what is blocked behind it', async (t) => {
  const lists = { ads: ['|lead.example^$dnsrewrite=page.secret.example', '|on.example^$dnsrewrite=cdn.example.net'] };
  const lead = await gateway(t, { lists })('lead.example');
  assert.deepEqual([lead.action, lead.response, lead.reason], ['block', 'nxdomain', 'rule-blocks']);
  assert.match(
    lead.sentence,
    /^lead\.example is blocked for what it leads to: page\.secret\.example is blocked: a rule/,
  );
  const blocked = await gateway(t, { lists, findAnswer: chain('x.secret.example') })('on.example');
  assert.deepEqual([blocked.response, blocked.reason], ['nxdomain', 'rule-blocks']);
  assert.match(
    blocked.sentence,
    /^on\.example leads to cdn\.example\.net: .*; cdn\.example\.net is blocked for what it/,
  );
  const fine = await gateway(t, { lists, findAnswer: chain('fine.example') })('on.example');
  assert.deepEqual([fine.action, fine.response], ['block', 'alias']);
  assert.match(fine.answer.text, /what the upstream has for cdn\.example\.net, nothing of which is blocked$/);
});

test('a rule is said to lead on by way of an alias of the operator’s, a list not past what he blocks, and in no circle', async (t) => {
  const lists = {
    ads: [
      '|lead.example^$dnsrewrite=own.home.example',
      '|on.example^$dnsrewrite=free.home.example',
      '|round.example^$dnsrewrite=round.home.example',
    ],
  };
  const explain = gateway(t, { lists, findAnswer: chain('fine.example') });
  const lead = await explain('lead.example');
  assert.deepEqual([lead.action, lead.response, lead.reason], ['block', 'nxdomain', 'rule-blocks']);
  assert.match(lead.sentence, /blocked for what it leads to: page\.secret\.example is blocked: a rule/);
  assert.deepEqual(
    lead.answer.extendedErrors.map(({ text }) => text),
    ['blocked by a rule of this gateway: ||secret.example^'],
  );
  assert.equal(
    (await explain('on.example')).answer.text,
    'an alias made here, by way of free.home.example, and what the upstream has for cdn.example.net, nothing of which is blocked',
  );
  const blocked = await gateway(t, { lists, findAnswer: chain('x.secret.example') })('on.example');
  assert.deepEqual([blocked.response, blocked.reason], ['nxdomain', 'rule-blocks']);
  for (const name of ['round.example', 'round.home.example']) {
    const { answer, response } = await explain(name);
    assert.deepEqual(
      [answer.text, response],
      ['SERVFAIL: its aliases are too many, or lead round in a circle', 'servfail'],
    );
    assert.match(answer.extendedErrors[0]?.text ?? '', /too many, or lead round in a circle$/);
  }
});

test('a list is said to open nothing in allowlist mode', async (t) => {
  const lists = {
    ads: [
      '|lead.example^$dnsrewrite=page.example',
      '|www.self.example^$dnsrewrite=www.self.example',
      '|own.example^$dnsrewrite=192.0.2.1',
      '||own.example^',
    ],
  };
  const explain = gateway(t, { lists });
  const shut = 'in allowlist mode a list answers nothing that is not allowed';
  for (const name of ['lead.example', 'www.self.example']) {
    const { action, reason, rules } = await explain(name, 'A', 'laptop');
    assert.deepEqual([action, reason, rules[0]?.whyNot], ['block', 'not-allowlisted', shut]);
  }
  const own = await explain('own.example', 'A', 'laptop');
  assert.deepEqual([own.reason, own.response], ['list-blocks', 'nxdomain']);
  assert.deepEqual(
    own.rules.map(({ whyNot }) => whyNot),
    [shut, undefined],
  );
});

test('a rule about an address that leads elsewhere is said to do so, and where that ends', async (t) => {
  const lists = { ads: ['203.0.113.9$dnsrewrite=garden.example', '192.0.2.66$dnsrewrite=garden.example'] };
  const addresses: Readonly<Record<string, string>> = { 'garden.example': '192.0.2.99', 'self.example': '192.0.2.66' };
  const findAnswer = (name: string) => ({
    message: encode({
      ...{ type: 'response', id: 0, flags: 0x8180, questions: [{ type: 'A', name }] },
      answers: [{ type: 'A', name, data: addresses[name] ?? '203.0.113.9' }],
    }),
    from: 'lab',
  });
  const led = await gateway(t, { lists, findAnswer })('bad.example');
  assert.deepEqual([led.action, led.response, led.reason], ['block', 'alias', 'list-blocks']);
  assert.match(
    led.sentence,
    /^bad\.example leads to garden\.example: the list "ads" names its address, 203\.0\.113\.9/,
  );
  assert.equal(
    led.answer.text,
    'an alias made here, and what the upstream has for garden.example, nothing of which is blocked',
  );
  const toSecret = { ads: ['203.0.113.9$dnsrewrite=page.secret.example'] };
  const blocked = await gateway(t, { lists: toSecret, findAnswer })('bad.example');
  assert.deepEqual([blocked.response, blocked.reason], ['nxdomain', 'rule-blocks']);
  const toItself = { ads: ['203.0.113.9$dnsrewrite=bad.example'] };
  assert.equal((await gateway(t, { lists: toItself, findAnswer })('bad.example')).action, 'allow');
  const twice = { ads: ['203.0.113.9$dnsrewrite=self.example', '192.0.2.66$dnsrewrite=garden.example'] };
  const second = await gateway(t, { lists: twice, findAnswer })('bad.example');
  assert.deepEqual([second.response, second.answer.text], ['nxdomain', 'NXDOMAIN: no such name']);
  const behind = { ads: ['|lead.example^$dnsrewrite=bad.example', '203.0.113.9$dnsrewrite=garden.example'] };
  const third = await gateway(t, { lists: behind, findAnswer })('lead.example');
  assert.deepEqual([third.response, third.answer.text], ['alias', led.answer.text]);
  const round = { ads: ['|lead.example^$dnsrewrite=bad.example', '203.0.113.9$dnsrewrite=lead.example'] };
  const circle = await gateway(t, { lists: round, findAnswer })('lead.example');
  assert.deepEqual(
    [circle.response, circle.answer.text],
    ['servfail', 'SERVFAIL: its aliases are too many, or lead round in a circle'],
  );
});

test('a rule that leads into a [[zone]] is said to lead past the filter of an upstream, which is not asked for it', async (t) => {
  const toml = `${CONFIG}${UPSTREAM}`;
  const findAnswer = () => assert.fail('no upstream has the names of a zone');
  const led = await gateway(t, { toml, findAnswer })('git.example');
  assert.deepEqual([led.response, led.reason, led.reached], ['alias', 'rule-blocks', undefined]);
  const withheld = (name: string) => ({ ...chain('fine.example')(name), blockedBy: 'filtering.example' });
  assert.equal((await gateway(t, { toml, findAnswer: withheld })('far.example')).reason, 'upstream-blocks');
});

test('of different answers that own rules have for a name the first counts; records count where there is no other', async (t) => {
  const [toOther, refused, records] = ['other.example', 'REFUSED', '192.0.2.200'].map(
    (it) => `|n.example^$dnsrewrite=${it}`,
  );
  for (const [rules, response] of [
    [[records, toOther], 'alias'],
    [[toOther, records], 'alias'],
    [[records, refused], 'refused'],
    [[refused, toOther], 'refused'],
    [[toOther, refused], 'alias'],
    [[records], 'records'],
  ] as const) {
    const toml = `[policy]\nrules = ${JSON.stringify(rules)}\n`;
    assert.equal((await gateway(t, { toml })('n.example')).response, response, rules.join());
  }
});

test('safe search is said to open no name that is blocked otherwise', async (t) => {
  const explain = gateway(t, { lists: { ads: ['||www.google.com^'] } });
  for (const [client, reason] of [
    ['tablet', 'list-blocks'],
    ['phone', 'list-blocks'],
  ] as const) {
    const { action, reason: why, rules } = await explain('www.google.com', 'A', client);
    assert.deepEqual([action, why], ['block', reason]);
    assert.equal(rules.find(({ sourceKind }) => sourceKind === 'safe-search')?.whyNot, OPENS_NOTHING);
    assert.equal(rules.find(({ decides }) => decides)?.sourceName, 'ads');
  }
  const asleep = await gateway(t)('www.google.com', 'A', 'phone');
  assert.deepEqual([asleep.reason, asleep.rules.map(({ whyNot }) => whyNot)], ['not-allowlisted', [OPENS_NOTHING]]);
});

test('safe search is said to give way to the same service where that is blocked', async (t) => {
  const toml = CONFIG.replace('safe_search = ["google"]', 'safe_search = ["youtube"]\nblocked_services = ["youtube"]');
  const { action, reason, rules } = await gateway(t, { toml })('www.youtube.com', 'A', 'tablet');
  assert.deepEqual([action, reason], ['block', 'choice-blocks']);
  const heard = rules.filter(({ sourceKind }) => sourceKind === 'safe-search' || sourceKind === 'service');
  assert.ok(heard.some(({ sourceKind, decides }) => sourceKind === 'service' && decides));
  assert.ok(heard.some(({ sourceKind, whyNot }) => sourceKind === 'safe-search' && whyNot === OPENS_NOTHING));
});

const OPENS_NOTHING = 'a rule that leads elsewhere opens no name that is blocked';
