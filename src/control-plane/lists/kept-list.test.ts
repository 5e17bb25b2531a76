import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { temporaryDirectory } from '../../../test/fixtures/lists/temporary-directory.ts';
import { KeptList } from './kept-list.ts';
import { heldPath } from './list-store.ts';
import type { Comparison } from './versions/compare-messages.ts';
import { TOOK_TOO_LONG } from './versions/version-comparisons.ts';

/** Half of what was answered would be blocked. */
const WILD: Comparison = {
  ...{ rulesBefore: 1, rulesAfter: 1, added: 1, removed: 1 },
  ...{ forAnybodyBefore: 1, forAnybodyAfter: 1, leadingBefore: 0, leadingAfter: 0, newLeading: 0 },
  ...{ answered: 20, newlyBlocked: 10, examples: [] },
};
const HOUR = 3_600_000;

describe('a kept list of a file', () => {
  const directory = temporaryDirectory();
  after(() => directory.remove());

  function keep(name: string, compare: () => Promise<Comparison | string> = async () => WILD) {
    const source = join(directory.path, `${name}.list`);
    const list = new KeptList(
      {
        ...{ name, source: { kind: 'file', path: source }, action: 'block', format: 'auto', subdomains: false },
        ...{ refreshSeconds: 3_600, holdBack: { blocksMorePercent: 5, smallerPercent: 50 } },
      },
      directory.path,
      { onEvent: () => undefined, compare },
    );
    const look = (now = statSync(source).mtimeMs) =>
      list.refresh({
        lookup: () => assert.fail('a file needs no address'),
        limits: { maxBytes: 1_000, idleMilliseconds: 1, totalMilliseconds: 1 },
        signal: new AbortController().signal,
        now,
        onReceived: () => undefined,
      });
    const refresh = (text: string) => {
      writeFileSync(source, text);
      return look();
    };
    return { list, source, look, refresh };
  }

  test('that is accepted while a newer version is compared takes that one, not half of each', async () => {
    let whileComparing = async (): Promise<void> => undefined;
    const { list, source, refresh } = keep('raced', async () => {
      await whileComparing();
      return WILD;
    });
    assert.equal(await refresh('a.example\n'), 'changed');
    assert.equal(await refresh('a.example\nb.example\n'), 'held-back');
    let accepted: ReturnType<typeof list.accept> | undefined;
    whileComparing = async () => {
      accepted = list.accept();
      // Time enough to do it wrong.
      for (let count = 0; count < 50; count++) await stat(source);
    };
    assert.equal(await refresh('a.example\nb.example\nc.example\n'), 'held-back');
    assert.equal((await accepted)?.names, 3);
    assert.equal(list.copy?.names, 3);
    assert.equal(list.holdBack.version, undefined);
    assert.equal(readFileSync(list.path, 'utf8'), 'a.example\nb.example\nc.example\n');
  });

  test('whose old file is put back, time and all, holds nothing back any more', async () => {
    const { list, source, look } = keep('put-back');
    const written = new Date('2026-01-01T00:00:00Z');
    const putOld = (): void => {
      writeFileSync(source, 'a.example\nb.example\n');
      utimesSync(source, written, written);
    };
    const now = written.getTime();
    putOld();
    assert.equal(await look(now), 'changed');
    writeFileSync(source, 'only.example\n');
    assert.equal(await look(now + HOUR), 'held-back');
    rmSync(source);
    putOld();
    assert.equal(await look(now + 2 * HOUR), 'unchanged');
    assert.equal(list.holdBack.version, undefined);
    assert.ok(!existsSync(heldPath(list.path)));
    assert.equal(list.copy?.fetchedAt, now + 2 * HOUR);
    assert.equal(await list.accept(), undefined);
    assert.equal(list.copy?.names, 2);
  });

  test('reads a file that was replaced by one of the same size and time', async () => {
    const { list, source, look } = keep('alike', async () => ({ ...WILD, newlyBlocked: 0 }));
    const written = new Date('2026-01-01T00:00:00Z');
    writeFileSync(source, 'a.example\n');
    utimesSync(source, written, written);
    assert.equal(await look(written.getTime()), 'changed');
    writeFileSync(`${source}.new`, 'b.example\n');
    utimesSync(`${source}.new`, written, written);
    renameSync(`${source}.new`, source);
    assert.equal(await look(written.getTime()), 'changed');
    assert.equal(readFileSync(list.path, 'utf8'), 'b.example\n');
    assert.equal(await look(written.getTime()), 'unchanged');
  });

  test('holds back what cannot be compared, after a second try, and compares it anew at the next look', async () => {
    let comparisons = 0;
    let outcome: Comparison | string = 'the helper process ended early: ended by SIGKILL';
    const { list, look, source, refresh } = keep('uncompared', async () => {
      comparisons++;
      return outcome;
    });
    assert.equal(await refresh('a.example\n'), 'changed');
    assert.equal(await refresh('a.example\nb.example\n'), 'held-back');
    assert.equal(comparisons, 2);
    const reason = 'could not be compared with the one in force (the helper process ended early: ended by SIGKILL)';
    assert.equal(list.holdBack.version?.reason, reason);
    const restarted = keep('uncompared').list;
    await restarted.open();
    assert.equal(restarted.holdBack.version?.reason, reason);
    outcome = { ...WILD, newlyBlocked: 0 };
    assert.equal(await look(), 'changed');
    assert.equal(readFileSync(list.path, 'utf8'), readFileSync(source, 'utf8'));
    assert.equal(list.holdBack.version, undefined);
  });

  test('holds back what took too long to compare, without a second try', async () => {
    let comparisons = 0;
    const { refresh } = keep('long', async () => {
      comparisons++;
      return TOOK_TOO_LONG;
    });
    assert.equal(await refresh('a.example\n'), 'changed');
    assert.equal(await refresh('a.example\nb.example\n'), 'held-back');
    assert.equal(comparisons, 1);
  });

  test('takes what a second comparison finds harmless', async () => {
    const outcomes = ['out of memory', { ...WILD, newlyBlocked: 0 }];
    const { refresh } = keep('second', async () => outcomes.shift() ?? assert.fail('compared a third time'));
    assert.equal(await refresh('a.example\n'), 'changed');
    assert.equal(await refresh('a.example\nb.example\n'), 'changed');
  });

  test('whose copy is being read again compares a version that comes meanwhile', async () => {
    const { list, refresh } = keep('reading');
    assert.equal(await refresh('a.example\n'), 'changed');
    const reading = list.readAgain();
    assert.equal(list.copy?.names, 1);
    assert.equal(await refresh('a.example\nb.example\n'), 'held-back');
    await reading;
    assert.equal(list.copy?.names, 1);
  });
});
