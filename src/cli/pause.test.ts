import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type CommandOutcome, sotto } from '../../test/fixtures/command-line.ts';
import { temporaryDirectory } from '../../test/fixtures/temporary-directory.ts';
import { openControlSocket } from '../control-plane/api/control-socket.ts';
import { groupRoutes } from '../control-plane/api/group-routes.ts';
import { GroupsInForce } from '../control-plane/groups/groups-in-force.ts';
import { systemListClock } from '../control-plane/lists/list-clock.ts';
import { loadSettings } from '../control-plane/settings/load-settings.ts';

const CONFIG = `state_dir = "state"
list = []
[[group]]
name = "kids"
clients = ["192.168.2.0/24"]
[[group.when]]
schedule = "always"
mode = "allowlist"
rules = ["@@||example.org^"]
[[group.when]]
schedule = "night"
[[group]]
name = "guests"
clients = ["192.168.3.0/24"]
[[schedule]]
name = "always"
time_zone = "UTC"
windows = [{ from = "00:00", to = "24:00" }]
[[schedule]]
name = "night"
time_zone = "UTC"
windows = [{ from = "21:00", to = "07:00" }]
`;

interface Gateway {
  sotto(...args: string[]): Promise<CommandOutcome>;
  /** Names of the groups that are paused. */
  paused(): string[];
  readonly groups: GroupsInForce;
}

/** The control socket of a gateway with groups, whose own clock runs. */
async function runGateway(t: TestContext): Promise<Gateway> {
  const directory = temporaryDirectory('pause');
  t.after(() => directory.remove());
  mkdirSync(join(directory.path, 'state'));
  const config = join(directory.path, 'config.toml');
  writeFileSync(config, CONFIG);
  const result = loadSettings(config);
  assert.ok(result.ok, JSON.stringify(result));
  const groups = new GroupsInForce({ settings: result.settings, clock: systemListClock, log: () => undefined });
  groups.start(() => Promise.resolve());
  t.after(() => groups.stop());
  const control = await openControlSocket(join(directory.path, 'state'), groupRoutes({ groups }));
  t.after(() => control.close());
  const tables = { lists: [], rules: [], listsInForce: new Set<string>() };
  return {
    sotto: (...args) => sotto(t, ...args, '--config', config),
    paused: () => groups.policies(tables).flatMap(({ name, isFiltering }) => (isFiltering ? [] : [name])),
    groups,
  };
}

describe('sotto pause', () => {
  test('lets everything be answered for a time, for everybody', async (t) => {
    const gateway = await runGateway(t);
    const { exitCode, stdout } = await gateway.sotto('pause', '30m');
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /^filtering is paused for everybody until .*\d\d:\d\d \(in 30 min\); "sotto resume" ends it before\n$/,
    );
    assert.deepEqual(gateway.paused(), ['default', 'kids', 'guests']);
  });

  test('of one group leaves the others filtered', async (t) => {
    const gateway = await runGateway(t);
    const { stdout } = await gateway.sotto('pause', '2h', '--group', 'Kids');
    assert.match(stdout, /^filtering is paused for kids until .* \(in 2 h\); "sotto resume --group kids" ends it/);
    assert.deepEqual(gateway.paused(), ['kids']);
  });

  test('without a duration shows the groups', async (t) => {
    const gateway = await runGateway(t);
    await gateway.sotto('pause', '30m', '--group', 'guests');
    const [byDefault, kids, guests] = (await gateway.sotto('pause')).stdout.split('\n');
    assert.equal(byDefault, 'default  filtering');
    assert.match(
      kids!,
      /^kids {5}filtering, schedule always, schedules change next at (\d{4}-\d\d-\d\d )?\d\d:\d\d \(in /,
    );
    assert.match(guests!, /^guests {3}paused until .*\(in 30 min\)$/);
  });

  for (const [args, says] of [
    [['30'], /duration: 30 has no unit; write "30s" if seconds are meant/],
    [['8d'], /duration: "8d" is out of range; allowed: 1s to 7d/],
    [['soon'], /duration: "soon" is not a duration/],
    [['10m', '--group', 'parents'], /there is no group "parents"; there are: default, kids, guests/],
    [['--group', 'kids'], /DURATION is missing/],
    [['10m', '20m'], /one word too many/],
  ] as const)
    test(`"${args.join(' ')}" is wrong usage, and nothing is paused`, async (t) => {
      const gateway = await runGateway(t);
      const { exitCode, stderr } = await gateway.sotto('pause', ...args);
      assert.match(stderr, says);
      assert.equal(exitCode, 2);
      assert.deepEqual(gateway.paused(), []);
    });

  test('where no gateway runs, it says so', async (t) => {
    const directory = temporaryDirectory('pause');
    t.after(() => directory.remove());
    const config = join(directory.path, 'config.toml');
    writeFileSync(config, CONFIG);
    const { exitCode, stderr } = await sotto(t, 'pause', '10m', '--config', config);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^sotto: no gateway is running \(nobody listens on .*control\.sock\)/);
  });
});

describe('sotto resume', () => {
  test('ends a pause of everybody, or of one group', async (t) => {
    const gateway = await runGateway(t);
    await gateway.sotto('pause', '30m');
    assert.equal((await gateway.sotto('resume', '--group', 'kids')).stdout, 'filtering goes on for kids\n');
    assert.deepEqual(gateway.paused(), ['default', 'guests']);
    assert.equal((await gateway.sotto('resume')).stdout, 'filtering goes on for default, guests\n');
    assert.deepEqual(gateway.paused(), []);
    assert.equal((await gateway.sotto('resume')).stdout, 'nothing was paused\n');
  });
});

describe('the control socket', () => {
  for (const [path, error] of [
    ['/v1/pause?duration=5m&grup=kids', '"grup" is not known; allowed: duration, group'],
    ['/v1/pause?duration=5m&duration=6m', '"duration" stands there twice'],
    ['/v1/resume?duration=5m', '"duration" is not known; allowed: group'],
  ] as const)
    test(`refuses ${path}, and nothing is paused`, async (t) => {
      const gateway = await runGateway(t);
      const url = new URL(path, 'http://control');
      const route = groupRoutes({ groups: gateway.groups })[`POST ${url.pathname}`]!;
      assert.deepEqual(await route(url.searchParams), { status: 400, error });
      assert.deepEqual(gateway.paused(), []);
    });
});
