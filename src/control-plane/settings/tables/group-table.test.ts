// [[group]], [[schedule]] and what [policy] shares with them: what valid ones become. Their faults are in test/golden/config-faults.toml.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { nameToText } from '../../../wire/name-text.ts';
import { readSettings } from '../load-settings.ts';

const LISTS = ['ads', 'adult', 'malware']
  .map((name) => `[[list]]\nname = "${name}"\nurl = "https://lists.example.org/${name}.txt"\n`)
  .join('');

function read(toml: string) {
  return readSettings(toml, '/nowhere/config.toml', {
    workingDirectory: '/nowhere',
    cores: 4,
    hostName: 'gateway',
    platform: 'linux',
    localAddresses: [],
  });
}

function valid(toml: string) {
  const result = read(toml);
  assert.ok(result.ok, JSON.stringify(result));
  return result;
}

function groupsOf(toml: string) {
  return valid(toml).settings.groups;
}

function notices(toml: string): string[] {
  return valid(toml).notices.map(({ key, message }) => `${key}: ${message}`);
}

function group(name: string, more: string, clients = `"${name}"`): string {
  return `[[group]]\nname = "${name}"\nclients = [${clients}]\n${more}\n`;
}

function schedule(windows: string, more = ''): string {
  return `[[schedule]]\nname = "night"\n${more}windows = [${windows}]\n`;
}

describe('without groups', () => {
  test('everybody is in the default group, which gets all lists and what [policy] says', () => {
    const { groups, groupMembers } = valid(
      `${LISTS}[policy]\nblock_ttl = "5m"\nblocked_services = ["x", "reddit"]`,
    ).settings;
    assert.equal(groups.length, 1);
    assert.deepEqual(groups[0], {
      name: 'default',
      clients: [],
      choices: {
        mode: 'blocklist',
        blockResponse: { kind: 'nxdomain' },
        blockTtlSeconds: 300,
        start: 'answer',
        rebindingProtection: false,
        extendedErrorTexts: true,
        lists: [0, 1, 2],
        rules: [],
        safeSearch: [],
        blockedServices: ['reddit', 'x'],
        allowedTypes: undefined,
        upstreams: undefined,
        tags: [],
      },
      when: [],
    });
    assert.deepEqual(groupMembers, { ids: [], networks: [], refusesUnknownIds: false });
  });
});

