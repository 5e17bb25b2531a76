import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { OperatorError } from '../../errors.ts';
import { installationKey, keyPath, readInstallationKey } from './installation-key.ts';

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-key-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

test('the key is made once, for its owner alone', (t) => {
  const directory = makeDirectory(t);
  assert.equal(readInstallationKey(directory), undefined);
  const key = installationKey(directory);
  assert.equal(key.length, 16);
  assert.equal(statSync(keyPath(directory)).mode & 0o777, 0o600);
  assert.deepEqual(installationKey(directory), key);
  assert.deepEqual(readInstallationKey(directory), key);
});

test('two installations have different keys', (t) => {
  assert.notDeepEqual(installationKey(makeDirectory(t)), installationKey(makeDirectory(t)));
});

for (const damage of ['', 'fifteen octets.', 'seventeen octets.']) {
  test(`a file of ${damage.length} octets is no key and is replaced`, (t) => {
    const directory = makeDirectory(t);
    writeFileSync(keyPath(directory), damage);
    assert.equal(readInstallationKey(directory), undefined);
    assert.equal(installationKey(directory).length, 16);
    assert.deepEqual(readdirSync(directory), ['hash.key']);
  });
}

test('what stands in the way is named to the operator', (t) => {
  const directory = makeDirectory(t);
  mkdirSync(keyPath(directory));
  assert.throws(
    () => installationKey(directory),
    (error) =>
      error instanceof OperatorError && error.code === 'STATE_DIRECTORY' && error.message.includes(keyPath(directory)),
  );
});
