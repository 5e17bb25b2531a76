import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lookUpUser } from './look-up-user.ts';

function passwordFile(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-passwd-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'passwd');
  writeFileSync(
    path,
    [
      'root:x:0:0:root:/root:/bin/bash',
      '# a comment',
      'broken:x',
      'sotto-test:x:4321:8765:Gateway:/var/lib/sotto:/bin/false',
    ].join('\n'),
  );
  return path;
}

test('a user is found by name and by number, with its group', (t) => {
  const path = passwordFile(t);
  assert.deepEqual(lookUpUser('sotto-test', path), { label: 'sotto-test', name: 'sotto-test', uid: 4321, gid: 8765 });
  assert.deepEqual(lookUpUser('4321', path), { label: '4321', name: 'sotto-test', uid: 4321, gid: 8765 });
});

test('a number without an entry needs its group', (t) => {
  const path = passwordFile(t);
  assert.deepEqual(lookUpUser('54321:54322', path), { label: '54321:54322', name: undefined, uid: 54321, gid: 54322 });
  assert.throws(() => lookUpUser('54321', path), { code: 'USER_UNKNOWN', message: /54321:54321/ });
});

test('what is no user is refused, whatever it looks like', (t) => {
  const path = passwordFile(t);
  for (const text of ['sotto-absent', 'broken', '', '-s', '--help', '4294967295:1', '1:4294967295', '# a comment']) {
    assert.throws(() => lookUpUser(text, path), { code: 'USER_UNKNOWN' }, text);
  }
});

test('the users of this machine are found', {
  skip: process.platform === 'linux' ? false : 'no /etc/passwd to rely on',
}, () => {
  assert.equal(lookUpUser('root').uid, 0);
});
