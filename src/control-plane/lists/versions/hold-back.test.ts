import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { type ListServer, startListServer } from '../../../../test/fixtures/lists/list-server.ts';
import { ManualClock } from '../../../../test/fixtures/lists/manual-clock.ts';
import { Recorder } from '../../../../test/fixtures/lists/recorder.ts';
import { sourcesNaming } from '../../../../test/fixtures/lists/sources-naming.ts';
import { temporaryDirectory } from '../../../../test/fixtures/lists/temporary-directory.ts';
import { wireName } from '../../../../test/fixtures/lists/wire-names.ts';
import { packAnswered } from './answered-names.ts';
import type { ListSettings } from '../../settings/settings.ts';
import { createListKeeper, type ListKeeper } from '../keep-lists.ts';
import { type ListEvent, listEventText } from '../list-events.ts';
import { copyPath, heldPath, metadataPath } from '../list-store.ts';
import { refreshMilliseconds } from '../refresh-interval.ts';
import type { PublishedTable } from '../table-in-force.ts';

const HASH_KEY = new Uint8Array(16).fill(3);
const HOUR = 3_600_000;
const NAMES = numbered('n', 40);
const ANSWERED = Array.from({ length: 20 }, (_, index) => `site${index}.example`);
const ANSWERED_NAMES = packAnswered(ANSWERED.map((name) => ({ name: wireName(name), types: [1], addresses: [] })));

