// Accounts that change, are shared or are refused: what that means for orders and renewals.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { FakeDirectory } from '../../../../test/fixtures/acme/fake-directory.ts';
import {
  acmeSource,
  type KeeperPlace,
  keeperPlace,
  type TestKeeper,
  testKeeper,
} from '../../../../test/fixtures/acme/keeper-on-a-clock.ts';
import { testWithDirectory } from '../../../../test/fixtures/acme/test-with-directory.ts';
import { accountEmails } from './account-emails.ts';

const NAMES = ['dns.example.org'];

async function started(t: TestContext, fake: FakeDirectory, place: KeeperPlace): Promise<TestKeeper> {
  const source = acmeSource({ directory: fake.url, directoryCaPath: fake.caPath });
  const run = testKeeper(t, { place, certificates: [{ names: NAMES, source }] });
  run.keeper.start();
  await run.resting();
  return run;
}

const certificateFile = (place: KeeperPlace) => join(place.certificateDirectory, 'acme-dns.example.org.pem');
const accountFiles = (place: KeeperPlace) => readdirSync(join(place.stateDirectory, 'acme'));

describe('a certificate that another account ordered', () => {
  const changes: readonly [string, (fake: FakeDirectory, place: KeeperPlace) => void, boolean[]][] = [
    ['the account files are lost', (_fake, place) => rmSync(place.stateDirectory, { recursive: true }), [false]],
    // Orders of a deactivated account never become orders.
    ['the CA has deactivated the account', (fake) => fake.deactivated.add(fake.accounts[0]!), [false]],
    [
      'the account files are lost, and the certificate does not say whose it is',
      (_fake, place) => {
        rmSync(place.stateDirectory, { recursive: true });
        const text = readFileSync(certificateFile(place), 'utf8');
        writeFileSync(certificateFile(place), text.replace(/^# by account .*\n/m, ''));
      },
      [true, false],
    ],
  ];
  for (const [change, apply, replaces] of changes)
    testWithDirectory(`is renewed at the first try: ${change}`, { hasRenewalInformation: true }, async (t, fake) => {
      const place = keeperPlace(t);
      const before = await started(t, fake, place);
      const due = before.keeper.report(0)!.nextRenewal!;
      await before.keeper.stop();
      apply(fake, place);
      const run = await started(t, fake, place);
      await run.turnTo(due);
      assert.equal(run.given.length, 1, run.log.join('\n'));
      assert.equal(fake.accounts.length, 2);
      assert.deepEqual(
        fake.orders.slice(1).map((order) => 'replaces' in order),
        replaces,
      );
      // And the renewal after that says again what it replaces.
      await run.turnTo(run.keeper.report(0)!.nextRenewal!);
      assert.equal(run.given.length, 2);
      assert.equal('replaces' in fake.orders.at(-1)!, true);
    });
});

describe('a CA that says no', () => {
  for (const problem of ['unauthorized', 'malformed'])
    testWithDirectory(`is asked once where it knows our account well: ${problem}`, {}, async (t, fake) => {
      fake.refusal = { status: 403, type: problem, detail: 'not with us' };
      const run = await started(t, fake, keeperPlace(t));
      assert.equal(run.keeper.report(0)!.lastError!.message, `the CA says: not with us (${problem})`);
      assert.deepEqual([fake.orders.length, fake.accounts.length], [1, 1]);
    });

  testWithDirectory('to accounts one after the other leaves all of their keys', {}, async (t, fake) => {
    const place = keeperPlace(t);
    await started(t, fake, place);
    for (const account of [0, 1]) {
      fake.deactivated.add(fake.accounts[account]!);
      rmSync(certificateFile(place));
      const run = await started(t, fake, place);
      assert.equal(run.given.length, 1, run.log.join('\n'));
    }
    const refused = accountFiles(place).filter((file) => /\.key\.pem\.refused-[0-9a-f]{8}$/.test(file));
    assert.equal(refused.length, 2, accountFiles(place).join());
  });
});

describe('certificates that share an account', () => {
  testWithDirectory('name all of their addresses to the CA, once', {}, async (t, fake) => {
    const place = keeperPlace(t);
    const emails = ['b@example.org', undefined, 'a@example.org', 'b@example.org'];
    const given = Promise.withResolvers<void>();
    const run = testKeeper(t, {
      place,
      options: {
        onCertificate: (index) => {
          if (index === emails.length - 1) given.resolve();
          return Promise.resolve();
        },
      },
      certificates: emails.map((email, index) => ({
        names: [`${index}.example.org`],
        source: acmeSource({ directory: fake.url, directoryCaPath: fake.caPath, email }),
      })),
    });
    run.keeper.start();
    await given.promise;
    assert.deepEqual(fake.contacts, [['mailto:a@example.org', 'mailto:b@example.org']]);
  });

  test('are those of one directory and one external account; rehearsals go by one of their own', () => {
    const table = (directory: string, email: string | undefined, keyId?: string) =>
      acmeSource({ directory, email, externalAccount: keyId === undefined ? undefined : { keyId, hmacKey: 'a' } });
    const own = table('letsencrypt', 'own@example.org');
    const all = [
      own,
      table('https://acme-v02.api.letsencrypt.org/directory', 'written@example.org'),
      table('letsencrypt', 'bound@example.org', 'kid'),
      table('https://ca.example/dir', 'other@example.org'),
      table('letsencrypt-staging', 'test@example.org'),
    ];
    assert.deepEqual(accountEmails(own.directory, own, all), ['own@example.org', 'written@example.org']);
    assert.deepEqual(accountEmails('letsencrypt', all[2]!, all), ['bound@example.org']);
    const rehearsed = ['own@example.org', 'test@example.org', 'written@example.org'];
    assert.deepEqual(accountEmails('letsencrypt-staging', own, all), rehearsed);
    assert.deepEqual(accountEmails('letsencrypt-staging', all[4]!, all), rehearsed);
  });
});
