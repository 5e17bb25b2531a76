import { PatternBudget } from '../rules/pattern-budget.ts';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ANYBODY, listSource, noRules, tableOfRules, testGroup } from '../../../test/fixtures/policy.ts';
import { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { ACTION, Decision, decide } from '../../policy/decide.ts';
import { PolicyTables } from '../../policy/policy-tables.ts';
import { knownName, nameToText } from '../../wire/name-text.ts';
import { typeFromText } from '../../wire/type-text.ts';
import { runAtOnce } from '../local-names/slices.ts';
import { readSettings } from '../settings/load-settings.ts';
import { groupPolicy } from './group-policies.ts';
import { groupRuleSources } from './group-rule-sources.ts';

const HASH_KEY = new Uint8Array(16);

function readSettingsOf(toml: string) {
  const list = '[[list]]\nname = "list"\nurl = "https://lists.example.org/list.txt"\n';
  const read = readSettings(`${list}${toml}`, '/nowhere/config.toml', {
    workingDirectory: '/nowhere',
    cores: 1,
    hostName: 'gateway',
    localAddresses: [],
  });
  assert.ok(read.ok, JSON.stringify(read));
  return read;
}

/**
 * What becomes of a name for the only group of `toml`, by night or not: `-` answered, `blocked by SOURCE`, `-> TARGET`. `listRules`: those
 * of the only list.
 */
function judge(toml: string, listRules: readonly string[] = []) {
  const { settings } = readSettingsOf(toml);
  const supplies = groupRuleSources(settings);
  const sources = supplies.map(({ source }) => source);
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources });
  for (const [index, supply] of supplies.entries()) runAtOnce(supply.addTo(builder, index, new PatternBudget()));
  const lists = listRules.length === 0 ? noRules(HASH_KEY) : tableOfRules(HASH_KEY, [[listSource('list'), listRules]]);
  const tables = new PolicyTables(lists, builder.finish(), [testGroup()]);
  const inForce = { lists: tables.lists.table.sources, rules: sources, listsInForce: new Set(['list']) };
  return (name: string, { type = 'A', group = 1, whenIndex = -1 } = {}): string => {
    const policy = groupPolicy(settings.groups[group]!, { whenIndex, isPaused: false }, settings, inForce);
    const wire = knownName(name);
    const hasher = new NameHasher(HASH_KEY);
    hasher.hash(wire, wire.length);
    const decision = new Decision();
    decide(tables, policy, ANYBODY, wire, wire.length, typeFromText(type)!, hasher, decision);
    if (decision.action === ACTION.ALLOW) return '-';
    const { response } = decision;
    if (response?.kind === 'alias') return `-> ${nameToText(response.target)}`;
    return `blocked by ${tables.sources[decision.source]?.name ?? 'the mode'}`;
  };
}

const KIDS = '[[group]]\nname = "kids"\nclients = ["phone"]\n';

describe('blocked services', () => {
  const fate = judge(`${KIDS}blocked_services = ["tiktok"]`);

  test('are blocked with everything below their domains, and nothing else is', () => {
    assert.equal(fate('www.tiktok.com'), 'blocked by tiktok');
    assert.equal(fate('v16-webapp.tiktokcdn.com', { type: 'AAAA' }), 'blocked by tiktok');
    assert.equal(fate('nottiktok.com'), '-');
    assert.equal(fate('www.youtube.com'), '-');
  });

  test('are blocked for the groups that chose it alone', () => {
    assert.equal(fate('www.tiktok.com', { group: 0 }), '-');
  });

  test('give way to a rule of the group', () => {
    const excepted = judge(`${KIDS}blocked_services = ["tiktok"]\nrules = ["@@||www.tiktok.com^"]`);
    assert.equal(excepted('www.tiktok.com'), '-');
    assert.equal(excepted('m.tiktok.com'), 'blocked by tiktok');
  });
});