describe('[[group]]', () => {
  test('its clients are addresses, networks and client IDs, with or without "id:"', () => {
    const { groupMembers, groups } = valid(
      group('kids', '', '"192.168.2.0/24", "192.168.1.7", "2001:db8::/32", "Tablet", "id:phone", "id:10"'),
    ).settings;
    assert.deepEqual(groupMembers.ids, [
      { id: 'tablet', groupIndex: 1 },
      { id: 'phone', groupIndex: 1 },
      { id: '10', groupIndex: 1 },
    ]);
    assert.deepEqual(
      groupMembers.networks.map(({ prefixBits, groupIndex }) => [prefixBits, groupIndex]),
      [
        [120, 1],
        [128, 1],
        [32, 1],
      ],
    );
    assert.equal(groups[1]!.clients.length, 6);
  });

  test('has what it says, what its schedule says while that holds, and from [policy] what neither says', () => {
    const [everybody, kids] = groupsOf(`${LISTS}[policy]
lists = ["malware"]
rules = ["||own.example^"]
block_ttl = "5m"
safe_search = ["bing"]
allowed_types = ["AAAA", "A"]
${group('kids', 'lists = ["ADS", "malware", "ads"]\nrules = ["||games.example^"]\nblock_response = "refused"')}
[[group.when]]
schedule = "night"
block_response = { a = "192.0.2.1" }
safe_search = false
allowed_types = ["all"]
${schedule('{ from = "21:00", to = "07:00" }')}`);
    assert.deepEqual(everybody!.choices.lists, [2]);
    assert.deepEqual(everybody!.choices.rules, [], 'those of [policy] hold for all and are not a group of their own');
    const { choices, when } = kids!;
    assert.deepEqual([choices.lists, choices.blockTtlSeconds], [[0, 2], 300]);
    assert.deepEqual(choices.rules, [{ text: '||games.example^', line: 20 }]);
    assert.deepEqual([choices.safeSearch, choices.allowedTypes], [['bing'], [1, 28]]);
    const atNight = when[0]!.choices;
    assert.deepEqual([atNight.safeSearch, atNight.allowedTypes, atNight.lists], [[], undefined, [0, 2]]);
    assert.equal(atNight.blockResponse.kind, 'address');
    assert.deepEqual(atNight.rules, choices.rules);
  });

  test('in allowlist mode starts by refusing, whatever [policy] says; in blocklist mode as that says', () => {
    const [everybody, strict, usual] = groupsOf(
      `[policy]\nmode = "allowlist"\nstart = "answer"\nrules = ["@@||a.example^"]\n${group('strict', '')}${group('usual', 'mode = "blocklist"\nstart = "answer"')}`,
    );
    const starts = [everybody, strict, usual].map((one) => [one!.choices.mode, one!.choices.start]);
    assert.deepEqual(starts, [
      ['allowlist', 'refuse'],
      ['allowlist', 'refuse'],
      ['blocklist', 'answer'],
    ]);
  });

  test('asks upstreams by their names: their own, that of the preset, or of the host', () => {
    const toml = `[[upstream]]
preset = "quad9"
[[upstream]]
name = "family"
url = "https://dns.example.net/family"
addresses = ["192.0.2.53"]
[[upstream]]
url = "https://dns.example.org/dns-query"
addresses = ["192.0.2.54"]
${group('kids', 'upstream = ["Family", "dns.example.org"]')}${group('parents', 'upstream = ["quad9"]')}`;
    assert.deepEqual(
      groupsOf(toml).map(({ choices }) => choices.upstreams),
      [undefined, [1, 2], [0]],
    );
    assert.deepEqual(
      valid(toml).settings.upstreams.map(({ name }) => name),
      ['dns.quad9.net', 'family', 'dns.example.org'],
    );
  });

  test('cannot mean one of two upstreams of one host without names', () => {
    const upstream = (path: string) =>
      `[[upstream]]\nurl = "https://dns.example.net/${path}"\naddresses = ["192.0.2.53"]\n`;
    const result = read(`${upstream('a')}${upstream('b')}${group('kids', 'upstream = ["dns.example.net"]')}`);
    assert.ok(!result.ok);
    assert.match(
      result.faults[0]!.message,
      /several \[\[upstream\]\] are called "dns\.example\.net"; give each a name/,
    );
  });

  for (const [written, forms] of [
    ['safe_search = true', 'google bing duckduckgo ecosia yandex pixabay youtube-strict'],
    ['safe_search = true\nyoutube = "moderate"', 'google bing duckduckgo ecosia yandex pixabay youtube-moderate'],
    ['safe_search = true\nyoutube = "off"', 'google bing duckduckgo ecosia yandex pixabay'],
    ['safe_search = ["yandex", "Google"]', 'google yandex'],
    ['safe_search = ["youtube"]', 'youtube-strict'],
    ['youtube = "moderate"', 'youtube-moderate'],
    ['safe_search = false\nyoutube = "strict"', 'youtube-strict'],
    ['safe_search = []', ''],
    ['tags = ["x"]', ''],
  ] as const)
    test(`${written.replace('\n', ', ')} means ${forms === '' ? 'none' : forms}`, () => {
      assert.equal(groupsOf(group('kids', written))[1]!.choices.safeSearch.join(' '), forms);
    });

  for (const [around, written, forms] of [
    ['youtube = "strict"', 'safe_search = false', ''],
    ['safe_search = true\nyoutube = "moderate"', 'safe_search = false', ''],
    ['safe_search = true', 'safe_search = ["google"]', 'google'],
    ['youtube = "off"', 'safe_search = ["youtube"]', 'youtube-strict'],
    ['safe_search = ["bing"]', 'youtube = "moderate"', 'bing youtube-moderate'],
    ['safe_search = ["bing", "youtube"]', 'youtube = "off"', 'bing'],
    ['safe_search = ["bing"]\nyoutube = "moderate"', '', 'bing youtube-moderate'],
  ] as const)
    test(`where [policy] says ${around.replace('\n', ', ')}, ${written || 'nothing'} means ${forms || 'none'}`, () => {
      const toml = `[policy]\n${around}\n${group('kids', written)}`;
      assert.equal(groupsOf(toml)[1]!.choices.safeSearch.join(' '), forms);
    });

  test('tells clients which list and rule blocked unless it, or [policy] around it, says not to', () => {
    const [everybody, kids, parents] = groupsOf(
      `[policy]\nextended_error_texts = false\n${group('kids', '')}${group('parents', 'extended_error_texts = true')}`,
    );
    const told = [everybody, kids, parents].map((one) => one!.choices.extendedErrorTexts);
    assert.deepEqual(told, [false, false, true]);
  });

  for (const word of ['private', 'loopback', 'any', 'Any'])
    test(`does not take "${word}" for a client ID, unless written as "id:${word}"`, () => {
      const result = read(group('kids', '', `"${word}"`));
      assert.ok(!result.ok);
      const id = word.toLowerCase();
      assert.equal(
        result.faults[0]!.message,
        `"${word}" stands for networks in [access] alone; here write its networks, or "id:${id}" for a client ID`,
      );
      assert.deepEqual(valid(group('kids', '', `"id:${word}"`)).settings.groupMembers.ids, [{ id, groupIndex: 1 }]);
    });

  test('is not everybody by ::/0, nor is advised to write a word that is none here', () => {
    const result = read(group('kids', '', '"::/0"'));
    assert.ok(!result.ok);
    assert.match(result.faults[0]!.message, /would take in every IPv4 address; leave the group out/);
    assert.doesNotMatch(result.faults[0]!.message, /\bany\b/);
  });

  test('does not have one schedule twice', () => {
    const twice = '[[group.when]]\nschedule = "night"\n'.repeat(2);
    const result = read(`${group('kids', twice)}${schedule('{ from = "21:00", to = "07:00" }')}`);
    assert.ok(!result.ok);
    assert.deepEqual(
      result.faults.map(({ key, message }) => `${key}: ${message}`),
      ['group[0].when[1].schedule: "night" stands here twice; the first would always win'],
    );
    // Another group may have it too.
    const once = '[[group.when]]\nschedule = "night"\n';
    valid(`${group('a', once)}${group('b', once)}${schedule('{ from = "21:00", to = "07:00" }')}`);
  });

  for (const [key, advice] of [
    ['policy.upstream', 'all of them'],
    ['policy.when[0].upstream', 'those of [policy]'],
    ['group[0].upstream', 'those of [policy]'],
    ['group[0].when[0].upstream', 'those of the group'],
  ] as const)
    test(`${key} that is empty is advised to be left out for ${advice}`, () => {
      const none = (path: string) => (path === key ? 'upstream = []\n' : '');
      const result = read(
        `[policy]\n${none('policy.upstream')}[[policy.when]]\nschedule = "night"\n${none('policy.when[0].upstream')}` +
          group(
            'kids',
            `${none('group[0].upstream')}[[group.when]]\nschedule = "night"\n${none('group[0].when[0].upstream')}`,
          ) +
          schedule('{ from = "21:00", to = "07:00" }'),
      );
      assert.ok(!result.ok);
      assert.deepEqual(
        result.faults.map((fault) => `${fault.key}: ${fault.message}`),
        [`${key}: is empty, so nothing could be asked; leave it out for ${advice}`],
      );
    });

  test('may be as many as there is room for', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => group(`g${index}`, '', `"10.0.${index}.0/24"`)).join('');
    assert.equal(groupsOf(many(255)).length, 256);
    const result = read(many(256));
    assert.ok(!result.ok);
    assert.match(result.faults[0]!.message, /more than 255 groups/);
  });
});

