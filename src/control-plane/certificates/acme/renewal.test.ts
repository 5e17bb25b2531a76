// When certificates are renewed, against a directory that has renewal information, profiles and limits.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import dns from 'node:dns';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import {
  type FakeDirectory,
  fakeDirectory,
  identifierByOpenssl,
} from '../../../../test/fixtures/acme/fake-directory.ts';
import {
  acmeSource,
  DAY,
  HOUR,
  type KeeperPlace,
  keeperPlace,
  testKeeper,
} from '../../../../test/fixtures/acme/keeper-on-a-clock.ts';
import { testWithDirectory } from '../../../../test/fixtures/acme/test-with-directory.ts';
import { makeWeakChain } from '../../../../test/fixtures/weak-chain.ts';
import { hasCommands } from '../../../../test/setup/require-components.ts';
import type { AcmeSettings } from '../../settings/acme-settings.ts';

const NAMES = ['dns.example.org'];

async function started(
  t: TestContext,
  fake: FakeDirectory,
  more: Partial<AcmeSettings> = {},
  place: KeeperPlace = keeperPlace(t),
  now?: number,
) {
  const source = acmeSource({ directory: fake.url, directoryCaPath: fake.caPath, ...more });
  const run = testKeeper(t, { place, certificates: [{ names: NAMES, source }], ...(now === undefined ? {} : { now }) });
  run.keeper.start();
  await run.resting();
  return { run, place };
}

describe('without renewal information', () => {
  testWithDirectory('it is renewed after two thirds of its life, however long that is', {}, async (t, fake) => {
    for (const days of [90, 6]) {
      fake.lifeDays = days;
      const { run } = await started(t, fake);
      const { validFromDate, validToDate } = new X509Certificate(run.given[0]!.chainPem);
      const life = validToDate.getTime() - validFromDate.getTime();
      const at = (run.keeper.report(0)!.nextRenewal! - validFromDate.getTime()) / life;
      assert.ok(at > 2 / 3 - 0.05 && at < 2 / 3 + 0.05, `${days} days: at ${at}`);
      // Nothing happens before, whatever the timers do.
      const orders = fake.orders.length;
      await run.turnTo(run.keeper.report(0)!.nextRenewal! - HOUR);
      assert.equal(fake.orders.length, orders);
      await run.turnTo(run.keeper.report(0)!.nextRenewal!);
      assert.equal(fake.orders.length, orders + 1);
      assert.equal(fake.orders.at(-1)!.replaces, undefined);
    }
  });

  testWithDirectory(
    'a machine that slept, or whose clock was set ahead, renews when it wakes; one set back waits',
    {},
    async (t, fake) => {
      const { run, place } = await started(t, fake);
      const due = run.keeper.report(0)!.nextRenewal!;
      assert.ok(run.nextLookAt! - run.now <= HOUR, 'the clock is looked at every hour');
      await run.turnTo(run.now - 10_000 * DAY);
      assert.equal(run.given.length, 1);
      await run.turnTo(due + 200 * DAY);
      assert.equal(run.given.length, 2);
      // Failures of a time that has not come yet do not hold anything up.
      const file = join(place.stateDirectory, 'acme', 'certificates.json');
      const state = JSON.parse(readFileSync(file, 'utf8'));
      state.certificates['dns.example.org'].retryAt = Date.now() + 4_000 * DAY;
      state.certificates['dns.example.org'].plan.renewAt = 0;
      writeFileSync(file, JSON.stringify(state));
      const { run: again } = await started(t, fake, {}, place);
      assert.equal(again.given.length, 1);
    },
  );
});