describe('safe search', () => {
  const fate = judge(`${KIDS}safe_search = true`);

  for (const [name, target] of [
    ['www.google.com', 'forcesafesearch.google.com'],
    ['www.google.co.uk', 'forcesafesearch.google.com'],
    ['www.google.com.br', 'forcesafesearch.google.com'],
    ['www.bing.com', 'strict.bing.com'],
    ['duckduckgo.com', 'safe.duckduckgo.com'],
    ['www.ecosia.org', 'strict-safe-search.ecosia.org'],
    ['ya.ru', 'familysearch.yandex.ru'],
    ['www.yandex.com', 'familysearch.yandex.ru'],
    ['pixabay.com', 'safesearch.pixabay.com'],
    ['www.youtube.com', 'restrict.youtube.com'],
    ['youtubei.googleapis.com', 'restrict.youtube.com'],
  ] as const)
    test(`leads ${name} to ${target}`, () => {
      for (const type of ['A', 'AAAA', 'HTTPS']) assert.equal(fate(name, { type }), `-> ${target}`);
    });

  test('leaves alone what is no search, and what mail needs', () => {
    for (const name of ['google.com', 'mail.google.com', 'maps.google.com', 'translate.google.com', 'i.ytimg.com'])
      assert.equal(fate(name), '-');
    assert.equal(fate('yandex.ru', { type: 'MX' }), '-');
    assert.equal(fate('duckduckgo.com', { type: 'TXT' }), '-');
  });

  test('leaves the hosts alone to which it leads', () => {
    for (const target of [
      'forcesafesearch.google.com',
      'strict.bing.com',
      'safe.duckduckgo.com',
      'restrict.youtube.com',
    ])
      assert.equal(fate(target), '-');
  });

  test('takes the engines that are named, and YouTube in its form', () => {
    const bing = judge(`${KIDS}safe_search = ["bing"]\nyoutube = "moderate"`);
    assert.equal(bing('www.bing.com'), '-> strict.bing.com');
    assert.equal(bing('www.google.com'), '-');
    assert.equal(bing('www.youtube.com'), '-> restrictmoderate.youtube.com');
    assert.equal(judge(`${KIDS}safe_search = true\nyoutube = "off"`)('www.youtube.com'), '-');
  });

  test('in allowlist mode leads on what a list allows, opens nothing, and is off for what a rule allows', () => {
    const strict = `${KIDS}mode = "allowlist"\nsafe_search = true\n`;
    assert.equal(judge(strict)('www.google.com'), 'blocked by the mode');
    const byList = judge(strict, ['@@||google.com^']);
    assert.equal(byList('www.google.com'), '-> forcesafesearch.google.com');
    assert.equal(byList('www.google.com', { type: 'TXT' }), '-');
    assert.equal(byList('www.bing.com'), 'blocked by the mode');
    assert.equal(judge(`${strict}rules = ["@@||google.com^"]`)('www.google.com'), '-');
  });

  test('leaves an engine blocked that a list blocks', () => {
    assert.equal(judge(`${KIDS}safe_search = true`, ['||google.com^'])('www.google.com'), 'blocked by list');
  });

  test('does not open a service that is blocked', () => {
    const closed = judge(`${KIDS}safe_search = true\nblocked_services = ["youtube"]`);
    assert.equal(closed('www.youtube.com'), 'blocked by youtube');
    assert.equal(closed('youtubei.googleapis.com'), 'blocked by youtube');
    assert.equal(closed('www.google.com'), '-> forcesafesearch.google.com');
  });
});

test('rules of a group are read once, and added piece by piece each time the table is built', () => {
  const rules = Array.from({ length: 20_000 }, (_, index) => `||name${index}.example^`);
  const { settings } = readSettingsOf(`${KIDS}rules = ${JSON.stringify(rules)}`);
  let reads = 0;
  const written = settings.groups[1]!.choices.rules.map(({ text, line }) => ({
    line,
    get text() {
      reads++;
      return text;
    },
  }));
  const group = { ...settings.groups[1]!, choices: { ...settings.groups[1]!.choices, rules: written } };
  const [supply] = groupRuleSources({ groups: [group] });
  const readsAtFirst = reads;
  for (let built = 0; built < 2; built++) {
    const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: [supply!.source] });
    const work = supply!.addTo(builder, 0, new PatternBudget());
    let steps = 0;
    while (work.next().done !== true) steps++;
    assert.ok(steps >= 50, `${steps}`);
    assert.equal(builder.entryCount, rules.length);
  }
  assert.equal(reads, readsAtFirst);
});

describe('rules of a group', () => {
  const fate = judge(`${KIDS}rules = ["||games.example^", "||ads.example^$dnstype=AAAA"]
[[group.when]]
schedule = "night"
rules = ["||chat.example^"]
[[group.when]]
schedule = "noon"
mode = "allowlist"
[[schedule]]
name = "night"
windows = [{ from = "21:00", to = "07:00" }]
[[schedule]]
name = "noon"
windows = [{ from = "11:00", to = "13:00" }]
[policy]
rules = ["||everybody.example^"]`);

  test('hold for it alone, in the full syntax of own rules', () => {
    assert.equal(fate('www.games.example'), 'blocked by kids');
    assert.equal(fate('www.games.example', { group: 0 }), '-');
    assert.equal(fate('ads.example', { type: 'AAAA' }), 'blocked by kids');
    assert.equal(fate('ads.example'), '-');
  });

  test('give way to those of a schedule that has its own, and stay where it has none', () => {
    assert.equal(fate('www.games.example', { whenIndex: 0 }), '-');
    assert.equal(fate('chat.example', { whenIndex: 0 }), 'blocked by kids (night)');
    assert.equal(fate('chat.example'), '-');
    assert.equal(fate('www.games.example', { whenIndex: 1 }), 'blocked by kids');
  });

  test('are not those of everybody, which are a source of their own', () => {
    assert.equal(fate('everybody.example'), '-');
  });
});
