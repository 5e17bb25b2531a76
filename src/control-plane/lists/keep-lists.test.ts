import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { type ListServer, startListServer } from '../../../test/fixtures/lists/list-server.ts';
import { ManualClock } from '../../../test/fixtures/lists/manual-clock.ts';
import { Recorder } from '../../../test/fixtures/lists/recorder.ts';
import { sourcesNaming } from '../../../test/fixtures/lists/sources-naming.ts';
import { temporaryDirectory } from '../../../test/fixtures/lists/temporary-directory.ts';
import { OperatorError } from '../../errors.ts';
import { BlockTable } from '../../memory/block-table/block-table.ts';
import type { ListSettings } from '../settings/settings.ts';
import { tablePath } from './compiled-store.ts';
import { DOWNLOAD_LIMITS } from './download.ts';
import { systemListClock } from './list-clock.ts';
import { createListKeeper, type ListKeeper, type ListKeeperOptions } from './keep-lists.ts';
import { type ListEvent, listEventText } from './list-events.ts';
import { copyPath, metadataPath } from './list-store.ts';
import { refreshMilliseconds } from './refresh-interval.ts';
import { partPath } from './replace-file.ts';
import type { PublishedTable } from './table-in-force.ts';

const HASH_KEY = new Uint8Array(16).fill(3);
const HOUR = 3_600_000;

interface Published extends PublishedTable {
  readonly kind: 'published';
}

function blocks({ table }: PublishedTable, name: string): boolean {
  return sourcesNaming(table, name).length > 0;
}