function numbered(prefix: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}.example\n`).join('');
}

describe('a new version of a list', { timeout: 180_000 }, () => {
  let server: ListServer;
  let directory: ReturnType<typeof temporaryDirectory>;
  let clock: ManualClock;
  let events: Recorder<ListEvent>;
  let tables: Recorder<PublishedTable & { readonly kind: 'published' }>;
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

  function listOf(options: Partial<ListSettings> = {}): ListSettings {
    return {
      name: 'list',
      source: { kind: 'url', url: server.url('/list') },
      action: 'block',
      format: 'auto',
      subdomains: false,
      refreshSeconds: 3600,
      holdBack: { blocksMorePercent: 5, smallerPercent: 50 },
      ...options,
    };
  }

  /** As after a (re)start of the process. */
  async function keep(
    list = listOf(),
    answeredNames = async () => ANSWERED_NAMES,
  ): Promise<{ keeper: ListKeeper; first: PublishedTable }> {
    events = new Recorder();
    tables = new Recorder();
    const keeper = createListKeeper({
      settings: { lists: [list], stateDirectory: stateDirectory() },
      hashKey: HASH_KEY,
      lookup: server.lookup,
      clock,
      random: () => 0.5,
      answeredNames,
      onTable: async (table, state) => tables.record({ kind: 'published', table, ...state }),
      onEvent: events.record,
    });
    keepers.push(keeper);
    const first = await keeper.prepare();
    keeper.start();
    return { keeper, first };
  }

  /** A running keeper whose list has `NAMES` in force. */
  async function running(list = listOf()): Promise<ListKeeper> {
    server.publish('/list', NAMES);
    const { keeper } = await keep(list);
    await tables.until('published');
    return keeper;
  }

  /** What the publisher has from now on, once it was looked at. */
  async function published(keeper: ListKeeper, text: string): Promise<void> {
    server.publish('/list', text);
    await looked(keeper);
  }

  async function looked(keeper: ListKeeper): Promise<void> {
    const ends = ['list-unchanged', 'list-updated', 'list-held-back', 'list-failed'] as const;
    const before = ends.map((kind) => events.of(kind).length);
    const { number } = keeper.update('list')![0]!;
    await Promise.race(ends.map((kind, index) => events.until(kind, before[index]! + 1)));
    while ((keeper.status()[0]?.lastTry?.number ?? 0) < number) await new Promise(setImmediate);
  }

  async function assertAccepted(keeper: ListKeeper): Promise<void> {
    const { since } = keeper.status()[0]!.held!;
    assert.deepEqual(await keeper.accept('list'), { since, names: 10 });
  }

  const stateDirectory = () => join(directory.path, 'state');
  const heldFile = () => heldPath(copyPath(stateDirectory(), listOf()));
  const blocks = ({ table }: PublishedTable, name: string) => sourcesNaming(table, name).length > 0;

  test('that blocks much of what was answered is held back with one warning, and the old one stays in force', async () => {
    const keeper = await running();
    await published(keeper, `${NAMES}${ANSWERED.slice(0, 8).join('\n')}\n`);
    const held = await events.until('list-held-back');
    const { level, message } = listEventText(held);
    assert.equal(level, 'warn');
    assert.match(
      message,
      /^list "list": the version of 2026-01-01 00:00 UTC is held back, the one before stays in force: it would block 8 of the 20 names answered in the last hour \(40\.0 %\).*"sotto lists accept list" puts it in force$/,
    );
    assert.equal(tables.events.length, 1);
    const [status] = keeper.status();
    assert.deepEqual(status?.lastTry?.outcome, 'held-back');
    assert.deepEqual(status?.held?.change, {
      ...{ rulesBefore: 40, rulesAfter: 48, added: 8, removed: 0 },
      ...{ forAnybodyBefore: 40, forAnybodyAfter: 48, leadingBefore: 0, leadingAfter: 0, newLeading: 0 },
      ...{ answered: 20, newlyBlocked: 8 },
    });
    assert.deepEqual(status?.held?.examples, ANSWERED.slice(0, 8));
    assert.equal(status?.copy?.names, 40);
  });

  test('that is far smaller is held back', async () => {
    const keeper = await running();
    await published(keeper, numbered('n', 15));
    assert.match((await events.until('list-held-back')).reason, /^has 15 rules where it had 40 \(62\.5 % less\)/);
  });

  test('that changes little is in force at once', async () => {
    const keeper = await running();
    await published(keeper, `${numbered('n', 38)}new.example\n${ANSWERED[0]}\n`);
    assert.ok(blocks(await tables.until('published', 2), 'new.example'));
    assert.deepEqual(events.of('list-held-back'), []);
  });

  test('that is accepted is in force, and nothing of it is held back any more', async () => {
    const keeper = await running();
    await published(keeper, numbered('other', 10));
    assert.ok(existsSync(heldFile()));
    await assertAccepted(keeper);
    const table = await tables.until('published', 2);
    assert.ok(blocks(table, 'other3.example') && !blocks(table, 'n3.example'));
    assert.equal(keeper.status()[0]?.held, undefined);
    assert.ok(!existsSync(heldFile()) && !existsSync(metadataPath(heldFile())));
    assert.equal(await keeper.accept('list'), 'nothing is held back');
    assert.equal(await keeper.accept('none'), 'no such list');
  });

  test('that was accepted is what the publisher is asked about from then on', async () => {
    const keeper = await running();
    await published(keeper, numbered('other', 10));
    await keeper.accept('list');
    await looked(keeper);
    assert.equal(keeper.status()[0]?.lastTry?.outcome, 'unchanged');
    assert.equal(keeper.status()[0]?.copy?.names, 10);
  });

  test('that is held back is neither downloaded nor told again while it is the newest', async () => {
    const keeper = await running();
    await published(keeper, numbered('other', 10));
    await looked(keeper);
    assert.match(server.requests.at(-1)?.headers['if-none-match'] ?? '', /other0/);
    assert.equal(keeper.status()[0]?.lastTry?.outcome, 'unchanged');
    assert.equal(events.of('list-held-back').length, 1);
    assert.ok(keeper.status()[0]?.held !== undefined);
  });

  test('stays held back over a restart, is told again, and can be accepted then', async () => {
    await published(await running(), numbered('other', 10));
    await keepers[0]!.stop();
    const { keeper, first } = await keep();
    assert.ok(blocks(first, 'n3.example') && !blocks(first, 'other3.example'));
    assert.equal(events.of('list-held-back').length, 1);
    assert.deepEqual(events.of('compiling'), []);
    await assertAccepted(keeper);
    assert.ok(blocks(await tables.until('published'), 'other3.example'));
  });

  test('is looked at again at its time, not before, though the copy in force is old', async () => {
    const keeper = await running();
    const interval = refreshMilliseconds(listOf(), HASH_KEY);
    clock.advance(interval - 1);
    await published(keeper, numbered('other', 10));
    const { nextTryAt } = keeper.status()[0]!;
    assert.equal(nextTryAt, clock.now() + interval);
    await keeper.stop();
    const asked = server.requests.length;
    await keep();
    assert.equal(server.requests.length, asked);
  });

  test('whose comparison took longer than its refresh is looked at again seconds later, not at once', async () => {
    server.publish('/list', NAMES);
    const { keeper } = await keep(listOf(), async () => {
      clock.advance(2 * HOUR);
      return ANSWERED_NAMES;
    });
    await tables.until('published');
    await published(keeper, numbered('other', 10));
    while (keeper.status()[0]?.refreshing === true) await new Promise(setImmediate);
    assert.equal(keeper.status()[0]?.nextTryAt, clock.now() + 5_000);
    assert.equal(keeper.status()[0]?.lastTry?.number, 2);
  });

  test('after one that was held back is compared with what is in force, and takes its place or does not', async () => {
    const keeper = await running();
    await published(keeper, numbered('other', 10));
    await published(keeper, numbered('third', 12));
    assert.match(events.of('list-held-back')[1]?.reason ?? '', /^has 12 rules where it had 40/);
    await published(keeper, `${NAMES}fourth.example\n`);
    assert.ok(blocks(await tables.until('published', 2), 'fourth.example'));
    assert.equal(keeper.status()[0]?.held, undefined);
    assert.ok(!existsSync(heldFile()));
  });

  test('that was withdrawn for the one in force is forgotten', async () => {
    const keeper = await running();
    await published(keeper, numbered('other', 10));
    await published(keeper, NAMES);
    assert.equal(keeper.status()[0]?.held, undefined);
    assert.equal(keeper.status()[0]?.lastTry?.outcome, 'unchanged');
    assert.equal(tables.events.length, 1);
  });

  test('is taken as it is where hold_back is false, and where that was set after it was held back', async () => {
    const careless = listOf({ holdBack: undefined });
    await published(await running(), numbered('other', 10));
    await keepers[0]!.stop();
    const { keeper, first } = await keep(careless);
    assert.ok(blocks(first, 'other3.example'));
    await published(keeper, numbered('third', 3));
    assert.ok(blocks(await tables.until('published'), 'third1.example'));
    assert.deepEqual(events.of('list-held-back'), []);
  });

  test('of a file is held back likewise where that was asked for', async () => {
    const path = join(directory.path, 'mine.list');
    writeFileSync(path, NAMES);
    const list = listOf({ source: { kind: 'file', path } });
    const { keeper } = await keep(list);
    writeFileSync(path, numbered('other', 10));
    await looked(keeper);
    await looked(keeper);
    assert.equal(events.of('list-held-back').length, 1);
    await assertAccepted(keeper);
    assert.ok(blocks(await tables.until('published'), 'other3.example'));
  });

  for (const [what, damage] of [
    ['its octets', () => rmSync(heldFile())],
    ['what is known of it', () => writeFileSync(metadataPath(heldFile()), '{"version":1')],
    ['the end of it', () => writeFileSync(heldFile(), readFileSync(heldFile()).subarray(0, 20))],
  ] as const) {
    test(`that lost ${what} is fetched and compared again`, async () => {
      await published(await running(), numbered('other', 10));
      await keepers[0]!.stop();
      damage();
      const { keeper } = await keep();
      assert.equal(keeper.status()[0]?.held, undefined);
      await looked(keeper);
      assert.equal(keeper.status()[0]?.held?.names, 10);
    });
  }

  test('leaves no names that were answered on the disk', async () => {
    const keeper = await running();
    await published(keeper, `${NAMES}*.example\n`);
    assert.equal(keeper.status()[0]?.held?.change.newlyBlocked, 20);
    const lists = join(stateDirectory(), 'lists');
    for (const file of readdirSync(lists))
      assert.ok(!readFileSync(join(lists, file), 'utf8').includes('site3.example'), file);
    assert.ok(!events.events.some((event) => JSON.stringify(event).includes('site3.example')));
  });

  test('is not taken uncompared when the gateway ends meanwhile', async () => {
    await (await running()).stop();
    const comparing = Promise.withResolvers<void>();
    const { keeper } = await keep(listOf(), async () => {
      comparing.resolve();
      return ANSWERED_NAMES;
    });
    server.publish('/list', numbered('other', 10));
    keeper.update('list');
    await comparing.promise;
    await keeper.stop();
    assert.equal(readFileSync(copyPath(stateDirectory(), listOf()), 'utf8'), NAMES);
  });
});