describe('renewal information (RFC 9773)', () => {
  const options = { hasRenewalInformation: true };

  testWithDirectory(
    'the CA is asked by issuer and serial number, and its window is kept to',
    options,
    async (t, fake) => {
      const start = new Date(Date.now() + 10 * DAY);
      fake.information = { start, end: new Date(start.getTime() + 2 * DAY), retryAfter: '7200' };
      const { run, place } = await started(t, fake);
      const leaf = run.given[0]!.chainPem;
      assert.deepEqual(fake.informationAsked, [identifierByOpenssl(leaf)]);
      const due = run.keeper.report(0)!.nextRenewal!;
      assert.equal(due, start.getTime() + DAY, 'at a random moment of the window: with 0.5 in its middle');

      // Asked again when the CA said, not earlier; the dice are not thrown again for the same window.
      await run.turnTo(run.now + HOUR);
      assert.equal(fake.informationAsked.length, 1);
      await run.turnTo(run.now + HOUR + 1);
      assert.equal(fake.informationAsked.length, 2);
      const { run: again } = await started(t, fake, {}, place);
      assert.equal(again.keeper.report(0)!.nextRenewal, due);

      await again.turnTo(due);
      assert.equal(again.given.length, 1);
      assert.equal(fake.orders.at(-1)!.replaces, identifierByOpenssl(leaf));
    },
  );

  testWithDirectory('a window in the past means now', options, async (t, fake) => {
    fake.information = { start: new Date(Date.now() + 30 * DAY), end: new Date(Date.now() + 31 * DAY) };
    const { run } = await started(t, fake);
    fake.information = { start: new Date(Date.now() - 2 * DAY), end: new Date(Date.now() - DAY) };
    assert.equal(run.given.length, 1);
    await run.turnTo(run.now + 25 * HOUR);
    // The CA says the same of the new one: it is not ordered on and on.
    assert.equal(run.given.length, 2, run.log.join('\n'));
    assert.equal(run.keeper.report(0)!.nextRenewal, run.now + DAY);
    assert.match(run.log.join('\n'), /info: the CA asks that the certificate for dns\.example\.org is renewed now/);
  });

  testWithDirectory('without an answer, two thirds of its life hold', options, async (t, fake) => {
    const { run } = await started(t, fake);
    const { validToDate } = new X509Certificate(run.given[0]!.chainPem);
    const left = validToDate.getTime() - run.keeper.report(0)!.nextRenewal!;
    assert.ok(left > 25 * DAY && left < 35 * DAY);
    assert.equal(run.given.length, 1);
  });

  testWithDirectory(
    'a CA that takes the certificate for replaced already gives a new one all the same',
    options,
    async (t, fake) => {
      const { run } = await started(t, fake);
      fake.refusal = { status: 409, type: 'alreadyReplaced', detail: 'replaced' };
      await run.turnTo(run.keeper.report(0)!.nextRenewal! + 1);
      assert.equal(run.given.length, 2);
      assert.deepEqual(
        fake.orders.slice(-2).map((order) => 'replaces' in order),
        [true, false],
      );
    },
  );
});

describe('profiles', () => {
  testWithDirectory(
    'the one of the settings is ordered; one that the CA does not have is refused here',
    { profiles: ['classic', 'tlsserver'] },
    async (t, fake) => {
      await started(t, fake, { profile: 'tlsserver' });
      assert.equal(fake.orders[0]!.profile, 'tlsserver');
      const { run } = await started(t, fake, { profile: 'shortlived' });
      assert.match(run.keeper.report(0)!.lastError!.message, /no profile "shortlived"; it has: classic, tlsserver/);
      assert.equal(fake.orders.length, 1);
    },
  );
});

