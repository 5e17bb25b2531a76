// Hostile configurations: kept seeds (settings/*.toml), random trees of values, and mutations of the example. Whatever
// stands in a file, the answer is settings or printable faults, never an exception.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'smol-toml';
import { formatFault, readSettings, type SettingsEnvironment } from '../../src/control-plane/settings/load-settings.ts';

const SEED = 20_261_121;
const EXAMPLE = readFileSync(join(import.meta.dirname, '..', '..', 'config.example.toml'), 'utf8');
const ENVIRONMENT: SettingsEnvironment = {
  workingDirectory: '/nowhere',
  cores: 2,
  hostName: 'gateway',
  platform: 'linux',
  localAddresses: ['192.0.2.1'],
};

/** What holds for every text. */
function checkSettings(toml: string): void {
  const result = readSettings(toml, '/nowhere/config.toml', ENVIRONMENT);
  const remarks = result.ok ? result.notices : result.faults;
  assert.ok(result.ok || remarks.length > 0, 'refused without a reason');
  let line = 0;
  for (const remark of remarks) {
    assert.match(formatFault('config.toml', remark), /^config\.toml(:\d+)?: [^\p{Cc}\p{Cf}]+$/u);
    assert.ok(remark.line <= toml.split('\n').length);
    if (remark.line > 0) assert.ok(remark.line >= line, 'not sorted by line');
    line = Math.max(line, remark.line);
  }
  if (result.ok) checkSound(result.settings);
}

/** What the rest of the program relies on. */
function checkSound(settings: Extract<ReturnType<typeof readSettings>, { ok: true }>['settings']): void {
  assert.ok(settings.server.threads >= 1 && settings.server.threads <= 256);
  assert.ok(settings.upstreams.length >= 1);
  for (const { url, addresses } of settings.upstreams) {
    assert.match(url, /^https:/);
    assert.ok(addresses.length >= 1);
  }
  for (const { names } of settings.certificates) assert.ok(names.length >= 1);
  assert.ok(settings.certificates.length >= 1 || settings.listen.dot.length + settings.listen.doh.length === 0);
  assert.ok(settings.stateDirectory.startsWith('/') && settings.certificateDirectory.startsWith('/'));
  assert.equal(new Set(settings.lists.map(({ name }) => name)).size, settings.lists.length);
}

describe('kept seeds', () => {
  const files = globSync(join(import.meta.dirname, 'settings', '*.toml'));
  assert.ok(files.length > 0);
  for (const file of files)
    test(`${basename(file)} is answered by faults`, () => checkSettings(readFileSync(file, 'utf8')));
});

describe('generated configurations', () => {
  const knownWords = [...new Set(EXAMPLE.match(/[a-z_]{2,}/g))];
  const word = fc.oneof(fc.constantFrom(...knownWords), fc.string({ maxLength: 8 }));
  const values = [...new Set(EXAMPLE.match(/"[^"\n]*"/g))].map((quoted) => quoted.slice(1, -1));
  const leaf = fc.oneof(
    fc.constantFrom(...values),
    fc.string({ maxLength: 12 }),
    fc.integer(),
    fc.boolean(),
    fc.double(),
    fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }),
  );
  const { tree } = fc.letrec<{ tree: unknown; value: unknown }>((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('tree')),
    tree: fc.dictionary(word, tie('value'), { maxKeys: 6 }),
  }));

  test('random trees of known and unknown keys', () => {
    const property = fc.property(tree, (table) => checkSettings(tomlOf(table)));
    fc.assert(property, { seed: SEED, numRuns: 1000 });
  });

  test('the example with pieces cut out, doubled, swapped or replaced', () => {
    const place = fc.integer({ min: 0, max: EXAMPLE.length });
    const mutation = fc.tuple(
      place,
      fc.integer({ min: 0, max: 40 }),
      place,
      fc.constantFrom('cut', 'copy', 'insert'),
      word,
    );
    const property = fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      let toml = EXAMPLE;
      for (const [from, length, to, kind, inserted] of mutations) {
        const piece = kind === 'insert' ? inserted : kind === 'copy' ? toml.slice(from, from + length) : '';
        const rest = kind === 'cut' ? toml.slice(0, from) + toml.slice(from + length) : toml;
        toml = rest.slice(0, to) + piece + rest.slice(to);
      }
      checkSettings(toml);
    });
    fc.assert(property, { seed: SEED, numRuns: 1000 });
  });

  test('the example with values exchanged among its keys', () => {
    const assignments = EXAMPLE.match(/^(?:# )?[a-z_]+ = .*$/gm)!.map((line) => line.replace(/^# /, ''));
    const tables = [
      '',
      '[server]',
      '[listen]',
      '[access]',
      '[[upstream]]',
      '[cache]',
      '[[list]]',
      '[policy]',
      '[[certificate]]',
    ];
    const line = fc.oneof(
      fc.constantFrom(...tables),
      fc
        .tuple(fc.constantFrom(...assignments), fc.constantFrom(...assignments))
        .map(([a, b]) => a.replace(/=.*/, b.replace(/^[^=]*/, ''))),
      fc.constantFrom(...assignments),
    );
    const property = fc.property(fc.array(line, { maxLength: 20 }), (lines) => checkSettings(lines.join('\n')));
    fc.assert(property, { seed: SEED, numRuns: 2000 });
  });
});

describe('large configurations', () => {
  for (const [what, toml] of [
    ['two hundred thousand unknown keys', Array.from({ length: 200_000 }, (_, index) => `k${index}=1`).join('\n')],
    ['two hundred thousand empty lists', '[[list]]\n'.repeat(200_000)],
    ['a million numbers among the rules', `[policy]\nrules = [${'1,'.repeat(1_000_000)}]`],
    ['a key of nine million letters', `${'k'.repeat(9_000_000)} = 1`],
    ['two hundred thousand addresses', `[listen]\ndns = [${'"127.0.0.1:53",'.repeat(200_000)}]`],
  ] as const)
    test(`${what} end in a bounded listing`, () => {
      const result = readSettings(toml, '/nowhere/config.toml', ENVIRONMENT);
      assert.ok(!result.ok);
      assert.ok(result.faults.length <= 1001);
      assert.ok(result.faults.every((fault) => formatFault('config.toml', fault).length < 1500));
    });

  test('a hundred thousand rules are read', () => {
    const rules = Array.from({ length: 100_000 }, (_, index) => `"||ads${index}.example^",`).join('\n');
    const result = readSettings(`[policy]\nrules = [\n${rules}\n]`, '/nowhere/config.toml', ENVIRONMENT);
    assert.equal(result.ok && result.settings.rules.length, 100_000);
  });
});

/** Text of a random tree; what TOML cannot say (a mixture smol-toml refuses to write) is left out. */
function tomlOf(table: unknown): string {
  try {
    return stringify(table);
  } catch {
    return '';
  }
}
