import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { TIER } from '../../memory/block-table/rule-model.ts';
import type { GroupPolicy } from '../../policy/group-policy.ts';
import { hasSource } from '../../policy/source-mask.ts';
import { readSettings } from '../settings/load-settings.ts';
import { groupRuleSources } from './group-rule-sources.ts';
import { GroupsInForce } from './groups-in-force.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const CONFIG = `
[[list]]
name = "ads"
url = "https://lists.example.org/ads.txt"
[[list]]
name = "adult"
url = "https://lists.example.org/adult.txt"
[policy]
lists = ["ads"]
safe_search = ["bing"]
[[group]]
name = "kids"
clients = ["192.168.2.0/24", "phone"]
lists = ["ads", "adult"]
blocked_services = ["tiktok"]
rules = ["||games.example^"]
[[group.when]]
schedule = "bedtime"
blocked_services = ["tiktok", "youtube"]
[[group.when]]
schedule = "school"
rules = ["@@||games.example^"]
mode = "allowlist"
[[group]]
name = "guests"
clients = ["192.168.3.0/24"]
allowed_types = ["A", "AAAA"]
rebinding_protection = true
[[schedule]]
name = "bedtime"
time_zone = "UTC"
windows = [{ from = "21:00", to = "07:00" }]
[[schedule]]
name = "school"
time_zone = "UTC"
windows = [{ days = ["mon-fri"], from = "06:00", to = "13:00" }]
`;

/** Time that the test moves; only what comes to its time is run. */
class Clock {
  time: number;
  readonly tasks = new Map<() => void, number>();

  constructor(start: string) {
    this.time = Date.parse(start);
  }

  now(): number {
    return this.time;
  }

  after(milliseconds: number, task: () => void): () => void {
    this.tasks.set(task, this.time + milliseconds);
    return () => void this.tasks.delete(task);
  }

  /** As a clock that runs. */
  pass(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      const [task, at] = next;
      this.tasks.delete(task);
      this.time = Math.max(this.time, at);
      task();
    }
    this.time = end;
  }

  /** As a machine that slept, or whose clock was set: what waits still waits as long as before. */
  jump(milliseconds: number): void {
    this.time += milliseconds;
    for (const [task, at] of this.tasks) this.tasks.set(task, at + milliseconds);
  }

  #next(end: number): readonly [() => void, number] | undefined {
    return [...this.tasks].filter(([, at]) => at <= end).sort(([, a], [, b]) => a - b)[0];
  }
}

function startGroups(start = '2026-06-01T20:59Z', config = CONFIG) {
  const settings = readSettings(config, '/nowhere/config.toml', {
    workingDirectory: '/nowhere',
    cores: 1,
    hostName: 'gateway',
    localAddresses: [],
  });
  assert.ok(settings.ok, JSON.stringify(settings));
  const clock = new Clock(start);
  const log: string[] = [];
  const lists = settings.settings.lists.map(({ name }) => ({ name, kind: 'list' as const, tier: TIER.LISTS }));
  const own = { name: 'rules', kind: 'rules' as const, tier: TIER.OWN_RULES };
  const rules = [own, ...groupRuleSources(settings.settings).map(({ source }) => source)];
  const groups = new GroupsInForce({ settings: settings.settings, clock, log: (line) => log.push(line) });
  let published = 0;
  let publishing = Promise.resolve();
  groups.start(() => {
    published++;
    return publishing;
  });
  const policies = (listsInForce: readonly string[] = ['ads', 'adult']) =>
    groups.policies({ lists, rules, listsInForce: new Set(listsInForce) });
  return {
    groups,
    clock,
    log,
    policies,
    policyOf: (name: string): GroupPolicy => policies().find((one) => one.name === name)!,
    /** Names of the sources that a group obeys. */
    obeyed: (name: string) => {
      const policy = policies().find((one) => one.name === name)!;
      return [
        ...lists.filter((_, index) => hasSource(policy.listSources, index)),
        ...rules.filter((_, index) => hasSource(policy.ruleSources, index)),
      ].map((source) => source.name);
    },
    get published() {
      return published;
    },
    /** From now on publishing ends with this. */
    publishWith(outcome: Promise<void>) {
      publishing = outcome;
    },
  };
}

describe('groups', () => {
  test('pick lists, services, safe search and rules; what they do not say is said by [policy]', () => {
    const { obeyed, policyOf } = startGroups('2026-06-01T15:00Z');
    assert.deepEqual(obeyed('default'), ['ads', 'rules', 'bing']);
    assert.deepEqual(obeyed('kids'), ['ads', 'adult', 'rules', 'kids', 'tiktok', 'bing']);
    assert.deepEqual(obeyed('guests'), ['ads', 'rules', 'bing']);
    assert.deepEqual([policyOf('kids').rebindingProtection, policyOf('guests').rebindingProtection], [false, true]);
    assert.equal(policyOf('kids').allowedTypes, undefined);
    const { allowedTypes } = policyOf('guests');
    const isAllowed = (type: number) => (allowedTypes![type >> 3]! >> (type & 7)) & 1;
    assert.deepEqual([1, 28, 0, 65, 16, 65_535].map(isAllowed), [1, 1, 0, 0, 0, 0]);
    assert.equal(allowedTypes!.length, 8_192);
  });

  test('say what a block looks like and whom to ask, and so does a schedule in their place', () => {
    const upstream = (name: string, last: number) =>
      `[[upstream]]\nname = "${name}"\nurl = "https://${name}.example.org/dns-query"\naddresses = ["192.0.2.${last}"]\n`;
    const { policyOf, clock } = startGroups(
      '2026-06-01T20:59Z',
      `list = []\n${upstream('first', 1)}${upstream('second', 2)}