describe('limits', () => {
  testWithDirectory(
    'a CA that has had enough of us is left alone for as long as it says, also over a restart',
    {},
    async (t, fake) => {
      fake.refusal = {
        status: 429,
        type: 'rateLimited',
        detail: 'too many certificates for this name',
        retryAfter: String(30 * 3600),
      };
      const { run, place } = await started(t, fake);
      const { lastError, nextRenewal } = run.keeper.report(0)!;
      assert.match(lastError!.message, /^the CA says: too many certificates for this name \(rateLimited\)$/);
      assert.ok(nextRenewal! >= run.now + 30 * HOUR);
      const { run: again } = await started(t, fake, {}, place, run.now + HOUR);
      assert.equal(fake.orders.length, 1);
      await again.turnTo(nextRenewal!);
      assert.equal(again.given.length, 1);
    },
  );

  testWithDirectory('a CA in trouble is tried again soon, then ever later', {}, async (t, fake) => {
    const trouble = { status: 503, type: 'serverInternal', detail: 'maintenance' };
    fake.refusal = trouble;
    const { run } = await started(t, fake);
    const waits: number[] = [];
    for (let round = 0; round < 8; round++) {
      waits.push((run.keeper.report(0)!.nextRenewal! - run.now) / 60_000);
      fake.refusal = trouble;
      await run.turnTo(run.keeper.report(0)!.nextRenewal!);
    }
    assert.deepEqual(waits.map(Math.round), [1, 2, 4, 9, 18, 35, 66, 66]);
    assert.equal(run.log.filter((line) => line.startsWith('warn')).length, 1, 'told once');
  });
});

