import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ask, HASH_KEY, wire } from '../../../test/fixtures/local-names.ts';
import { localSettings, NO_LOCAL_SETTINGS } from '../../../test/fixtures/local-settings.ts';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { LocalNames } from '../../memory/local-names/local-names.ts';
import type { NameTables } from '../../plane-messages/thread-start.ts';
import { nameFromText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { LocalNamesKeeper } from './local-names-keeper.ts';

interface Files {
  readonly hosts?: string;
  readonly leases?: string;
}

function started(t: TestContext, files: Files) {
  const keeper = keeperOver(t, files);
  keeper.start();
  return keeper;
}

/** A keeper over a hosts file and a lease file that the test writes. */
function keeperOver(t: TestContext, files: Files) {
  const temporary = temporaryDirectory('local-names');
  t.after(() => temporary.remove());
  const directory = temporary.path;
  const path = (name: string) => join(directory, name);
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text);
  const log: string[] = [];
  const clock = { nowSeconds: 1_900_000_000 };
  const resolve = {
    ...NO_LOCAL_SETTINGS.resolve,
    hostsFile: path('hosts'),
    leaseFiles: [path('leases')],
    leaseDomain: nameFromText('lan')!,
  };
  const keeper = new LocalNamesKeeper({
    settings: { ...NO_LOCAL_SETTINGS, resolve },
    hashKey: HASH_KEY,
    log: (level, message) => void (level === 'warn' && log.push(message.replaceAll(directory, ''))),
    nowSeconds: () => clock.nowSeconds,
  });
  t.after(() => keeper.stop());
  let names = new LocalNames(keeper.tables.localNames);
  const waiting = new Set<() => void>();
  let publications = 0;
  const start = () =>
    keeper.start(async ({ localNames }) => {
      publications++;
      names = new LocalNames(localNames);
      for (const look of waiting) look();
    });
  /** Resolves once a table in force gives this answer. */
  const becomes = async (name: string, answer: string): Promise<void> => {
    const { promise, resolve: done, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (ask(names, name) === answer) done();
    };
    const timer = setTimeout(() => reject(new Error(`${name} is ${ask(names, name)}`)), 10_000);
    waiting.add(look);
    look();
    await promise;
    clearTimeout(timer);
    waiting.delete(look);
  };
  const replace = (name: string, text: string) => {
    writeFileSync(path('new'), text);
    renameSync(path('new'), path(name));
  };
  return {
    start,
    tables: () => keeper.tables,
    path,
    log,
    clock,
    becomes,
    replace,
    ask: (name: string) => ask(names, name),
    count: () => publications,
  };
}

test('names are there before anything is answered, and follow their files', async (t) => {
  const {
    ask: now,
    becomes,
    replace,
    path,
  } = started(t, {
    hosts: '192.168.1.1 router.lan router\n',
    leases: '0 02:00 192.168.1.20 laptop *\n',
  });
  assert.deepEqual(['router.lan', 'router', 'laptop.lan', 'laptop'].map(now), new Array(4).fill('records 1'));
  assert.equal(now('other.lan'), 'nxdomain in lan');
  replace('hosts', '192.168.1.2 nas.lan\n');
  await becomes('nas.lan', 'records 1');
  await becomes('router', 'pass');
  writeFileSync(path('leases'), '0 02:00 192.168.1.21 phone *\n');
  await becomes('phone.lan', 'records 1');
  assert.equal(now('laptop.lan'), 'nxdomain in lan');
});

test('a file that is gone or broken keeps its last good content, and is told once', async (t) => {
  const { ask: now, becomes, path, replace, log } = started(t, { hosts: '192.168.1.1 router.lan\n', leases: '' });
  rmSync(path('hosts'));
  replace('leases', 'not a lease file\n');
  // Both files are looked at by the time that this one is in force.
  await becomes('router.lan', 'records 1');
  writeFileSync(path('hosts'), '\0\0');
  replace('leases', '0 02:00 192.168.1.20 laptop *\n');
  await becomes('laptop.lan', 'records 1');
  assert.equal(now('router.lan'), 'records 1');
  replace('hosts', '192.168.1.9 router.lan nas.lan\n');
  await becomes('nas.lan', 'records 1');
  const told = [...new Set(log)];
  assert.equal(told.length, log.length);
  assert.ok(
    log.every((line) => line.includes('stays in force')),
    log.join('\n'),
  );
});