describe('[[policy.when]]', () => {
  test('is what everybody else has by a schedule', () => {
    const [everybody] = groupsOf(`[policy]
mode = "blocklist"
[[policy.when]]
schedule = "night"
rules = ["||games.example^"]
${schedule('{ from = "21:00", to = "07:00" }')}`);
    assert.deepEqual(
      everybody!.when.map(({ choices }) => choices.rules),
      [[{ text: '||games.example^', line: 5 }]],
    );
  });
});

describe('a rule that takes rules of lists away ($badfilter)', () => {
  const removing = (table: string) =>
    read(`${table}\nrules = ["||ads.example^$badfilter"]\n${schedule('{ from = "21:00", to = "07:00" }')}`);

  test('is one of policy.rules', () => {
    assert.ok(removing('[policy]').ok);
  });

  for (const [table, key] of [
    ['[[policy.when]]\nschedule = "night"', 'policy.when[0].rules[0]'],
    ['[[group]]\nname = "kids"\nclients = ["phone"]', 'group[0].rules[0]'],
    ['[[group]]\nname = "kids"\nclients = ["phone"]\n[[group.when]]\nschedule = "night"', 'group[0].when[0].rules[0]'],
  ] as const)
    test(`is refused as ${key}, since it would hold for everybody at any time`, () => {
      const result = removing(table);
      assert.ok(!result.ok);
      assert.deepEqual(
        result.faults.map((fault) => `${fault.key}: ${fault.message}`),
        [`${key}: "||ads.example^$badfilter" takes a rule from everybody at any time; write it in policy.rules`],
      );
    });
});