describe('what is kept', () => {
  testWithDirectory('a damaged state file costs a warning, no certificate', {}, async (t, fake) => {
    const { place } = await started(t, fake);
    writeFileSync(join(place.stateDirectory, 'acme', 'certificates.json'), '{"version":1,"certificates":[');
    const { run } = await started(t, fake, {}, place);
    assert.match(run.log[0]!, /^warn: .*certificates\.json is damaged; going without/);
    assert.equal(fake.orders.length, 1);
    assert.equal(run.keeper.report(0)!.isStandIn, false);
  });

  testWithDirectory(
    'a damaged account key is kept aside, and a damaged certificate is ordered anew',
    {},
    async (t, fake) => {
      const { place } = await started(t, fake);
      const folder = join(place.stateDirectory, 'acme');
      const key = readdirSync(folder).find((file) => file.endsWith('.key.pem'))!;
      writeFileSync(join(folder, key), 'half a key');
      writeFileSync(join(place.certificateDirectory, 'acme-dns.example.org.pem'), 'nothing');
      const { run } = await started(t, fake, {}, place);
      assert.equal(run.given.length, 1, run.log.join('\n'));
      const aside = readdirSync(folder).find((file) => file.startsWith(`${key}.damaged-`))!;
      assert.equal(readFileSync(join(folder, aside), 'utf8'), 'half a key');
      assert.match(readFileSync(join(folder, key), 'utf8'), /^-----BEGIN PRIVATE KEY-----/);
      assert.equal(fake.accounts.length, 2, 'an account of its own for the new key');
    },
  );

  const accountFiles: readonly [string, (folder: string, name: string, fake: FakeDirectory) => void, number][] = [
    ['a lost account key', (folder, name) => rmSync(join(folder, `${name}.key.pem`)), 2],
    [
      'an account URL that is wrong',
      (folder, name, { url }) => {
        const file = join(folder, `${name}.json`);
        const kept = JSON.parse(readFileSync(file, 'utf8'));
        writeFileSync(file, JSON.stringify({ ...kept, url: new URL('/account/7', url).href }));
      },
      1,
    ],
    ['an account that the CA has deactivated', (_folder, _name, fake) => fake.deactivated.add(fake.accounts[0]!), 2],
  ];
  for (const [what, spoil, accounts] of accountFiles)
    testWithDirectory(`${what} costs no certificate`, {}, async (t, fake) => {
      const { place } = await started(t, fake);
      const folder = join(place.stateDirectory, 'acme');
      const name = readdirSync(folder)
        .find((file) => file.endsWith('.key.pem'))!
        .slice(0, -'.key.pem'.length);
      spoil(folder, name, fake);
      const certificate = join(place.certificateDirectory, 'acme-dns.example.org.pem');
      rmSync(certificate);
      const { run } = await started(t, fake, {}, place);
      assert.equal(run.given.length, 1, run.log.join('\n'));
      assert.equal(fake.accounts.length, accounts);
      // And the next one needs no second try.
      rmSync(certificate);
      const orders = fake.orders.length;
      await started(t, fake, {}, place);
      assert.deepEqual([fake.orders.length, fake.accounts.length], [orders + 1, accounts]);
    });

  testWithDirectory('a chain that TLS refuses is neither served nor kept', {}, async (t, fake) => {
    const { place } = await started(t, fake);
    const file = join(place.certificateDirectory, 'acme-dns.example.org.pem');
    const good = readFileSync(file, 'utf8');
    const { keyPem, chainPem } = makeWeakChain('dns.example.org');
    // Kept by a version that did not look.
    writeFileSync(file, `${keyPem}${chainPem}`);
    const { run: again } = await started(t, fake, {}, place);
    assert.equal(again.given.length, 1, 'ordered anew');
    writeFileSync(file, good);
    fake.addedPem = chainPem.slice(chainPem.lastIndexOf('-----BEGIN'));
    const { run } = await started(t, fake, {}, place);
    await run.turnTo(run.keeper.report(0)!.nextRenewal! + 1);
    assert.deepEqual(run.given, []);
    assert.match(
      run.keeper.report(0)!.lastError!.message,
      /^the CA sent a chain that cannot be used: TLS refuses it: /,
    );
    assert.equal(readFileSync(file, 'utf8'), good);
  });

  testWithDirectory('what a thread refuses is not kept, and the one before serves on', {}, async (t, fake) => {
    const source = acmeSource({ directory: fake.url, directoryCaPath: fake.caPath });
    const place = keeperPlace(t);
    const onCertificate = () => Promise.reject(new Error('a thread has no memory'));
    const run = testKeeper(t, { place, certificates: [{ names: NAMES, source }], options: { onCertificate } });
    run.keeper.start();
    await run.resting();
    assert.equal(run.keeper.report(0)!.lastError!.message, 'a thread has no memory');
    assert.equal(run.keeper.report(0)!.isStandIn, true);
    assert.equal(existsSync(join(place.certificateDirectory, 'acme-dns.example.org.pem')), false);
  });

  testWithDirectory('names that the CA adds of its own accord are no reason to order again', {}, async (t, fake) => {
    fake.addedNames = ['www.dns.example.org'];
    const { run, place } = await started(t, fake);
    assert.match(new X509Certificate(run.given[0]!.chainPem).subjectAltName!, /www\.dns\.example\.org/);
    await started(t, fake, {}, place);
    await run.turnTo(run.now + 2 * DAY);
    assert.equal(fake.orders.length, 1);
  });

  testWithDirectory('a disk that takes nothing lets the new certificate serve at least', {}, async (t, fake) => {
    const place = keeperPlace(t);
    // In the way of the directory.
    mkdirSync(place.stateDirectory);
    writeFileSync(place.certificateDirectory, '');
    const { run } = await started(t, fake, {}, place);
    assert.equal(run.given.length, 1);
    assert.match(
      run.log.join('\n'),
      /error: the new certificate could not be stored, and is gone with a restart: .*certs/,
    );
    assert.equal(fake.orders.length, 1);
    // After a restart it is gone, and that is said.
    const { run: again } = await started(t, fake, {}, place);
    assert.match(again.log.join('\n'), /warn: no certificate for dns\.example\.org is there: .*could not be stored/);
    assert.match(again.keeper.report(0)!.lastError!.message, /could not be stored/);
    assert.equal(fake.orders.length, 1);
  });

  testWithDirectory('a disk that has room again takes the certificate within the hour', {}, async (t, fake) => {
    const place = keeperPlace(t);
    mkdirSync(place.stateDirectory);
    writeFileSync(place.certificateDirectory, '');
    const { run } = await started(t, fake, {}, place);
    await run.turnTo(run.now + HOUR);
    assert.match(run.keeper.report(0)!.lastError!.message, /^the new certificate could not be stored, .*certs/);
    assert.equal(run.log.filter((line) => line.startsWith('error')).length, 1, 'told once');
    rmSync(place.certificateDirectory);
    await run.turnTo(run.now + HOUR);
    assert.equal(run.keeper.report(0)!.lastError, undefined);
    assert.match(run.log.join('\n'), /info: the certificate for dns\.example\.org could be stored after all/);
    const { run: again } = await started(t, fake, {}, place, run.now);
    assert.equal(again.keeper.report(0)!.isStandIn, false);
    assert.equal(fake.orders.length, 1);
  });
});