[[group]]
name = "kids"
clients = ["phone"]
upstream = ["second"]
block_ttl = "77s"
block_response = "refused"
extended_error_texts = false
tags = ["user_child"]
[[group.when]]
schedule = "bedtime"
upstream = ["first", "second"]
block_ttl = "5s"
block_response = "drop"
extended_error_texts = true
tags = []
[[schedule]]
name = "bedtime"
time_zone = "UTC"
windows = [{ from = "21:00", to = "07:00" }]`,
    );
    const said = (name: string) => {
      const { upstreams, blockTtlSeconds, blockResponse, extendedErrorTexts, tags } = policyOf(name);
      return [upstreams, blockTtlSeconds, blockResponse.kind, extendedErrorTexts, tags];
    };
    assert.deepEqual(said('default'), [undefined, 60, 'nxdomain', true, []]);
    assert.deepEqual(said('kids'), [[1], 77, 'refused', false, ['user_child']]);
    clock.pass(MINUTE);
    assert.deepEqual(said('kids'), [[0, 1], 5, 'drop', true, []]);
  });

  test('are complete as soon as the lists that they pick have been in force', () => {
    const { policies } = startGroups();
    const complete = (...lists: string[]) => policies(lists).map(({ listsComplete }) => listsComplete);
    assert.deepEqual(complete(), [false, false, false]);
    assert.deepEqual(complete('ads'), [true, false, true]);
    assert.deepEqual(complete('ads', 'adult'), [true, true, true]);
  });
});

describe('schedules', () => {
  test('put in force what they say, tell so, and leave the other groups alone', () => {
    const gateway = startGroups();
    assert.ok(!gateway.obeyed('kids').includes('youtube'));
    gateway.clock.pass(MINUTE);
    assert.equal(gateway.published, 1);
    assert.deepEqual(gateway.obeyed('kids'), ['ads', 'adult', 'rules', 'kids', 'tiktok', 'youtube', 'bing']);
    assert.ok(!gateway.obeyed('default').includes('youtube'));
    assert.deepEqual(gateway.log, ['the schedule bedtime holds for the group kids']);
  });

  test('that hold at once come in their order, and each takes its own rules', () => {
    // Monday, 05:59.
    const gateway = startGroups('2026-06-01T05:59Z');
    assert.deepEqual(gateway.log, ['the schedule bedtime holds for the group kids']);
    gateway.clock.pass(HOUR);
    assert.equal(gateway.published, 0, 'the first that holds stays');
    assert.equal(gateway.policyOf('kids').mode, 'blocklist');
    gateway.clock.pass(MINUTE);
    assert.deepEqual(gateway.log.slice(1), [
      'the schedule bedtime is over for the group kids',
      'the schedule school holds for the group kids',
    ]);
    assert.equal(gateway.policyOf('kids').mode, 'allowlist');
    assert.equal(gateway.policyOf('kids').start, 'refuse');
    assert.deepEqual(gateway.obeyed('kids'), ['ads', 'adult', 'rules', 'kids (school)', 'tiktok', 'bing']);
  });

  test('are seen within a minute after the machine slept or its clock was set, in either direction', () => {
    const gateway = startGroups('2026-06-01T15:00Z');
    gateway.clock.jump(8 * HOUR);
    gateway.clock.pass(MINUTE);
    assert.ok(gateway.obeyed('kids').includes('youtube'));
    gateway.clock.jump(-8 * HOUR);
    gateway.clock.pass(MINUTE);
    assert.ok(!gateway.obeyed('kids').includes('youtube'));
    assert.equal(gateway.published, 2);
  });

  test('publish nothing while nothing changes, and nothing after the end', () => {
    const gateway = startGroups('2026-06-01T22:00Z');
    gateway.clock.pass(8 * HOUR);
    assert.equal(gateway.published, 0);
    gateway.groups.stop();
    gateway.clock.pass(48 * HOUR);
    void gateway.groups.pause([0], MINUTE);
    assert.equal(gateway.published, 0);
    assert.equal(gateway.clock.tasks.size, 0);
  });

  test('that always hold are never said to change', () => {
    const night = '[[group.when]]\nschedule = "night"\n';
    const { groups, clock } = startGroups(
      '2026-06-01T15:00Z',
      `[[group]]\nname = "kids"\nclients = ["phone"]\n[[group.when]]\nschedule = "always"\n