describe('the list keeper', { timeout: 180_000 }, () => {
  let server: ListServer;
  let directory: ReturnType<typeof temporaryDirectory>;
  let clock: ManualClock;
  let events: Recorder<ListEvent>;
  let tables: Recorder<Published>;
  let keepers: ListKeeper[];

  before(async () => {
    server = await startListServer();
  });
  after(() => server.close());
  beforeEach(() => {
    directory = temporaryDirectory();
    clock = new ManualClock();
    keepers = [];
  });
  afterEach(async () => {
    await Promise.all(keepers.map((keeper) => keeper.stop()));
    directory.remove();
  });

  function urlList(path: string, options: Partial<ListSettings> = {}): ListSettings {
    return {
      name: path.slice(1),
      source: { kind: 'url', url: server.url(path) },
      action: 'block',
      format: 'auto',
      subdomains: false,
      refreshSeconds: 86_400,
      ...options,
    };
  }

  function fileList(name: string, text: string, options: Partial<ListSettings> = {}): ListSettings {
    const path = join(directory.path, `${name}.list`);
    writeFileSync(path, text);
    return { ...urlList(`/${name}`), source: { kind: 'file', path }, ...options };
  }

  /** A keeper over the test's directory, as after a (re)start of the process. */
  function keep(lists: readonly ListSettings[], options: Partial<ListKeeperOptions> = {}): ListKeeper {
    events = new Recorder();
    tables = new Recorder();
    const keeper = createListKeeper({
      settings: {
        lists,
        stateDirectory: join(directory.path, 'state'),
      },
      hashKey: HASH_KEY,
      lookup: server.lookup,
      clock,
      random: () => 0.5,
      onTable: async (table, state) => tables.record({ kind: 'published', table, ...state }),
      onEvent: events.record,
      ...options,
    });
    keepers.push(keeper);
    return keeper;
  }

  /** As after a first start that went well: the lists are kept and compiled. */
  async function keptAlready(lists: readonly ListSettings[]): Promise<void> {
    const keeper = keep(lists);
    const first = await keeper.prepare();
    keeper.start();
    await tableKept(first.listsComplete ? first : await untilComplete());
    await keeper.stop();
  }

  async function untilComplete(): Promise<Published> {
    for (let count = 1; ; count++) {
      await tables.until('published', count);
      const latest = tables.events[count - 1]!;
      if (latest.listsComplete) return latest;
    }
  }

  async function tableKept({ contentId }: PublishedTable): Promise<void> {
    for (let count = 1; (await events.until('table-kept', count)).contentId !== contentId; count++);
  }

  function copyOf(list: ListSettings): string {
    return copyPath(join(directory.path, 'state'), list);
  }

  test('without lists there is an empty table, and it is complete', async () => {
    const first = await keep([]).prepare();
    assert.equal(new BlockTable(first.table, true).entryCount, 0);
    assert.equal(first.listsComplete, true);
  });

  test('own rules with $badfilter take rules of lists away, and give them back when they go', async () => {
    const keeper = keep([fileList('mine', '||mine.example^\n||other.example^\n')], {
      removals: ['||mine.example^$badfilter'],
    });
    const first = await keeper.prepare();
    assert.ok(!blocks(first, 'mine.example') && blocks(first, 'other.example'));
    keeper.start();
    keeper.setRemovals([]);
    assert.ok(blocks(await tables.until('published'), 'mine.example'));
  });

  test('lists that are files are in the first table, with no network at all', async () => {
    const first = await keep([fileList('mine', 'mine.example\n')]).prepare();
    assert.ok(blocks(first, 'mine.example'));
    assert.equal(first.listsComplete, true);
    assert.deepEqual(
      events.of('list-updated').map(({ list, names, format }) => [list, names, format]),
      [['mine', 1, 'domains']],
    );
  });

  test('missing lists are downloaded after the start and put in force as they come', async () => {
    server.publish('/one', '0.0.0.0 one.example\n');
    server.publish('/two', '*.two.example\n');
    const keeper = keep([urlList('/one'), urlList('/two')]);
    const first = await keeper.prepare();
    assert.equal(first.listsComplete, false);
    assert.ok(!blocks(first, 'one.example'));
    keeper.start();
    const complete = await untilComplete();
    assert.ok(blocks(complete, 'one.example'));
    assert.ok(blocks(complete, 'deep.two.example'));
    const status = keeper
      .status()
      .map(({ name, copy, failure, refreshing }) => ({ name, names: copy?.names, failure, refreshing }));
    assert.deepEqual(status, [
      { name: 'one', names: 1, failure: undefined, refreshing: false },
      { name: 'two', names: 1, failure: undefined, refreshing: false },
    ]);
  });

  test('a restart loads the compiled table, reads no list and asks no server', async () => {
    server.publish('/list', 'listed.example\n');
    const lists = [urlList('/list'), fileList('mine', 'mine.example\n')];
    await keptAlready(lists);
    const asked = server.requests.length;
    clock.advance(21 * HOUR);
    const keeper = keep(lists);
    const first = await keeper.prepare();
    assert.ok(blocks(first, 'listed.example') && blocks(first, 'mine.example'));
    assert.equal(first.listsComplete, true);
    assert.deepEqual(events.kinds(), ['list-unchanged', 'loaded-compiled']);
    keeper.start();
    assert.equal(server.requests.length, asked);
    assert.deepEqual(
      keeper.status().map(({ nextTryAt }) => nextTryAt! - clock.now()),
      [refreshMilliseconds(lists[0]!, HASH_KEY) - 21 * HOUR, refreshMilliseconds(lists[1]!, HASH_KEY)],
    );
  });

  test('a copy older than its refresh time is used at once, then asked about, and is as good as new after "not modified"', async () => {
    server.publish('/list', 'listed.example\n');
    const list = urlList('/list');
    await keptAlready([list]);
    clock.advance(25 * HOUR);
    const keeper = keep([list]);
    assert.ok(blocks(await keeper.prepare(), 'listed.example'));
    keeper.start();
    await events.until('list-unchanged');
    assert.match(server.requests.at(-1)?.headers['if-none-match'] ?? '', /^"/);
    assert.deepEqual(events.of('compiling'), []);
    await keeper.stop();
    const asked = server.requests.length;
    const again = keep([list]);
    await again.prepare();
    again.start();
    assert.equal(server.requests.length, asked);
  });

  test('while it runs a list is refreshed at its time, and what is new is in force', async () => {
    server.publish('/list', 'old.example\n');
    const list = urlList('/list', { refreshSeconds: 3600 });
    await keptAlready([list]);
    const keeper = keep([list]);
    await keeper.prepare();
    keeper.start();
    server.publish('/list', 'new.example\n');
    clock.advance(HOUR);
    const table = await tables.until('published');
    assert.ok(blocks(table, 'new.example') && !blocks(table, 'old.example'));
  });

  test('the same content is not compiled twice', async () => {
    const text = 'same.example\n';
    let version = 0;
    server.on('/list', (_request, response) => response.writeHead(200, { etag: `"${++version}"` }).end(text));
    const list = urlList('/list', { refreshSeconds: 3600 });
    await keptAlready([list]);
    const keeper = keep([list]);
    await keeper.prepare();
    keeper.start();
    clock.advance(HOUR);
    await events.until('list-unchanged');
    assert.equal(version, 2);
    assert.deepEqual(events.of('compiling'), []);
    assert.equal(JSON.parse(readFileSync(metadataPath(copyOf(list)), 'utf8')).etag, '"2"');
  });

  test('a file that changes is read at the next refresh, and one that goes missing leaves its last copy', async () => {
    const list = fileList('mine', 'before.example\n', { refreshSeconds: 3600 });
    const keeper = keep([list]);
    await keeper.prepare();
    keeper.start();
    const path = list.source.kind === 'file' ? list.source.path : '';
    writeFileSync(path, 'after.example\nmore.example\n');
    clock.advance(HOUR);
    assert.ok(blocks(await tables.until('published'), 'after.example'));
    rmSync(path);
    await events.until('list-updated', 2);
    clock.advance(HOUR);
    const { reason } = await events.until('list-failed');
    assert.match(reason, /mine\.list cannot be read: no such file/);
    await keeper.stop();
    assert.ok(blocks(await keep([list]).prepare(), 'after.example'));
  });

  test('a file that was emptied on purpose is empty', async () => {
    const many = Array.from({ length: 50 }, (_, index) => `n${index}.example\n`).join('');
    const list = fileList('mine', many);
    await keptAlready([list]);
    writeFileSync(list.source.kind === 'file' ? list.source.path : '', '# none for now\n');
    assert.ok(!blocks(await keep([list]).prepare(), 'n1.example'));
  });

  for (const [how, write] of [
    ['in place', (path: string) => writeFileSync(path, 'after.example\n')],
    [
      'by renaming',
      (path: string) => {
        writeFileSync(`${path}.new`, 'after.example\n');
        renameSync(`${path}.new`, path);
      },
    ],
  ] as const)
    test(`a file that is rewritten ${how} is in force soon, whatever its age`, async () => {
      const list = fileList('mine', 'before.example\n');
      const keeper = keep([list], { clock: systemListClock });
      await keeper.prepare();
      keeper.start();
      write(list.source.kind === 'file' ? list.source.path : '');
      const table = await tables.until('published');
      assert.ok(blocks(table, 'after.example') && !blocks(table, 'before.example'));
    });

  test('a file over the size limit, and one that is no regular file, are refused', async () => {
    const large = fileList('large', 'a.example\n'.repeat(1000));
    const folder = fileList('folder', '');
    rmSync(folder.source.kind === 'file' ? folder.source.path : '');
    mkdirSync(folder.source.kind === 'file' ? folder.source.path : '');
    const first = await keep([large, folder], { limits: { ...DOWNLOAD_LIMITS, maxBytes: 5000 } }).prepare();
    assert.equal(first.listsComplete, false);
    const reasons = events.of('list-failed').map(({ reason }) => reason);
    assert.match(reasons[0] ?? '', /larger than 5000 octets/);
    assert.match(reasons[1] ?? '', /folder\.list is not a regular file/);
  });

  test('a server that wants to be left alone for ten minutes is', async () => {
    server.on('/busy', (_q, response) => response.writeHead(429, { 'retry-after': '600' }).end());
    const keeper = keep([urlList('/busy')]);
    await keeper.prepare();
    keeper.start();
    assert.equal((await events.until('list-failed')).retryMilliseconds, 600_000);
    await nextTry(keeper);
    assert.equal(keeper.status()[0]?.nextTryAt, clock.now() + 600_000);
  });

  const broken: [string, (list: string) => void, RegExp][] = [
    ['fails', (path) => server.on(path, (_q, response) => response.writeHead(500).end()), /HTTP status 500/],
    ['is a web page', (path) => server.publish(path, '<!doctype html><p>Sign in</p>'), /web page/],
    ['is prose', (path) => server.publish(path, 'no such\npage here\n'), /2 of its 2 lines/],
    [
      'is suddenly empty',
      (path) => server.publish(path, '# soon\n'),
      /names nothing, while the last copy has 20 names/,
    ],
    [
      'is cut mid-way',
      (path) =>
        server.on(path, (_q, response) => {
          response.writeHead(200, { 'content-length': 4000 });
          response.write('new.example\n', () => response.destroy());
        }),
      /cut|early/,
    ],
    ['is too large', (path) => server.publish(path, 'new.example\n'.repeat(1000)), /larger than 5000 octets/],
  ];
  for (const [what, breakList, reason] of broken) {
    test(`a download that ${what} leaves the last good copy in force, and one warning names list and reason`, async () => {
      const names = Array.from({ length: 20 }, (_, index) => `n${index}.example\n`).join('');
      server.publish('/list', names);
      const list = urlList('/list');
      await keptAlready([list]);
      breakList('/list');
      clock.advance(25 * HOUR);
      const keeper = keep([list], { limits: { ...DOWNLOAD_LIMITS, maxBytes: 5000 } });
      assert.ok(blocks(await keeper.prepare(), 'n7.example'));
      keeper.start();
      const failed = await events.until('list-failed');
      assert.equal(failed.list, 'list');
      assert.match(failed.reason, reason);
      const { level, message } = listEventText(failed);
      assert.equal(level, 'warn');
      assert.match(message, /^list "list": .*; the last good copy of 2026-01-01 00:00 UTC stays in force$/);

      // Tried again, and again the same: said once.
      const asked = server.requests.length;
      await nextTry(keeper);
      clock.advance(5000);
      await nextTry(keeper);
      assert.equal(server.requests.length, asked + 1);
      assert.equal(events.of('list-failed').length, 1);
      assert.deepEqual(tables.events, []);
      assert.ok(!existsSync(partPath(copyOf(list))));
      await keeper.stop();
      assert.ok(blocks(await keep([list]).prepare(), 'n7.example'));
    });
  }

  /** Until no list is being refreshed. */
  async function nextTry(keeper: ListKeeper): Promise<void> {
    while (keeper.status().some(({ nextTryAt }) => nextTryAt === undefined)) await new Promise(setImmediate);
  }

  test('a new reason is told, and so is the end of the trouble', async () => {
    server.on('/list', (_request, response) => response.writeHead(500).end());
    const keeper = keep([urlList('/list')]);
    await keeper.prepare();
    keeper.start();
    const failed = await events.until('list-failed');
    assert.match(listEventText(failed).message, /there is no copy of it yet, so it is not in force/);
    await nextTry(keeper);
    server.on('/list', (_request, response) => response.writeHead(403).end());
    clock.advance(5000);
    assert.match((await events.until('list-failed', 2)).reason, /403/);
    await nextTry(keeper);
    server.publish('/list', 'back.example\n');
    clock.advance(10_000);
    await events.until('list-recovered');
    assert.ok(blocks(await untilComplete(), 'back.example'));
  });

  test('without a network every list fails, and all come at once when it is back', async () => {
    let network = false;
    server.publish('/one', 'one.example\n');
    server.publish('/two', 'two.example\n');
    server.on('/three', (_request, response) => response.writeHead(503).end());
    const keeper = keep([urlList('/one'), urlList('/two'), urlList('/three')], {
      lookup(name, options, callback) {
        if (network) server.lookup(name, options, callback);
        else callback(new Error('no upstream can be reached'), []);
      },
    });
    await keeper.prepare();
    keeper.start();
    await events.until('list-failed', 3);
    await nextTry(keeper);
    network = true;
    keeper.networkIsBack();
    await tables.until('published');
    await nextTry(keeper);
    // A server that answers with an error is not asked again only because some network came back.
    const asked = server.requests.length;
    keeper.networkIsBack();
    await nextTry(keeper);
    assert.equal(server.requests.length, asked);
  });

  test('a list that still fails with the network back is told again, since its cause is another one', async () => {
    const lookup: LookupFunction = (_name, _options, callback) => callback(new Error('not resolved'), []);
    const keeper = keep([urlList('/list')], { lookup });
    await keeper.prepare();
    keeper.start();
    await events.until('list-failed');
    await nextTry(keeper);
    clock.advance(10_000);
    await nextTry(keeper);
    assert.equal(events.of('list-failed').length, 1);
    keeper.networkIsBack();
    await events.until('list-failed', 2);
  });

  test('a download that hangs since before the network came back is begun again', async () => {
    let hanging = true;
    const reached = Promise.withResolvers<void>();
    server.on('/list', (_request, response) => {
      if (hanging) reached.resolve();
      else response.end('late.example\n');
    });
    const keeper = keep([urlList('/list')]);
    await keeper.prepare();
    keeper.start();
    await reached.promise;
    hanging = false;
    clock.advance(4000);
    keeper.networkIsBack();
    assert.ok(blocks(await untilComplete(), 'late.example'));
    assert.deepEqual(events.of('list-failed'), []);
  });

  test('a download of more than a second shows its progress', async () => {
    const text = 'slow.example\n';
    server.on('/list', (_request, response) => {
      response.writeHead(200, { 'content-length': text.length });
      response.write(text.slice(0, 5));
      void events.until('progress').then(() => response.end(text.slice(5)));
    });
    const keeper = keep([urlList('/list')]);
    await keeper.prepare();
    keeper.start();
    await untilComplete();
    const { state, list, receivedBytes, totalBytes } = events.of('progress')[0]!;
    assert.deepEqual(
      { state, list, receivedBytes, totalBytes },
      {
        state: 'receiving',
        list: 'list',
        receivedBytes: 5,
        totalBytes: text.length,
      },
    );
  });

  test('no more than four lists are downloaded at a time', async () => {
    const paths = ['/p1', '/p2', '/p3', '/p4', '/p5', '/p6'];
    const waiting: (() => void)[] = [];
    let underWay = 0;
    let most = 0;
    const four = Promise.withResolvers<void>();
    for (const path of paths) {
      server.on(path, (_request, response) => {
        most = Math.max(most, ++underWay);
        waiting.push(() => {
          underWay--;
          response.end(`${path.slice(1)}.example\n`);
        });
        if (underWay === 4) four.resolve();
      });
    }
    const keeper = keep(paths.map((path) => urlList(path)));
    await keeper.prepare();
    keeper.start();
    await four.promise;
    const release = setInterval(() => waiting.shift()?.(), 5);
    await untilComplete();
    clearInterval(release);
    assert.equal(most, 4);
  });

  test('a damaged compiled table is told and compiled anew from the kept copies', async () => {
    const list = fileList('mine', 'mine.example\n');
    await keptAlready([list]);
    const keeper = keep([list]);
    const { contentId } = await keeper.prepare();
    const path = tablePath(join(directory.path, 'state'), contentId);
    const table = readFileSync(path);
    table[table.length >> 1]! ^= 0xff;
    writeFileSync(path, table);
    const first = await keep([list]).prepare();
    assert.ok(blocks(first, 'mine.example'));
    assert.deepEqual(events.kinds().slice(0, 4), ['list-unchanged', 'compiled-damaged', 'compiling', 'compiled']);
  });

  test('damaged metadata cost a reading of the copy and an unconditional download, no more', async () => {
    server.publish('/list', 'listed.example\n');
    const list = urlList('/list');
    await keptAlready([list]);
    for (const damage of ['', '{"version":1', '{}', '[]', '{"version":1,"list":"list","sha256":5}', '\u0000']) {
      writeFileSync(metadataPath(copyOf(list)), damage);
      const keeper = keep([list]);
      assert.ok(blocks(await keeper.prepare(), 'listed.example'), damage);
      assert.deepEqual(events.kinds(), ['copy-read-again', 'loaded-compiled']);
      keeper.start();
      await events.until('list-unchanged');
      assert.equal(server.requests.at(-1)?.headers['if-none-match'], undefined);
      await keeper.stop();
    }
  });

  test('a kept copy that somebody changed is read again and replaced by what the publisher has', async () => {
    server.publish('/list', 'listed.example\n');
    const list = urlList('/list');
    await keptAlready([list]);
    writeFileSync(copyOf(list), 'listed.example\nadded.example\n');
    const keeper = keep([list]);
    assert.ok(blocks(await keeper.prepare(), 'added.example'));
    keeper.start();
    assert.ok(!blocks(await tables.until('published'), 'added.example'));
  });

  test('a kept copy that was replaced by nonsense is not used, and fetched anew', async () => {
    server.publish('/list', 'listed.example\n');
    const list = urlList('/list');
    await keptAlready([list]);
    writeFileSync(copyOf(list), '<html>');
    const keeper = keep([list]);
    const first = await keeper.prepare();
    assert.equal(first.listsComplete, false);
    assert.match(events.of('copy-unusable')[0]?.reason ?? '', /web page/);
    keeper.start();
    assert.ok(blocks(await untilComplete(), 'listed.example'));
  });

  test('a copy that gets lost while it is in force does not take its list out of force', async () => {
    server.publish('/one', 'one.example\n');
    server.publish('/two', 'two.example\n');
    const lists = [urlList('/one', { refreshSeconds: 3600 }), urlList('/two')];
    await keptAlready(lists);
    const keeper = keep(lists);
    await keeper.prepare();
    keeper.start();
    rmSync(copyOf(lists[1]!));
    server.publish('/one', 'newer.example\n');
    clock.advance(HOUR);
    const table = await tables.until('published');
    assert.ok(blocks(table, 'two.example') && blocks(table, 'newer.example'));
    assert.ok(existsSync(copyOf(lists[1]!)));
    assert.equal(tables.events.length, 1);
  });

  test('while a lost copy cannot be fetched, nothing takes the place of the table that has its list', async () => {
    server.publish('/one', 'one.example\n');
    server.publish('/two', 'two.example\n');
    const lists = [urlList('/one', { refreshSeconds: 3600 }), urlList('/two')];
    await keptAlready(lists);
    const keeper = keep(lists);
    await keeper.prepare();
    keeper.start();
    rmSync(copyOf(lists[1]!));
    server.on('/two', (_request, response) => response.writeHead(500).end());
    server.publish('/one', 'newer.example\n');
    clock.advance(HOUR);
    await events.until('list-failed');
    await nextTry(keeper);
    server.publish('/one', 'newest.example\n');
    clock.advance(HOUR);
    await events.until('list-updated', 2);
    await nextTry(keeper);
    assert.deepEqual(tables.events, []);
    server.publish('/two', 'two.example\n');
    clock.advance(HOUR);
    const table = await tables.until('published');
    assert.ok(blocks(table, 'two.example') && blocks(table, 'newest.example'));
  });

  test('a change of settings that matter is compiled anew, without asking the server', async () => {
    server.publish('/list', 'wide.example\n');
    await keptAlready([urlList('/list')]);
    const asked = server.requests.length;
    const first = await keep([urlList('/list', { subdomains: true })]).prepare();
    assert.ok(blocks(first, 'x.wide.example'));
    assert.equal(server.requests.length, asked);
  });

  test('a copy that does not fit the format that is asked for now is not used, and the reason is told', async () => {
    server.publish('/list', 'bare.example\n');
    await keptAlready([urlList('/list')]);
    const first = await keep([urlList('/list', { format: 'hosts' })]).prepare();
    assert.equal(first.listsComplete, false);
    assert.match(events.of('copy-unusable')[0]?.reason ?? '', /cannot be read as hosts lines/);
  });

  test('a list of the same name with another URL does not take over the copy', async () => {
    server.publish('/list', 'listed.example\n');
    await keptAlready([urlList('/list')]);
    const first = await keep([urlList('/list', { source: { kind: 'url', url: server.url('/other') } })]).prepare();
    assert.ok(!blocks(first, 'listed.example'));
    assert.equal(first.listsComplete, false);
  });

  test('names of lists are no paths', async () => {
    const names = ['../../escape', '/etc/passwd', 'a/b', 'a_b', '.', '\u0000', 'ü'.repeat(300)];
    const lists = names.map((name, index) => ({ ...fileList(`f${index}`, `n${index}.example\n`), name }));
    const first = await keep(lists).prepare();
    for (const index of names.keys()) assert.ok(blocks(first, `n${index}.example`));
    assert.equal(readdirSync(join(directory.path, 'state', 'lists')).length, 2 * names.length);
    assert.deepEqual(readdirSync(join(directory.path, 'state')).sort(), ['compiled', 'lists']);
  });

  test('a full disk leaves the last good copy in force and is told', async (t) => {
    if (!existsSync('/dev/full')) return t.skip('this system has no /dev/full');
    server.publish('/list', 'old.example\n');
    const list = urlList('/list', { refreshSeconds: 3600 });
    await keptAlready([list]);
    server.publish('/list', 'new.example\n');
    const keeper = keep([list]);
    await keeper.prepare();
    symlinkSync('/dev/full', partPath(copyOf(list)));
    keeper.start();
    clock.advance(HOUR);
    assert.match((await events.until('list-failed')).reason, /cannot be written: the disk is full/);
    await nextTry(keeper);
    await keeper.stop();
    assert.ok(blocks(await keep([list]).prepare(), 'old.example'));
  });

  test('a state directory that cannot be made is an error that names it', async () => {
    writeFileSync(join(directory.path, 'state'), 'a file');
    await assert.rejects(keep([]).prepare(), (error: unknown) => {
      assert.ok(error instanceof OperatorError);
      assert.equal(error.code, 'STATE_DIRECTORY');
      assert.ok(error.message.includes(join(directory.path, 'state')));
      return true;
    });
  });

  test('copies that no list has had for a month and half-written files are cleared away', async () => {
    const lists = join(directory.path, 'state', 'lists');
    mkdirSync(lists, { recursive: true });
    const ages: [string, number][] = [
      ['old.txt', 31],
      ['recent.txt', 29],
      ['half.txt.part', 0],
    ];
    for (const [name, days] of ages) {
      writeFileSync(join(lists, name), 'x');
      const seconds = clock.now() / 1000 - days * 86_400;
      utimesSync(join(lists, name), seconds, seconds);
    }
    await keep([]).prepare();
    assert.deepEqual(readdirSync(lists), ['recent.txt']);
  });

  test('a table that cannot be published is tried again', async () => {
    server.publish('/list', 'listed.example\n');
    let failures = 1;
    const keeper = keep([urlList('/list')], {
      onTable: async (table, state) => {
        if (failures-- > 0) throw new Error('a thread did not answer');
        tables.record({ kind: 'published', table, ...state });
      },
    });
    await keeper.prepare();
    keeper.start();
    assert.match((await events.until('compile-failed')).reason, /could not be published/);
    clock.advance(5000);
    assert.ok(blocks(await untilComplete(), 'listed.example'));
  });
});