test('the name of a CA goes to the lookup that was handed in, and its proxy variables to nobody', async (t) => {
  if (!hasCommands(t, 'openssl')) return;
  const fake = await fakeDirectory(t, { hostName: 'ca.example.org' });
  const asked: string[] = [];
  const system = t.mock.method(dns, 'lookup', () => assert.fail('the system was asked'));
  process.env.HTTPS_PROXY = process.env.https_proxy = 'http://127.0.0.1:9';
  t.after(() => {
    delete process.env.HTTPS_PROXY;
    delete process.env.https_proxy;
  });
  const source = acmeSource({ directory: fake.url, directoryCaPath: fake.caPath });
  const run = testKeeper(t, {
    place: keeperPlace(t),
    certificates: [{ names: NAMES, source }],
    options: {
      lookup: (name, options, callback) => {
        asked.push(name);
        if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
        else callback(null, '127.0.0.1', 4);
      },
    },
  });
  run.keeper.start();
  await run.resting();
  assert.equal(run.given.length, 1, run.log.join('\n'));
  assert.deepEqual([...new Set(asked)], ['ca.example.org']);
  assert.equal(system.mock.callCount(), 0);
});

test('several certificates are ordered one after the other, and one that fails does not hold up the next', async (t) => {
  if (!hasCommands(t, 'openssl')) return;
  const fake = await fakeDirectory(t);
  fake.refusal = { status: 403, type: 'rejectedIdentifier', detail: 'not this one' };
  const source = acmeSource({ directory: fake.url, directoryCaPath: fake.caPath });
  const given = Promise.withResolvers<number>();
  const place = keeperPlace(t);
  const run = testKeeper(t, {
    place,
    certificates: ['a', 'b'].map((label) => ({ names: [`${label}.example.org`], source })),
    options: {
      onCertificate: (index) => {
        given.resolve(index);
        return Promise.resolve();
      },
    },
  });
  run.keeper.start();
  assert.equal(await given.promise, 1);
  assert.match(run.keeper.report(0)!.lastError!.message, /not this one \(rejectedIdentifier\)/);
  assert.equal(run.keeper.report(1)!.lastError, undefined);
  assert.equal(run.keeper.report(2), undefined);
  await run.keeper.stop();
  assert.deepEqual(readdirSync(place.certificateDirectory), ['acme-b.example.org.pem']);
});

test('an order in a state that is none ends at once, and what a CA says does not reach a terminal as it is', async (t) => {
  if (!hasCommands(t, 'openssl')) return;
  const fake = await fakeDirectory(t);
  fake.orderStatus = 'foo\u001b[31m';
  const { run, place } = await started(t, fake);
  assert.equal(run.keeper.report(0)!.lastError!.message, 'the CA says that the order is foo [31m');
  fake.refusal = { status: 403, type: 'rejectedIdentifier', detail: 'no\u001b]0;title\u0007\u202e' };
  const { run: again } = await started(t, fake, { profile: undefined, email: 'a@example.org' }, place);
  assert.equal(again.keeper.report(0)!.lastError!.message, 'the CA says: no ]0;title (rejectedIdentifier)');
});

test('who wants an order while one is under way is given that one', async (t) => {
  if (!hasCommands(t, 'openssl')) return;
  const fake = await fakeDirectory(t);
  const source = acmeSource({ directory: fake.url, directoryCaPath: fake.caPath });
  const run = testKeeper(t, { place: keeperPlace(t), certificates: [{ names: NAMES, source }] });
  run.keeper.start();
  const { order } = run.keeper.report(0)!;
  const wanted = { name: undefined, which: 'all', isRehearsal: false } as const;
  assert.deepEqual([run.keeper.order(wanted), run.keeper.order(wanted)], [[order!.number], [order!.number]]);
  await run.resting();
  assert.equal(fake.orders.length, 1);
  assert.notDeepEqual(run.keeper.order(wanted), [order!.number], 'the one before is done');
});