describe('[[schedule]]', () => {
  const windowsOf = (windows: string) =>
    groupsOf(`${schedule(windows)}${group('kids', '[[group.when]]\nschedule = "night"')}`)[1]!.when[0]!.schedule
      .windows;

  for (const [days, numbers] of [
    ['"mon", "tue-fri"', [1, 2, 3, 4, 5]],
    ['"sat-mon"', [0, 1, 6]],
    ['"Sun", "sun"', [0]],
    ['"mon-sun"', [0, 1, 2, 3, 4, 5, 6]],
  ] as const)
    test(`days = [${days}] are days ${numbers.join(', ')} of the week`, () => {
      assert.deepEqual(windowsOf(`{ days = [${days}], from = "21:00", to = "07:00" }`)[0]!.days, numbers);
    });

  for (const [from, to, minutes] of [
    ['21:00', '07:00', [1_260, 420]],
    ['9:05', '09:06', [545, 546]],
    ['00:00', '24:00', [0, 1_440]],
    ['22:00', '00:00', [1_320, 1_440]],
    ['00:00', '00:00', [0, 1_440]],
  ] as const)
    test(`from ${from} to ${to} are minutes ${minutes.join(' to ')}`, () => {
      const [window] = windowsOf(`{ from = "${from}", to = "${to}" }`);
      assert.deepEqual([window!.fromMinutes, window!.toMinutes], minutes);
    });

  test('takes the time zone of the machine where none is written, and each by its right name', () => {
    const zoneOf = (more: string) =>
      groupsOf(
        `${schedule('{ from = "21:00", to = "07:00" }', more)}${group('kids', '[[group.when]]\nschedule = "night"')}`,
      )[1]!.when[0]!.schedule.timeZone;
    assert.equal(zoneOf(''), Intl.DateTimeFormat().resolvedOptions().timeZone);
    assert.equal(zoneOf('time_zone = "europe/berlin"\n'), 'Europe/Berlin');
  });
});

describe('a [[schedule]] without time_zone', () => {
  const toml = `${group('kids', '[[group.when]]\nschedule = "night"')}${schedule('{ from = "21:00", to = "07:00" }')}`;
  const setZone = (zone: string | undefined) => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  };

  for (const [written, zone] of [
    ['Asia/Tokyo', 'Asia/Tokyo'],
    [':Asia/Tokyo', 'Asia/Tokyo'],
    ['', 'UTC'],
  ] as const)
    test(`goes by ${zone} where TZ is "${written}"`, (t) => {
      const before = process.env.TZ;
      t.after(() => setZone(before));
      setZone(written);
      assert.equal(groupsOf(toml)[1]!.when[0]!.schedule.timeZone, zone);
    });

  test('is a fault where that of the machine cannot be told, and not a schedule less', (t) => {
    const before = process.env.TZ;
    t.after(() => setZone(before));
    setZone('Foo/Bar');
    const result = read(toml);
    assert.ok(!result.ok);
    assert.deepEqual(
      result.faults.map((fault) => `${fault.key}: ${fault.message}`),
      [
        'schedule[0]: has no time zone, and that of this machine cannot be told: TZ is "Foo/Bar"; write time_zone = "Europe/Berlin"',
      ],
    );
  });
});

