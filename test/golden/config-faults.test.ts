// What an operator reads about a configuration full of faults. UPDATE_GOLDEN=1 rewrites the listing.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatFault, readSettings } from '../../src/control-plane/settings/load-settings.ts';

test('every fault of a configuration is named at once, with line, key, and what is allowed', () => {
  const toml = readFileSync(join(import.meta.dirname, 'config-faults.toml'), 'utf8');
  const golden = join(import.meta.dirname, 'config-faults.txt');
  const result = readSettings(toml, '/nowhere/config.toml', {
    workingDirectory: '/nowhere',
    cores: 4,
    hostName: 'gateway',
    platform: 'linux',
    localAddresses: [],
    now: new Date('2026-11-21T00:00:00Z'),
  });
  assert.ok(!result.ok);
  const listing = `${result.faults.map((fault) => formatFault('config.toml', fault)).join('\n')}\n`;
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, listing);
  assert.equal(listing, readFileSync(golden, 'utf8'));
});
