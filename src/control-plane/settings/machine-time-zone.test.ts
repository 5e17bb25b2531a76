import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryDirectory } from '../../../test/fixtures/temporary-directory.ts';
import { machineTimeZone } from './machine-time-zone.ts';

describe('the time zone of the machine', () => {
  for (const [written, zone] of [
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    [':Europe/Berlin', 'Europe/Berlin'],
    ['', 'UTC'],
    [':', 'UTC'],
    ['Foo/Bar', undefined],
    // A rule as POSIX writes it: Intl knows none, and would take it for UTC.
    ['CET-1CEST,M3.5.0,M10.5.0/3', undefined],
    ['CET-1CEST', undefined],
    ['/nowhere/zoneinfo/Europe/Berlin', undefined],
  ] as const)
    test(`is ${zone ?? 'not known'} where TZ is "${written}"`, () => {
      assert.equal(machineTimeZone(written), zone);
    });

  test('is that of the file that TZ names, by the name of the one that it links to', (t) => {
    const directory = temporaryDirectory('zones');
    t.after(() => directory.remove());
    const zones = join(directory.path, 'zoneinfo', 'posix', 'Asia');
    mkdirSync(zones, { recursive: true });
    writeFileSync(join(zones, 'Tokyo'), '');
    writeFileSync(join(directory.path, 'copy'), '');
    symlinkSync(join(zones, 'Tokyo'), join(directory.path, 'localtime'));
    assert.equal(machineTimeZone(`:${join(directory.path, 'localtime')}`), 'Asia/Tokyo');
    assert.equal(machineTimeZone(join(zones, 'Tokyo')), 'Asia/Tokyo');
    assert.equal(machineTimeZone(`:${join(directory.path, 'copy')}`), undefined);
  });

  test('is that of the system where TZ is not set', () => {
    assert.equal(typeof machineTimeZone(undefined), 'string');
  });
});
