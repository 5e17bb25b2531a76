import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { FileWatch } from './file-watch.ts';

function directoryOf(t: TestContext): string {
  const directory = temporaryDirectory('watch');
  t.after(() => directory.remove());
  return directory.path;
}

/** Counts what is told; `next` resolves with the first change after it was called, and rejects after 10 s. */
class Changes {
  count = 0;
  #resolve: (() => void) | undefined;

  readonly tell = (): void => {
    this.count++;
    this.#resolve?.();
  };

  async next(change: () => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#resolve = resolve;
    const timer = setTimeout(() => reject(new Error('no change was told')), 10_000);
    change();
    await promise;
    clearTimeout(timer);
  }
}

function watched(t: TestContext, pollMilliseconds?: number) {
  const directory = directoryOf(t);
  const path = join(directory, 'hosts');
  writeFileSync(path, 'one');
  const changes = new Changes();
  const watch = new FileWatch(
    [path, `${path}.1`],
    changes.tell,
    pollMilliseconds === undefined ? {} : { pollMilliseconds },
  );
  t.after(() => watch.stop());
  return { directory, path, changes };
}

test('a file written in place, replaced by renaming, taken away and put back is told each time', async (t) => {
  const { directory, path, changes } = watched(t);
  await changes.next(() => appendFileSync(path, ' two'));
  for (const round of ['a', 'b', 'c']) {
    await changes.next(() => {
      writeFileSync(join(directory, 'new'), round);
      renameSync(join(directory, 'new'), path);
    });
  }
  await changes.next(() => rmSync(path));
  await changes.next(() => writeFileSync(path, 'back'));
  await changes.next(() => writeFileSync(`${path}.1`, 'a sibling'));
});

test('its directory may be taken away and made anew', async (t) => {
  const { directory, path, changes } = watched(t, 50);
  await changes.next(() => rmSync(directory, { recursive: true }));
  await changes.next(() => {
    mkdirSync(directory);
    writeFileSync(path, 'anew');
  });
  await changes.next(() => appendFileSync(path, ' and again'));
});

test('a change of what a symbolic link points to is told within two seconds', async (t) => {
  const directory = directoryOf(t);
  writeFileSync(join(directory, 'first'), '1');
  mkdirSync(join(directory, 'links'));
  const link = join(directory, 'links', 'hosts');
  symlinkSync(join(directory, 'first'), link);
  const changes = new Changes();
  const watch = new FileWatch([link], changes.tell);
  t.after(() => watch.stop());
  const startedAt = performance.now();
  await changes.next(() => appendFileSync(join(directory, 'first'), '2'));
  assert.ok(performance.now() - startedAt < 4_000, 'twice what is promised');
});

test('neighbors of the file and touches that change nothing are not told', async (t) => {
  const { directory, path, changes } = watched(t);
  writeFileSync(join(directory, 'other'), 'x');
  writeFileSync(join(directory, 'hosts.bak'), 'x');
  await changes.next(() => appendFileSync(path, ' two'));
  assert.equal(changes.count, 1);
});
