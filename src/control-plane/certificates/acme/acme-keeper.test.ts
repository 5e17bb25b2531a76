// The ACME engine against pebble, Let's Encrypt's test CA.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { httpChallenges, tlsChallenges } from '../../../../test/fixtures/acme/challenge-servers.ts';
import { acmeSource, DAY, HOUR, keeperPlace, testKeeper } from '../../../../test/fixtures/acme/keeper-on-a-clock.ts';
import { makeCertificate } from '../../../../test/fixtures/make-certificate.ts';
import { freePorts } from '../../../../test/peers/free-ports.ts';
import { startPebble } from '../../../../test/peers/pebble.ts';
import { hasCommands } from '../../../../test/setup/require-components.ts';
import { certificatesInPem } from '../pem.ts';

const NEEDED = ['pebble', 'pebble-challtestsrv', 'openssl', 'curl'];
const NAMES = ['dns.home.test', '127.0.0.1'];
const leafOf = (pem: string) => new X509Certificate(pem);

describe('http-01', () => {
  test('a name and an address get a certificate that the CA vouches for, and a restart orders nothing', async (t) => {
    if (!hasCommands(t, ...NEEDED)) return;
    const http = await httpChallenges(t);
    const pebble = await startPebble({ httpPort: http.port, refusedNonces: 15 });
    t.after(() => pebble.stop());
    const place = keeperPlace(t);
    const source = acmeSource({
      directory: pebble.directoryUrl,
      directoryCaPath: pebble.caPath,
      email: 'me@home.test',
    });
    const first = testKeeper(t, { place, certificates: [{ names: NAMES, source }] });
    http.tokens = first.tokens;
    first.keeper.start();
    await first.resting();

    assert.equal(first.given.length, 1, first.log.join('\n'));
    const given = first.given[0]!;
    assert.deepEqual(given.names, NAMES);
    const chain = certificatesInPem(given.chainPem).value!;
    const root = leafOf(await pebble.issuingRoot());
    assert.ok(chain.length >= 2, 'the intermediate comes with it');
    assert.ok(chain[0]!.checkIssued(chain[1]!) && chain[1]!.verify(root.publicKey));
    assert.equal(chain[0]!.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
    assert.equal(first.tokens.size, 0, 'no proof stays behind');
    const report = first.keeper.report(0)!;
    assert.deepEqual([report.isStandIn, report.lastError, report.order?.outcome], [false, undefined, 'done']);

    const files = readdirSync(place.directory, { recursive: true, encoding: 'utf8' }).map((file) =>
      join(place.directory, file),
    );
    for (const file of files.filter((path) => statSync(path).isFile()))
      assert.equal(statSync(file).mode & 0o777, 0o600, file);

    const accounts = pebble.log().match(/There are now \d+ accounts/g)?.length;
    const again = testKeeper(t, { place, certificates: [{ names: NAMES, source }] });
    again.keeper.start();
    await again.resting();
    assert.equal(again.given.length, 0);
    assert.equal(again.keeper.report(0)!.nextRenewal, report.nextRenewal);

    // Two thirds of its life later it is renewed by the same account, with another key.
    await again.turnTo(report.nextRenewal! + 1);
    assert.equal(again.given.length, 0, 'nobody shows the proof: it fails');
    http.tokens = again.tokens;
    await again.turnTo(again.now + 2 * HOUR);
    assert.equal(again.given.length, 1, again.log.join('\n'));
    const renewed = leafOf(again.given[0]!.chainPem);
    assert.notEqual(renewed.serialNumber, chain[0]!.serialNumber);
    assert.ok(!renewed.publicKey.equals(chain[0]!.publicKey));
    assert.equal(pebble.log().match(/There are now \d+ accounts/g)?.length, accounts);
  });

  test('other names order a new certificate at once, and a failure leaves the old one where it is', async (t) => {
    if (!hasCommands(t, ...NEEDED)) return;
    const http = await httpChallenges(t);
    const pebble = await startPebble({ httpPort: http.port, blockedNames: ['blocked.test'] });
    t.after(() => pebble.stop());
    const place = keeperPlace(t);
    const source = acmeSource({ directory: pebble.directoryUrl, directoryCaPath: pebble.caPath });
    const orderFor = async (names: string[]) => {
      const run = testKeeper(t, { place, certificates: [{ names, source }] });
      http.tokens = run.tokens;
      run.keeper.start();
      await run.resting();
      return run;
    };
    const file = join(place.certificateDirectory, 'acme-dns.home.test.pem');
    await orderFor(['dns.home.test']);
    const two = await orderFor(['dns.home.test', 'lan.home.test']);
    assert.deepEqual(leafOf(two.given[0]!.chainPem).subjectAltName, 'DNS:dns.home.test, DNS:lan.home.test');
    const one = await orderFor(['dns.home.test']);
    assert.deepEqual(leafOf(one.given[0]!.chainPem).subjectAltName, 'DNS:dns.home.test');
    const before = readFileSync(file, 'utf8');

    const refused = await orderFor(['dns.home.test', 'www.blocked.test']);
    assert.deepEqual(refused.given, []);
    assert.equal(readFileSync(file, 'utf8'), before);
    const { lastError, isStandIn, nextRenewal } = refused.keeper.report(0)!;
    assert.match(lastError!.message, /^the CA says: .*www\.blocked\.test.*\(rejectedIdentifier\)/);
    assert.equal(isStandIn, false);
    assert.ok(nextRenewal! >= refused.now + HOUR, 'the CA is left alone for an hour');
    assert.match(refused.log.join('\n'), /warn: no new certificate for .*; the old one serves, until 20/);
  });

  test('a proof that the CA cannot see is explained, and tried again after an hour, also over a restart', async (t) => {
    if (!hasCommands(t, ...NEEDED)) return;
    const [nobody] = await freePorts(1);
    const pebble = await startPebble({ httpPort: nobody! });
    t.after(() => pebble.stop());
    const place = keeperPlace(t);
    const source = acmeSource({ directory: pebble.directoryUrl, directoryCaPath: pebble.caPath });
    const certificates = [{ names: ['dns.home.test'], source }];
    const first = testKeeper(t, { place, certificates });
    first.keeper.start();
    await first.resting();
    const { lastError, isStandIn, nextRenewal, order } = first.keeper.report(0)!;
    assert.match(lastError!.message, /^the CA could not verify dns\.home\.test by http-01: .*\(connection\)$/);
    assert.deepEqual([isStandIn, order!.outcome], [true, 'failed']);
    assert.ok(nextRenewal! >= first.now + HOUR && nextRenewal! <= first.now + 2 * HOUR);
    assert.match(
      first.log.join('\n'),
      /warn: no new certificate for dns\.home\.test: .*; the local CA's serves meanwhile; next try/,
    );

    const again = testKeeper(t, { place, certificates, now: first.now + 60_000 });
    again.keeper.start();
    await again.resting();
    assert.equal(again.keeper.report(0)!.nextRenewal, nextRenewal);
    assert.deepEqual(again.keeper.report(0)!.lastError, lastError);
    assert.equal(again.keeper.report(0)!.order, undefined, 'nothing was tried');

    // A second failure waits longer; changed settings are tried at once.
    await again.turnTo(nextRenewal! + 1);
    assert.ok(again.keeper.report(0)!.nextRenewal! >= again.now + 2 * HOUR);
    const changed = testKeeper(t, {
      place,
      certificates: [{ names: ['dns.home.test'], source: { ...source, email: 'me@home.test' } }],
    });
    changed.keeper.start();
    await changed.resting();
    assert.equal(changed.keeper.report(0)!.order!.outcome, 'failed');
  });
});

describe('tls-alpn-01', () => {
  test('names and addresses are proven by certificates that are out before the CA looks, and gone afterwards', async (t) => {
    if (!hasCommands(t, ...NEEDED)) return;
    const tls = await tlsChallenges(t);
    const pebble = await startPebble({ tlsPort: tls.port });
    t.after(() => pebble.stop());
    const source = acmeSource({
      directory: pebble.directoryUrl,
      directoryCaPath: pebble.caPath,
      challenge: 'tls-alpn-01',
    });
    const published: number[] = [];
    const run = testKeeper(t, {
      place: keeperPlace(t),
      certificates: [{ names: NAMES, source }],
      options: {
        publishChallenges: async (list) => {
          published.push(list.length);
          // Threads take their time.
          await new Promise((resolve) => setTimeout(resolve, 30));
          tls.out = list;
        },
      },
    });
    run.keeper.start();
    await run.resting();
    assert.equal(run.given.length, 1, run.log.join('\n'));
    assert.deepEqual([...new Set(tls.asked)].sort(), ['1.0.0.127.in-addr.arpa', 'dns.home.test']);
    assert.deepEqual(tls.out, []);
    assert.deepEqual(published, [NAMES.length, 0], 'each costs every query thread something');
  });
});

describe('dns-01', () => {
  test('a program of the operator proves a wildcard and the name above it, in one order', async (t) => {
    if (!hasCommands(t, ...NEEDED)) return;
    const pebble = await startPebble();
    t.after(() => pebble.stop());
    const place = keeperPlace(t);
    const script = join(place.directory, 'hook');
    writeFileSync(
      script,
      `#!/bin/sh
echo "$@" >> ${join(place.directory, 'calls')}
test "$1 $2 $3" = "$SOTTO_ACTION $SOTTO_NAME $SOTTO_VALUE" || exit 3
case "$1" in
  present) curl -sf -d "{\\"host\\":\\"$2.\\",\\"value\\":\\"$3\\"}" ${pebble.challengeUrl}/set-txt ;;
  cleanup) curl -sf -d "{\\"host\\":\\"$2.\\"}" ${pebble.challengeUrl}/clear-txt ;;
esac
`,
    );
    chmodSync(script, 0o700);
    const dns = {
      provider: { kind: 'hook', path: script, timeoutSeconds: 20 },
      propagationSeconds: 0,
      delaySeconds: 0,
    } as const;
    const source = acmeSource({
      directory: pebble.directoryUrl,
      directoryCaPath: pebble.caPath,
      challenge: 'dns-01',
      dns,
    });
    const names = ['*.home.test', 'home.test'];
    const run = testKeeper(t, { place, certificates: [{ names, source }] });
    run.keeper.start();
    await run.resting();
    assert.equal(run.given.length, 1, run.log.join('\n'));
    assert.ok(leafOf(run.given[0]!.chainPem).checkHost('phone.home.test'));
    const calls = readFileSync(join(place.directory, 'calls'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    assert.deepEqual(
      calls.map(([action, name]) => `${action} ${name}`),
      ['present', 'present', 'cleanup', 'cleanup'].map((action) => `${action} _acme-challenge.home.test`),
    );
    assert.equal(new Set(calls.map(([, , value]) => value)).size, 2);
  });
});

describe('accounts', () => {
  test('where the CA wants an account of its own, the one in the settings is used; without it, it is asked for', async (t) => {
    if (!hasCommands(t, ...NEEDED)) return;
    const http = await httpChallenges(t);
    const hmacKey = 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W';
    const pebble = await startPebble({ httpPort: http.port, externalAccounts: { 'kid-1': hmacKey } });
    t.after(() => pebble.stop());
    const place = keeperPlace(t);
    const base = acmeSource({ directory: pebble.directoryUrl, directoryCaPath: pebble.caPath });
    const runWith = async (externalAccount: typeof base.externalAccount) => {
      const run = testKeeper(t, {
        place,
        certificates: [{ names: ['dns.home.test'], source: { ...base, externalAccount } }],
      });
      http.tokens = run.tokens;
      run.keeper.start();
      await run.resting();
      return run;
    };
    const without = await runWith(undefined);
    assert.match(without.keeper.report(0)!.lastError!.message, /set eab_kid and eab_hmac_key/);
    const wrong = await runWith({ keyId: 'kid-2', hmacKey });
    assert.match(wrong.keeper.report(0)!.lastError!.message, /^the CA says: /);
    const right = await runWith({ keyId: 'kid-1', hmacKey });
    assert.equal(right.given.length, 1, right.log.join('\n'));
    // The note of the account is gone: the CA finds it by its key.
    const folder = join(place.stateDirectory, 'acme');
    for (const file of readdirSync(folder)) if (file.endsWith('.account.json')) rmSync(join(folder, file));
    rmSync(join(place.certificateDirectory, 'acme-dns.home.test.pem'));
    const again = await runWith({ keyId: 'kid-1', hmacKey });
    assert.equal(again.given.length, 1, again.log.join('\n'));
  });

  test('a CA that is down is tried again within minutes; one that forgot our account gets it anew', async (t) => {
    if (!hasCommands(t, ...NEEDED)) return;
    const http = await httpChallenges(t);
    const certificate = makeCertificate({ names: ['localhost', '127.0.0.1'] });
    t.after(() => certificate.remove());
    const [port] = await freePorts(1);
    const start = () => startPebble({ httpPort: http.port, place: { port: port!, certificate } });
    const first = await start();
    const place = keeperPlace(t);
    const source = acmeSource({ directory: first.directoryUrl, directoryCaPath: certificate.caPath });
    const run = testKeeper(t, { place, certificates: [{ names: ['dns.home.test'], source }] });
    http.tokens = run.tokens;
    run.keeper.start();
    await run.resting();
    await first.stop();
    assert.equal(run.given.length, 1, run.log.join('\n'));

    await run.turnTo(run.keeper.report(0)!.nextRenewal! + DAY);
    const { lastError, nextRenewal } = run.keeper.report(0)!;
    assert.match(lastError!.message, /^127\.0\.0\.1:\d+: .*ECONNREFUSED/);
    assert.ok(nextRenewal! >= run.now + 60_000 && nextRenewal! <= run.now + 120_000);

    const second = await start();
    t.after(() => second.stop());
    run.keeper.networkIsBack();
    await run.turnTo(run.now);
    assert.equal(run.given.length, 2, run.log.join('\n'));
    assert.match(run.log.join('\n'), /the CA may not know our account any more/);
    assert.equal(run.keeper.report(0)!.lastError, undefined);
    // By the test's clock the new certificate is old already: that is no reason to order on and on.
    assert.ok(run.keeper.report(0)!.nextRenewal! >= run.now + DAY);
    assert.match(run.log.join('\n'), /warn: .* is old already; is the clock of this machine right\?/);
  });
});
