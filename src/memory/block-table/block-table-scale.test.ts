// A table of 1.5 million names: its size, every name in it, and others not.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { NAME_MAX_BYTES } from '../../wire/name.ts';
import { BLOCK, listSource } from '../../../test/fixtures/policy.ts';
import { NameHasher } from '../name-hash/name-hasher.ts';
import { BlockTable, TableMatch } from './block-table.ts';
import { BlockTableBuilder } from './block-table-builder.ts';
import { SCOPE } from './rule-model.ts';

const NAME_COUNT = 1_500_000;
const TABLE_BYTES_MAX = 60_000_000;
const HASH_KEY = Uint8Array.from({ length: 16 }, (_, index) => 11 * index + 5);

test('1.5 million made-up names fit into 60 MB, each is found, and 100,000 others are not', () => {
  const tops = ['com', 'net', 'org', 'co.example', 'info', 'example'];
  const text = Buffer.allocUnsafe(64 * NAME_COUNT);
  let end = 0;
  for (let index = 0; index < NAME_COUNT; index++) {
    const mixed = Math.imul(index, 0x9e3779b1) >>> 0;
    const host = index % 4 === 0 ? 'metrics.' : '';
    end += text.write(`${host}${mixed.toString(36)}-${index}.${tops[mixed % tops.length]}\n`, end, 'latin1');
  }
  proveTable(text.subarray(0, end));
});

const listFile = join(process.env.SOTTO_TEST_DATA ?? '../shared/data', 'blocklists/union-1.5M-domains.txt.gz');
const noList = existsSync(listFile) ? false : `no ${listFile}: set SOTTO_TEST_DATA`;

test('the union of public lists, 1.5 million names, fits into 60 MB and is found likewise', { skip: noList }, () => {
  proveTable(gunzipSync(readFileSync(listFile)));
});

/** `lines`: names in lower case, one a line. */
function proveTable(lines: Uint8Array): void {
  const builder = new BlockTableBuilder({
    hashKey: HASH_KEY,
    contentId: 'scale',
    sources: [listSource('scale')],
  });
  let lineCount = 0;
  forEachName(lines, (name, length) => {
    lineCount++;
    if (!builder.add(0, name, length, SCOPE.EXACT, BLOCK)) assert.fail(`line ${lineCount} is not taken for a name`);
  });
  assert.ok(builder.entryCount >= NAME_COUNT, `${builder.entryCount} different names`);
  const buffer = builder.finish();
  assert.ok(buffer.byteLength <= TABLE_BYTES_MAX, `${buffer.byteLength} octets`);

  const table = new BlockTable(buffer, true);
  const hasher = new NameHasher(HASH_KEY);
  const match = new TableMatch();
  const other = new Uint8Array(NAME_MAX_BYTES + 1);
  let line = 0;
  forEachName(lines, (name, length) => {
    line++;
    hasher.hash(name, length);
    table.find(name, length, hasher, match);
    if (match.count === 0 || match.suffix[0] !== hasher.fullIndex) assert.fail(`line ${line} is not found`);
    if (line % 14 !== 0 || length + 4 > NAME_MAX_BYTES) return;
    // A neighbor that no list has: a label in front, under which nothing is listed since all names are exact.
    other.set([3, 0x2d, 0x7e, 0x2d]);
    other.set(name.subarray(0, length), 4);
    hasher.hash(other, length + 4);
    table.find(other, length + 4, hasher, match);
    // What is found are its parents, which cover nothing but themselves.
    if (match.count > 0 && match.suffix[0] === hasher.fullIndex) assert.fail(`a name below line ${line} is found`);
  });
}

function forEachName(lines: Uint8Array, visit: (name: Uint8Array, length: number) => void): void {
  const name = new Uint8Array(NAME_MAX_BYTES + 3);
  let labelStart = 0;
  let length = 1;
  for (const octet of lines) {
    if (octet !== 0x0a && octet !== 0x2e) {
      name[length++] = octet;
      continue;
    }
    name[labelStart] = length - labelStart - 1;
    labelStart = length++;
    if (octet === 0x2e) continue;
    name[labelStart] = 0;
    visit(name, length);
    labelStart = 0;
    length = 1;
  }
}