test('a lease that runs out takes its names along', async (t) => {
  const {
    becomes,
    clock,
    ask: now,
  } = started(t, {
    hosts: '',
    leases: '1900000001 02:00 192.168.1.20 laptop *\n0 02:00 192.168.1.21 tv *\n',
  });
  assert.equal(now('laptop.lan'), 'records 1');
  clock.nowSeconds += 2;
  await becomes('laptop.lan', 'nxdomain in lan');
  assert.equal(now('tv.lan'), 'records 1');
});

test('the bare name of a device whose lease has ended is still answered here, until it has one again', async (t) => {
  const {
    becomes,
    replace,
    ask: now,
  } = started(t, { hosts: '', leases: '0 02:00 192.168.1.20 laptop *\n0 02:00 192.168.1.21 phone *\n' });
  replace('leases', '0 02:00 192.168.1.21 phone *\n');
  await becomes('laptop', 'nodata');
  // Nobody else's names: what is below it may be a domain of the world.
  assert.deepEqual([now('www.laptop'), now('tablet'), now('laptop.lan')], ['pass', 'pass', 'nxdomain in lan']);
  replace('leases', '0 02:00 192.168.1.22 laptop *\n');
  await becomes('laptop', 'records 1');
  assert.equal(now('phone'), 'nodata');
});

test('files that have not changed since they were read are not read again at the start', async (t) => {
  const { becomes, replace, count } = started(t, { hosts: '192.168.1.1 router.lan\n', leases: '' });
  replace('hosts', '192.168.1.2 nas.lan\n');
  await becomes('nas.lan', 'records 1');
  assert.equal(count(), 1);
});

test('what changes between the first reading and the start is in force soon after', async (t) => {
  const started = keeperOver(t, { hosts: '192.168.1.1 router.lan\n', leases: '' });
  started.replace('hosts', '192.168.1.2 nas.lan\n');
  started.start();
  await started.becomes('nas.lan', 'records 1');
});

test('missing files are told at the start, and used once they are there', async (t) => {
  const { becomes, path, log } = started(t, {});
  assert.deepEqual(log, ['/hosts is not there; no names come from it', '/leases is not there; no names come from it']);
  writeFileSync(path('hosts'), '192.168.1.1 router.lan\n');
  await becomes('router.lan', 'records 1');
});

test('the table for those who do not get the names of this network follows what the gateway says of itself', async (t) => {
  const directory = temporaryDirectory('local-names');
  t.after(() => directory.remove());
  writeFileSync(join(directory.path, 'leases'), '0 02:00 192.168.1.20 laptop *\n');
  const settings = localSettings('[access]\nencrypted = ["any"]\n[resolve]\nlease_files = ["/nowhere/leases"]');
  const resolve = { ...settings.resolve, leaseFiles: [join(directory.path, 'leases')] };
  const own = (last: number) => [
    { owner: wire('gw.lan'), type: TYPE.A, ttlSeconds: 60, rdata: Uint8Array.of(10, 0, 0, last), inOwnZoneOnly: true },
  ];
  const keeper = new LocalNamesKeeper({ settings: { ...settings, resolve }, hashKey: HASH_KEY, log: () => undefined });
  t.after(() => keeper.stop());
  const asked = ({ localNames, namesForOthers }: NameTables, name: string) =>
    [localNames, namesForOthers!].map((table) => ask(new LocalNames(table), name));
  assert.deepEqual(asked(keeper.tables, 'laptop.lan'), ['records 1', 'nxdomain in lan']);
  assert.deepEqual(asked(keeper.tables, 'gw.lan'), ['nxdomain in lan', 'nxdomain in lan']);
  const { promise, resolve: published } = Promise.withResolvers<NameTables>();
  keeper.start(async (tables) => published(tables));
  keeper.setDiscovery(own(1));
  assert.deepEqual(asked(await promise, 'gw.lan'), ['records 1', 'records 1']);
});

test('one table serves where all who may ask get the names of this network', (t) => {
  const { tables } = keeperOver(t, { hosts: '', leases: '' });
  assert.equal(tables().namesForOthers, undefined);
});
