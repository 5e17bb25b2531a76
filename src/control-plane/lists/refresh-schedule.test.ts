import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { ManualClock } from '../../../test/fixtures/lists/manual-clock.ts';
import { Recorder } from '../../../test/fixtures/lists/recorder.ts';
import { temporaryDirectory } from '../../../test/fixtures/lists/temporary-directory.ts';
import { DOWNLOAD_LIMITS } from './download.ts';
import { KeptList } from './kept-list.ts';
import type { ListEvent } from './list-events.ts';
import { RefreshSchedule } from './refresh-schedule.ts';

describe('a list whose file changes', () => {
  const directory = temporaryDirectory();
  after(() => directory.remove());
  let clock: ManualClock;
  let events: Recorder<ListEvent>;
  let schedule: RefreshSchedule;

  beforeEach(async () => {
    clock = new ManualClock();
    events = new Recorder();
    const onEvent = events.record;
    const path = join(directory.path, 'source.list');
    writeFileSync(path, 'a.example\n');
    const list = new KeptList(
      {
        ...{ name: 'list', source: { kind: 'file', path }, action: 'block', format: 'auto', subdomains: false },
        ...{ refreshSeconds: 86_400, holdBack: undefined },
      },
      directory.path,
      { onEvent, compare: async () => assert.fail('nothing is held back') },
    );
    schedule = new RefreshSchedule([list], {
      ...{
        clock,
        random: () => 0.5,
        hashKey: new Uint8Array(16),
        limits: DOWNLOAD_LIMITS,
        onEvent,
        onChanged: () => undefined,
      },
      lookup: () => assert.fail('a file needs no address'),
    });
    await schedule.refreshNow(schedule.lists[0]!);
    schedule.start();
  });

  /** A list that has never arrived, at its second try. */
  async function neverArrived(): Promise<RefreshSchedule> {
    const list = new KeptList(
      {
        ...{ name: 'absent', source: { kind: 'file', path: join(directory.path, 'absent.list') }, action: 'block' },
        ...{ format: 'auto', subdomains: false, refreshSeconds: 86_400, holdBack: undefined },
      },
      directory.path,
      { onEvent: events.record, compare: async () => assert.fail('nothing is held back') },
    );
    const of = new RefreshSchedule([list], {
      ...{ clock, random: () => 0.5, hashKey: new Uint8Array(16), limits: DOWNLOAD_LIMITS },
      ...{ onEvent: events.record, onChanged: () => undefined, lookup: () => assert.fail('a file needs no address') },
    });
    await of.refreshNow(of.lists[0]!);
    of.start();
    return of;
  }

  const YEAR = 365 * 86_400_000;
  for (const [what, years] of [
    ['back', -4],
    ['forward', 4],
  ] as const) {
    test(`is looked at at its age, be the clock set ${what} meanwhile`, async () => {
      clock.set(clock.now() + years * YEAR);
      clock.advance(86_400_000);
      assert.equal(tries(), 2);
      await schedule.stop();
    });

    test(`is looked at again seconds after a failure, be the clock set ${what} meanwhile`, async () => {
      const failing = await neverArrived();
      const [list] = failing.lists;
      clock.set(clock.now() + years * YEAR);
      clock.advance(5_000);
      assert.equal(list?.tries, 2);
      await failing.stop();
      await schedule.stop();
    });

    test(`is looked at once it rests, be the clock set ${what} meanwhile`, async () => {
      changed();
      clock.set(clock.now() + years * YEAR);
      clock.advance(1_000);
      changed();
      clock.advance(1_999);
      assert.equal(tries(), 1);
      clock.advance(1);
      assert.equal(tries(), 2);
      await schedule.stop();
    });
  }

  test('says after the clock was set back when it is looked at next, not a time years ahead', async () => {
    clock.set(clock.now() - 4 * YEAR);
    clock.advance(3_600_000);
    assert.ok(schedule.lists[0]!.nextTryAt! - clock.now() <= 86_400_000);
    await schedule.stop();
  });

  const tries = () => schedule.lists[0]!.tries;
  const changed = () => schedule.fileChanged(schedule.lists[0]!);

  test('is looked at once it rests', async () => {
    changed();
    clock.advance(1_500);
    changed();
    clock.advance(1_500);
    assert.equal(tries(), 1);
    clock.advance(500);
    assert.equal(tries(), 2);
    await schedule.stop();
  });

  test('is looked at after a minute where it never rests', async () => {
    for (let second = 0; second < 60; second++) {
      assert.equal(tries(), 1);
      changed();
      clock.advance(1_000);
    }
    assert.equal(tries(), 2);
    await schedule.stop();
  });

  test('is looked at once more where it changes while it is read', async () => {
    changed();
    clock.advance(2_000);
    assert.equal(tries(), 2);
    changed();
    await events.until('list-unchanged', 1);
    while (schedule.lists[0]!.current !== undefined) await new Promise(setImmediate);
    await new Promise(setImmediate);
    clock.advance(2_000);
    assert.equal(tries(), 3);
    await schedule.stop();
  });
});