describe('a list whose file', () => {
  for (const [what, file, said] of [
    [
      'is not there',
      'own.txt',
      /^list\[0\]\.file: \/nowhere\/own\.txt does not exist; .* until then the list filters with the copy/,
    ],
    ['is a directory', '/', /^list\[0\]\.file: \/ is a directory; .* until then the list filters with the copy/],
  ] as const)
    test(`${what} is told, and is no reason not to start: its copy may filter`, () => {
      const toml = `[[list]]\nname = "mine"\nfile = "${file}"`;
      assert.equal(valid(toml).settings.lists[0]?.name, 'mine');
      assert.match(notices(toml).join('\n'), said);
    });
});

describe('[policy]', () => {
  test('rules_file is a path that may come later, which is said', () => {
    const result = valid('[policy]\nrules_file = "own.txt"');
    assert.equal(result.settings.rulesFile, '/nowhere/own.txt');
    assert.deepEqual(notices('[policy]\nrules_file = "own.txt"'), [
      'policy.rules_file: /nowhere/own.txt is not there yet; its rules come when it is',
    ]);
  });

  test('rebinding_exceptions are names in any script', () => {
    const { rebindingExceptions } = valid(
      '[policy]\nrebinding_exceptions = ["Plex.Direct", "bücher.example"]',
    ).settings;
    assert.deepEqual(
      rebindingExceptions.map((name) => nameToText(name)),
      ['plex.direct', 'xn--bcher-kva.example'],
    );
  });
});

test('what the guide shows is a configuration without fault or doubt', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../../../docs/filter/groups.md'), 'utf8');
  const toml = /```toml\n([^`]*)```/.exec(guide)![1]!;
  assert.deepEqual(notices(toml), []);
});

describe('what has no effect is said', () => {
  for (const [what, toml, expected] of [
    ['a list that nobody picks', `${LISTS}[policy]\nlists = ["ads", "adult"]`, /^list\[2\]: is picked by no group/],
    ['a schedule that nobody uses', schedule('{ from = "21:00", to = "07:00" }'), /^schedule\[0\]: is used nowhere/],
    [
      'an allowlist of a group without anything allowed',
      `${LISTS}${group('kids', 'mode = "allowlist"')}`,
      /^group\[0\]\.mode: nothing is allowed yet/,
    ],
    [
      'an allowlist by schedule without anything allowed',
      `${LISTS}${group('kids', '[[group.when]]\nschedule = "night"\nmode = "allowlist"')}${schedule('{ from = "21:00", to = "07:00" }')}`,
      /^group\[0\]\.when\[0\]\.mode: nothing is allowed while night holds/,
    ],
    [
      'an allowlist of everybody by schedule without anything allowed',
      `[policy]\n[[policy.when]]\nschedule = "night"\nmode = "allowlist"\n${schedule('{ from = "21:00", to = "07:00" }')}`,
      /^policy\.when\[0\]\.mode: nothing is allowed while night holds/,
    ],
    [
      'an allowlist of a group whose schedule takes what is allowed away',
      `${group('kids', 'mode = "allowlist"\nrules = ["@@||a.example^"]\n[[group.when]]\nschedule = "night"\nrules = ["||b.example^"]')}${schedule('{ from = "21:00", to = "07:00" }')}`,
      /^group\[0\]\.when\[0\]\.mode: nothing is allowed while night holds/,
    ],
    [
      'once where the group and its schedule allow nothing',
      `${group('kids', 'mode = "allowlist"\n[[group.when]]\nschedule = "night"')}${schedule('{ from = "21:00", to = "07:00" }')}`,
      /^group\[0\]\.mode: nothing is allowed yet/,
    ],
    ['a group without clients', group('kids', '', ''), /^group\[0\]\.clients: is empty: nobody is in this group/],
    [
      'the refusal of unknown IDs where none is known',
      `[access]\nunknown_client_ids = "refuse"\n${group('kids', '', '"192.168.2.0/24"')}`,
      /^access\.unknown_client_ids: "refuse" refuses every client that has an ID/,
    ],
  ] as const)
    test(what, () => {
      const said = notices(toml);
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0]!, expected);
    });

  test('an allowlist of a group with a rule of its own is fine', () => {
    assert.deepEqual(notices(group('kids', 'mode = "allowlist"\nrules = ["@@||example.org^"]')), []);
  });
});
