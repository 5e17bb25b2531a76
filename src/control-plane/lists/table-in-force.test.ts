import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ManualClock } from '../../../test/fixtures/lists/manual-clock.ts';
import { Recorder } from '../../../test/fixtures/lists/recorder.ts';
import { temporaryDirectory } from '../../../test/fixtures/lists/temporary-directory.ts';
import { BlockTable } from '../../memory/block-table/block-table.ts';
import type { ListSettings } from '../settings/settings.ts';
import { KeptList } from './kept-list.ts';
import type { ListEvent } from './list-events.ts';
import { type PublishedTable, TableInForce } from './table-in-force.ts';

const HASH_KEY = new Uint8Array(16).fill(5);
const SETTINGS: ListSettings = {
  name: 'list',
  source: { kind: 'url', url: 'https://lists.example.org/list' },
  action: 'block',
  format: 'auto',
  subdomains: false,
  refreshSeconds: 3600,
};

describe('the table in force', { timeout: 180_000 }, () => {
  const directory = temporaryDirectory();
  after(() => directory.remove());

  /** One list whose kept copy holds `text`, and what has been published and told. */
  async function keptList(name: string, text: string) {
    const stateDirectory = join(directory.path, name);
    mkdirSync(join(stateDirectory, 'lists'), { recursive: true });
    const events = new Recorder<ListEvent>();
    const published = new Recorder<PublishedTable & { readonly kind: 'published' }>();
    const clock = new ManualClock();
    const list = new KeptList(SETTINGS, stateDirectory, { onEvent: events.record, compare: async () => 'not here' });
    writeFileSync(list.path, text);
    await list.open();
    const inForce = new TableInForce([list], {
      stateDirectory,
      hashKey: HASH_KEY,
      removals: [],
      clock,
      random: () => 0.5,
      onTable: async (table) => published.record({ kind: 'published', ...table }),
      onCopyLost: () => undefined,
      onEvent: events.record,
    });
    return { list, inForce, events, published, clock };
  }

  test('is not compiled again while nothing has changed, however often it is asked for', async () => {
    const { inForce, events, published } = await keptList('same', 'a.example\n');
    await inForce.first();
    inForce.start();
    inForce.refresh();
    inForce.refresh();
    await events.until('table-kept');
    await inForce.stop();
    assert.equal(events.of('compiling').length, 1);
    assert.deepEqual(published.events, []);
  });

  test('takes up what changes while it is compiled', async () => {
    const { list, inForce, events, published } = await keptList('changing', 'a.example\n');
    await inForce.first();
    inForce.start();
    const change = async (text: string): Promise<void> => {
      writeFileSync(list.path, text);
      await list.readAgain();
      inForce.refresh();
    };
    await change('b.example\n');
    await events.until('compiling', 2);
    await change('b.example\nc.example\n');
    for (let count = 1; ; count++) {
      const { table } = await published.until('published', count);
      if (new BlockTable(table).entryCount === 2) break;
    }
    await inForce.stop();
  });

  test('is the newest of a list only while it has the version of its copy', async () => {
    const { list, inForce, published } = await keptList('newest', 'a.example\n');
    await inForce.first();
    inForce.start();
    assert.ok(inForce.hasNewest(list));
    writeFileSync(list.path, 'b.example\n');
    await list.readAgain();
    assert.deepEqual([inForce.has(list), inForce.hasNewest(list)], [true, false]);
    inForce.refresh();
    await published.until('published');
    while (inForce.status.isCompiling) await new Promise(setImmediate);
    assert.ok(inForce.hasNewest(list));
    await inForce.stop();
  });

  test('forgets a failed compilation once the content is again what is in force', async () => {
    const { list, inForce, events } = await keptList('reverted', 'a.example\n');
    await inForce.first();
    inForce.start();
    const good = list.copy;
    writeFileSync(list.path, 'b.example\n');
    await list.readAgain();
    rmSync(list.path);
    mkdirSync(list.path);
    inForce.refresh();
    await events.until('compile-failed');
    while (inForce.status.isCompiling) await new Promise(setImmediate);
    assert.match(inForce.status.failure ?? '', /EISDIR/);
    assert.ok(inForce.has(list) && !inForce.hasNewest(list));
    list.copy = good;
    inForce.refresh();
    while (inForce.status.isCompiling) await new Promise(setImmediate);
    assert.equal(inForce.status.failure, undefined);
    await inForce.stop();
  });

  test('forgets a removal that is taken back while it is compiled', async () => {
    const { inForce, events, published } = await keptList('removals', '||a.example^\n||b.example^\n');
    await inForce.first();
    inForce.start();
    inForce.setRemovals(['||a.example^$badfilter']);
    await events.until('compiling', 2);
    inForce.setRemovals([]);
    const { table } = await published.until('published', 2);
    assert.equal(new BlockTable(table).entryCount, 2);
    assert.equal(inForce.status.names, 2);
    await inForce.stop();
  });

  test('is empty when compiling fails at the start, and is compiled as soon as that works', async () => {
    const { list, inForce, events, published, clock } = await keptList('failing', 'a.example\n');
    rmSync(list.path);
    mkdirSync(list.path);
    const first = await inForce.first();
    assert.equal(new BlockTable(first.table, true).entryCount, 0);
    assert.equal(first.listsComplete, false);
    assert.match(events.of('compile-failed')[0]?.reason ?? '', /EISDIR/);
    inForce.start();
    rmSync(list.path, { recursive: true });
    writeFileSync(list.path, 'a.example\n');
    clock.advance(5000);
    assert.equal((await published.until('published')).listsComplete, true);
    await inForce.stop();
  });
});
