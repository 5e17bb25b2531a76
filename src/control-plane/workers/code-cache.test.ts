import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const CODE_CACHE = new URL('../../../bin/code-cache.js', import.meta.url).href;
const skip = process.platform === 'win32' && 'needs file modes';

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-code-cache-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** Where a program started in `directory` keeps its code; empty: nowhere. */
function placeTaken(directory: string, environment: Readonly<Record<string, string>>): string {
  const program = `
    import { enableCodeCache } from ${JSON.stringify(CODE_CACHE)};
    enableCodeCache();
    process.stdout.write(process.env.NODE_COMPILE_CACHE ?? '');`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: directory,
    env: environment,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

test("compiled code is kept in a folder of the user's home that is closed to others", { skip }, (t) => {
  const home = makeDirectory(t);
  const place = placeTaken(home, { HOME: home });
  assert.equal(place, join(home, '.cache', 'sotto'));
  assert.equal(statSync(place).mode & 0o777, 0o700);
});

test('a place that others can write to, or that is a link, is not used', { skip }, (t) => {
  const home = makeDirectory(t);
  const cache = join(home, 'sotto');
  mkdirSync(cache);
  chmodSync(cache, 0o777);
  assert.equal(placeTaken(home, { XDG_CACHE_HOME: home }), '');
  rmSync(cache, { recursive: true });
  symlinkSync(makeDirectory(t), cache);
  assert.equal(placeTaken(home, { XDG_CACHE_HOME: home }), '');
});

test('without a home nothing is kept, least of all where the program was started', { skip }, (t) => {
  const directory = makeDirectory(t);
  assert.equal(placeTaken(directory, { HOME: '' }), '');
  assert.equal(placeTaken(directory, { XDG_CACHE_HOME: 'cache' }), '');
  assert.deepEqual(readdirSync(directory), []);
});
