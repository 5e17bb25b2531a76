import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ask, HASH_KEY } from '../../../test/fixtures/local-names.ts';
import { NO_LOCAL_SETTINGS } from '../../../test/fixtures/local-settings.ts';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { LocalNames } from '../../memory/local-names/local-names.ts';
import { nameFromText } from '../../wire/name-text.ts';
import { LocalNamesKeeper } from './local-names-keeper.ts';

/** A keeper over a hosts file and a lease file that the test writes. */
function started(t: TestContext, files: { readonly hosts?: string; readonly leases?: string }) {
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
  let names = new LocalNames(keeper.table);
  const waiting = new Set<() => void>();
  keeper.start(async (table) => {
    names = new LocalNames(table);
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
  return { path, log, clock, keeper, becomes, replace, ask: (name: string) => ask(names, name) };
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

test('missing files are told at the start, and used once they are there', async (t) => {
  const { becomes, path, log } = started(t, {});
  assert.deepEqual(log, ['/hosts is not there; no names come from it', '/leases is not there; no names come from it']);
  writeFileSync(path('hosts'), '192.168.1.1 router.lan\n');
  await becomes('router.lan', 'records 1');
});
