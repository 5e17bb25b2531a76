// Hostile hosts and lease files: kept seeds (names/*, one file a case), and mutations of them made on each run from a fixed
// seed; and tables of local names against a model.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compileLocalNames, NO_CONTENTS } from '../../src/control-plane/local-names/compile-local-names.ts';
import { LeaseTable } from '../../src/control-plane/local-names/lease-table.ts';
import { parseHostsFile } from '../../src/control-plane/local-names/parse-hosts-file.ts';
import { parseLeases, recognizeLeases } from '../../src/control-plane/local-names/parse-lease-file.ts';
import { runAtOnce } from '../../src/control-plane/local-names/slices.ts';
import type { SourcedRecord } from '../../src/control-plane/local-names/sourced-record.ts';
import { LocalNames } from '../../src/memory/local-names/local-names.ts';
import { skipName } from '../../src/wire/name.ts';
import { nameFromText, nameToText } from '../../src/wire/name-text.ts';
import { typeToText } from '../../src/wire/type-text.ts';
import { ask, HASH_KEY, namesOf, zone } from '../fixtures/local-names.ts';
import { NO_LOCAL_SETTINGS } from '../fixtures/local-settings.ts';

const SEED = 20_261_122;
const files = globSync(join(import.meta.dirname, 'names', '*'));
const LAN = nameFromText('lan')!;

function recordsOf(text: string): readonly SourcedRecord[] {
  const format = recognizeLeases(text);
  const table = new LeaseTable();
  if (format !== undefined) runAtOnce(parseLeases(text, format, table));
  return [...runAtOnce(parseHostsFile(text)).records, ...table.records(LAN, 1_800_000_000).records];
}

/** Whatever it is, what comes out are names in lower case with addresses, and each of them is answered. */
function check(text: string): void {
  const records = recordsOf(text);
  for (const { owner, type, rdata, line, ttlSeconds } of records) {
    assert.equal(skipName(owner, 0, owner.length), owner.length);
    assert.ok(
      owner.every((octet) => octet < 0x41 || octet > 0x5a),
      'a capital letter',
    );
    assert.ok(rdata.length === (type === 1 ? 4 : 16) && line > 0 && ttlSeconds > 0);
  }
  const hosts = { title: 'the hosts file', file: 'hosts', records };
  const names = new LocalNames(compileLocalNames(NO_LOCAL_SETTINGS, HASH_KEY, { ...NO_CONTENTS, hosts }).table);
  for (const { owner, type } of records)
    assert.match(ask(names, nameToText(owner), typeToText(type)), /^records [1-9]/);
}

describe('kept fuzz seeds of names', () => {
  assert.ok(files.length > 0);
  for (const file of files)
    test(`${basename(file)} is read without an exception`, () => check(readFileSync(file, 'utf8')));
});

test('mutations of the seeds are read without an exception', () => {
  const seeds = files.map((file) => readFileSync(file, 'utf8'));
  const mutation = fc.record({
    seed: fc.constantFrom(...seeds),
    at: fc.nat(600),
    text: fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom('\n', '{', '}', ',', '"', '#', ' 192.0.2.9 ', '\uFEFF', '\r'),
    ),
    cut: fc.nat(600),
  });
  const property = fc.property(mutation, ({ seed, at, text, cut }) =>
    check(seed.slice(0, at) + text + seed.slice(at, at + cut)),
  );
  fc.assert(property, { seed: SEED, numRuns: 300 });
});

/** What RFC 1034 and RFC 4592 say of a name, slowly: over a Map of names. */
function model(owners: ReadonlySet<string>, zones: ReadonlySet<string>, name: string): string {
  const labels = name.split('.');
  const ancestors = labels.map((_, index) => labels.slice(index).join('.'));
  const apex = ancestors.find((suffix) => zones.has(suffix));
  const exists = (suffix: string) => [...owners].some((owner) => owner === suffix || owner.endsWith(`.${suffix}`));
  const no = (word: string) => (apex === undefined ? 'pass' : `${word} in ${apex}`);
  if (owners.has(name)) return 'records 1';
  if (exists(name)) return no('nodata');
  const encloser = ancestors.find((suffix) => exists(suffix));
  const zoneOf = (suffix: string) =>
    suffix
      .split('.')
      .map((_, index, all) => all.slice(index).join('.'))
      .find((it) => zones.has(it));
  if (encloser !== undefined && owners.has(`*.${encloser}`) && zoneOf(encloser) === apex) return 'records 1';
  return no('nxdomain');
}

test('tables answer as the model says, for any names, wildcards and zones', () => {
  const label = fc.constantFrom('a', 'b', 'ab', '*');
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  const plain = name.filter((text) => !text.includes('*'));
  const property = fc.property(
    fc.uniqueArray(name, { maxLength: 8 }),
    fc.uniqueArray(plain, { maxLength: 3 }),
    fc.array(name, { minLength: 1, maxLength: 20 }),
    (owners, zones, questions) => {
      const names = namesOf(
        owners.map((owner) => `${owner} A 192.0.2.1`),
        zones.map((text) => zone(text)),
      );
      const isRoot = owners.includes('*');
      for (const question of [...questions, ...owners, ...zones]) {
        // A wildcard of the root cannot be configured.
        if (!isRoot) assert.equal(ask(names, question), model(new Set(owners), new Set(zones), question), question);
      }
    },
  );
  fc.assert(property, { seed: SEED, numRuns: 1000 });
});
