import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { nameFromText } from '../../wire/name-text.ts';
import { NamesFile } from './names-file.ts';
import { runAtOnce } from './slices.ts';

test('leases whose names cannot be used are told in one line, again only where there are more', (t) => {
  const directory = temporaryDirectory('names-file');
  t.after(() => directory.remove());
  const path = join(directory.path, 'leases');
  const file = NamesFile.leases(path, nameFromText('lan')!);
  const told: string[] = [];
  const read = (...names: string[]) => {
    writeFileSync(path, names.map((name, index) => `0 02:00 192.168.1.${index + 1} ${name} *\n`).join(''));
    runAtOnce(file.refresh(0, (level, message) => void (level === 'info' && told.push(message.replace(path, 'FILE')))));
  };
  read('wpad', 'ESP_1A2B3C', '*');
  read('wpad', 'laptop', '*');
  read('wpad', 'laptop', '_x');
  assert.deepEqual(told, [
    'FILE: 1 lease has a name that cannot be used, such as one with spaces or a reserved one',
    'FILE: 2 leases have names that cannot be used, such as one with spaces or a reserved one',
  ]);
  assert.equal(file.content.records.length, 2);
});