[[group]]\nname = "guests"\nclients = ["guest"]\n[[group.when]]\nschedule = "always"\n${night}
[[schedule]]\nname = "always"\ntime_zone = "UTC"\nwindows = [{ from = "00:00", to = "24:00" }]
[[schedule]]\nname = "night"\ntime_zone = "UTC"\nwindows = [{ from = "21:00", to = "07:00" }]`,
    );
    const changes = () => groups.status().map(({ schedule, nextChange }) => [schedule, nextChange]);
    const night21 = Date.parse('2026-06-01T21:00Z');
    assert.deepEqual(changes(), [
      [null, null],
      ['always', null],
      ['always', night21],
    ]);
    clock.pass(3 * HOUR);
    assert.deepEqual(changes()[1], ['always', null]);
  });

  test('cost no timer where there are none', () => {
    assert.equal(startGroups('2026-06-01T15:00Z', 'list = []').clock.tasks.size, 0);
  });
});

describe('pauses', () => {
  test('of everybody end by themselves, at their time', async () => {
    const gateway = startGroups('2026-06-01T15:00Z');
    const { groups, clock } = gateway;
    assert.equal(await groups.pause(groups.find(undefined), 10 * MINUTE), clock.time + 10 * MINUTE);
    assert.deepEqual(
      gateway.policies().map(({ isFiltering }) => isFiltering),
      [false, false, false],
    );
    clock.pass(10 * MINUTE - 1);
    assert.deepEqual(
      gateway.policies().map(({ isFiltering }) => isFiltering),
      [false, false, false],
    );
    clock.pass(1);
    assert.deepEqual(
      gateway.policies().map(({ isFiltering }) => isFiltering),
      [true, true, true],
    );
    assert.equal(gateway.published, 2);
    const paused = 'filtering is paused for everybody until 2026-06-01 15:10:00 UTC: everything is answered';
    assert.equal(gateway.log[0], paused);
    assert.equal(gateway.log[1], 'filtering goes on for everybody');
  });

  test('end on the second where nothing else is to be looked at', async () => {
    const gateway = startGroups('2026-06-01T15:00Z', 'list = []');
    await gateway.groups.pause([0], 90_000);
    gateway.clock.pass(89_999);
    assert.equal(gateway.policyOf('default').isFiltering, false);
    gateway.clock.pass(1);
    assert.equal(gateway.policyOf('default').isFiltering, true);
    assert.equal(gateway.clock.tasks.size, 0);
  });

  test('of one group leave the others filtered; a second one takes the place of the first', async () => {
    const { groups, clock, policyOf } = startGroups('2026-06-01T15:00Z');
    await groups.pause(groups.find('KIDS'), 10 * MINUTE);
    assert.deepEqual([policyOf('kids').isFiltering, policyOf('default').isFiltering], [false, true]);
    await groups.pause(groups.find('kids'), MINUTE);
    clock.pass(MINUTE);
    assert.equal(policyOf('kids').isFiltering, true);
  });

  test('of everybody take the place of those of single groups, of longer ones too', async () => {
    const { groups, clock, policies } = startGroups('2026-06-01T15:00Z');
    await groups.pause(groups.find('kids'), 10 * MINUTE);
    await groups.pause(groups.find(undefined), MINUTE);
    clock.pass(MINUTE);
    assert.deepEqual(
      policies().map(({ isFiltering }) => isFiltering),
      [true, true, true],
    );
  });

  test('are ended before their time, for one group or all, and told once', async () => {
    const { groups, policies, log } = startGroups('2026-06-01T15:00Z');
    await groups.pause(groups.find(undefined), 10 * MINUTE);
    assert.deepEqual(await groups.resume(groups.find('kids')), [1]);
    assert.deepEqual(
      policies().map(({ isFiltering }) => isFiltering),
      [false, true, false],
    );
    assert.deepEqual(await groups.resume(groups.find(undefined)), [0, 2]);
    assert.deepEqual(await groups.resume(groups.find(undefined)), []);
    assert.deepEqual(log.slice(1), [
      'filtering goes on for the group kids',
      'filtering goes on for the groups default, guests',
    ]);
  });

  test('last no longer than was said where the clock is put back, and are over where it slept through their end', async () => {
    const { groups, clock, policyOf } = startGroups('2026-06-01T15:00Z');
    await groups.pause(groups.find('kids'), 10 * MINUTE);
    clock.jump(-5 * HOUR);
    clock.pass(MINUTE);
    clock.pass(10 * MINUTE);
    assert.equal(policyOf('kids').isFiltering, true);
    await groups.pause(groups.find('kids'), 10 * MINUTE);
    clock.jump(5 * HOUR);
    clock.pass(MINUTE);
    assert.equal(policyOf('kids').isFiltering, true);
  });

  test('do not hide what schedules do meanwhile', async () => {
    const gateway = startGroups();
    await gateway.groups.pause(gateway.groups.find('kids'), 10 * MINUTE);
    gateway.clock.pass(11 * MINUTE);
    assert.ok(gateway.obeyed('kids').includes('youtube'));
    assert.deepEqual(gateway.groups.status()[1], {
      name: 'kids',
      clients: ['192.168.2.0/24', 'phone'],
      schedule: 'bedtime',
      nextChange: Date.parse('2026-06-02T06:00Z'),
      pausedUntil: null,
    });
  });

  test('are told to be there when the query threads have them', async () => {
    const gateway = startGroups('2026-06-01T15:00Z');
    const publishing = Promise.withResolvers<void>();
    gateway.publishWith(publishing.promise);
    const order: string[] = [];
    const paused = gateway.groups.pause([0], MINUTE).then(() => order.push('paused'));
    await setImmediate();
    order.push('in force');
    publishing.resolve();
    await paused;
    assert.deepEqual(order, ['in force', 'paused']);
  });

  test('that cannot be put in force are told, and the gateway goes on', async () => {
    const gateway = startGroups('2026-06-01T15:00Z');
    gateway.publishWith(Promise.reject(new Error('no thread is left')));
    await gateway.groups.pause([0], MINUTE);
    assert.equal(gateway.log[1], 'what holds for groups could not be put in force: Error: no thread is left');
  });
});
