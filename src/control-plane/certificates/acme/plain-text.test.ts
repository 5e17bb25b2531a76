import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type FakeDirectoryOptions, fakeDirectory } from '../../../../test/fixtures/acme/fake-directory.ts';
import { acmeSource, DAY, keeperPlace, testKeeper } from '../../../../test/fixtures/acme/keeper-on-a-clock.ts';
import { hasCommands } from '../../../../test/setup/require-components.ts';
import type { AcmeSettings } from '../../settings/acme-settings.ts';
import { AcmeFailure, asAcmeFailure } from './acme-failure.ts';
import { plainText, shortText } from './plain-text.ts';

/** Octets that a terminal obeys, and far too many of the others. */
const LOUD = `\u001b]0;owned\u0007\r\n\u202e${'y'.repeat(100_000)}`;
const LINE_MAX_CHARACTERS = 1_500;
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const expectQuiet = (lines: readonly string[]): void => {
  for (const line of lines) {
    assert.doesNotMatch(line, OBEYED);
    assert.ok(line.length <= LINE_MAX_CHARACTERS, `${line.length} characters: ${line.slice(0, 200)}`);
  }
};

test('a text is made one line without control characters, and cut where it is too long', () => {
  assert.equal(plainText(' a\u001b[31m\r\nb\u2028c\u202ed '), 'a [31m b c d');
  assert.equal(shortText('abc', 3), 'abc');
  assert.equal(shortText('abcd', 3), 'abc…');
});

test('a failure quotes nobody at length, whoever is quoted', () => {
  expectQuiet([
    new AcmeFailure('local', `deSEC answers with HTTP status 500; it says: ${LOUD}`).message,
    asAcmeFailure(new Error(LOUD)).message,
    asAcmeFailure(LOUD).message,
  ]);
});

describe('what a CA says is quiet in the log, in the steps of an order and in the last error:', () => {
  const places: readonly [string, FakeDirectoryOptions, Partial<AcmeSettings>, RegExp][] = [
    ['names of profiles', { profiles: ['x\u001b[31mred', LOUD] }, { profile: 'none' }, /it has: x \[31mred/],
    ['terms of service', { termsOfService: `https://ca.example/${LOUD}` }, {}, /agreeing to https:\/\/ca\.example\//],
    [
      'why a certificate is to be renewed',
      { hasRenewalInformation: true, explanationUrl: `https://ca.example/why${LOUD}` },
      {},
      /is renewed now \(https:\/\/ca\.example\/why/,
    ],
  ];
  for (const [what, options, more, quoted] of places)
    test(what, async (t: TestContext) => {
      if (!hasCommands(t, 'openssl')) return;
      const fake = await fakeDirectory(t, options);
      fake.information = { start: new Date(Date.now() - 2 * DAY), end: new Date(Date.now() - DAY) };
      const source = acmeSource({ directory: fake.url, directoryCaPath: fake.caPath, ...more });
      const run = testKeeper(t, { place: keeperPlace(t), certificates: [{ names: ['dns.example.org'], source }] });
      run.keeper.start();
      await run.resting();
      const { lastError, order } = run.keeper.report(0)!;
      const lines = [...run.log, ...order!.steps, lastError?.message ?? ''];
      assert.match(lines.join('\n'), quoted);
      expectQuiet(lines);
    });
});