test("a rehearsal goes to Let's Encrypt's test environment, and its failure counts for nothing", async (t) => {
  const asked: string[] = [];
  const place = keeperPlace(t);
  const run = testKeeper(t, {
    place,
    certificates: [{ names: NAMES, source: acmeSource({ directory: 'letsencrypt' }) }],
    options: {
      lookup: (name, _options, callback) => {
        asked.push(name);
        callback(new Error('no such network'), '', 0);
      },
    },
  });
  const begun = run.keeper.order({ name: NAMES[0], which: 'missing', isRehearsal: true });
  const [number] = begun as readonly number[];
  run.keeper.start();
  await run.resting();
  // The rehearsal first, then the order that is due.
  assert.deepEqual(asked, ['acme-staging-v02.api.letsencrypt.org', 'acme-v02.api.letsencrypt.org']);
  const { order, rehearsal, lastError } = run.keeper.report(0)!;
  assert.deepEqual([rehearsal!.number, rehearsal!.outcome], [number, 'failed']);
  assert.ok(order!.number > number!);
  assert.equal(lastError!.message, 'acme-v02.api.letsencrypt.org: no such network');
  assert.equal(run.log.filter((line) => line.startsWith('warn')).length, 1);
});

test('a rehearsal does not take the place of an order under way', async (t) => {
  const held = Promise.withResolvers<void>();
  const run = testKeeper(t, {
    place: keeperPlace(t),
    certificates: [{ names: NAMES, source: acmeSource({ directory: 'letsencrypt' }) }],
    options: {
      lookup: (_name, _options, callback) => void held.promise.then(() => callback(new Error('no network'), '', 0)),
    },
  });
  const order = (isRehearsal: boolean) => run.keeper.order({ name: undefined, which: 'all', isRehearsal });
  const [real, rehearsal] = [order(false), order(true)];
  assert.deepEqual([order(false), order(true)], [real, rehearsal], 'both are joined');
  const report = run.keeper.report(0)!;
  assert.deepEqual([[report.order!.number], [report.rehearsal!.number]], [real, rehearsal]);
  held.resolve();
  await run.resting();
  const { order: ended, rehearsal: rehearsed } = run.keeper.report(0)!;
  assert.deepEqual([ended!.outcome, rehearsed!.outcome], ['failed', 'failed']);
  assert.deepEqual([[ended!.number], [rehearsed!.number]], [real, rehearsal], 'no third one was begun');
});

test('a renewal is known to be planned also while it is under way', async (t) => {
  if (!hasCommands(t, 'openssl')) return;
  const { run } = await started(t, await fakeDirectory(t));
  const planned = run.keeper.report(0)!.nextRenewal;
  run.keeper.order({ name: undefined, which: 'all', isRehearsal: false });
  assert.equal(run.keeper.report(0)!.nextRenewal, undefined, 'under way');
  assert.equal(run.keeper.plannedRenewal(0), planned);
  await run.keeper.stop();
});

test('a CA whose certificate is from somebody else is not spoken to', async (t) => {
  if (!hasCommands(t, 'openssl')) return;
  const fake = await fakeDirectory(t);
  const { run } = await started(t, fake, { directoryCaPath: undefined });
  assert.match(run.keeper.report(0)!.lastError!.message, /^127\.0\.0\.1:\d+: .*certificate/);
  assert.deepEqual(fake.orders, []);
});

test('a gateway that stops does not wait for a CA that is silent, and remembers no failure', async (t) => {
  const silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  const sockets = new Set<Socket>();
  await once(silent, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const place = keeperPlace(t);
  const source = acmeSource({ directory: `https://127.0.0.1:${(silent.address() as AddressInfo).port}/dir` });
  const run = testKeeper(t, { place, certificates: [{ names: NAMES, source }] });
  run.keeper.start();
  await once(silent, 'connection');
  await run.keeper.stop();
  assert.deepEqual(run.log, []);
  assert.equal(existsSync(join(place.stateDirectory, 'acme', 'certificates.json')), false);
});
