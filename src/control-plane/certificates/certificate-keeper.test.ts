import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { acmeSource } from '../../../test/fixtures/acme/keeper-on-a-clock.ts';
import { makeCertificate } from '../../../test/fixtures/make-certificate.ts';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import { keepCertificates } from './certificate-keeper.ts';
import { CertificatesInForce } from './certificates-in-force.ts';
import { loadCertificates } from './load-certificates.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A keeper on a clock that the test turns. */
async function keeperOn(
  t: { after(run: () => void): void },
  publish?: (certificates: readonly CertificateSnapshot[]) => Promise<void>,
) {
  const root = mkdtempSync(join(tmpdir(), 'sotto-keeper-'));
  t.after(() => rmSync(root, { recursive: true }));
  const settings = {
    certificateDirectory: join(root, 'certs'),
    certificates: [{ names: ['dns.example.org'], source: { kind: 'local-ca' } as const }],
  };
  const loaded = await loadCertificates(settings, new Date(NOW), 'gateway');
  const clock = {
    now: NOW,
    timer: undefined as { at: number; run: () => void } | undefined,
    armed: Promise.withResolvers<void>(),
  };
  const published: (readonly CertificateSnapshot[])[] = [];
  const logged: string[] = [];
  const keeper = keepCertificates(
    settings,
    loaded,
    new CertificatesInForce(
      loaded.certificates,
      publish ??
        (async (certificates) => {
          published.push(certificates);
        }),
    ),
    {
      now: () => new Date(clock.now),
      schedule(milliseconds, run) {
        clock.timer = { at: clock.now + milliseconds, run };
        clock.armed.resolve();
        return () => {
          clock.timer = undefined;
        };
      },
      log: (level, message) => logged.push(`${level}: ${message}`),
    },
  );
  /** Turns the clock to the timer and waits until the keeper has looked and armed the next one. */
  const fire = async (at = clock.timer!.at) => {
    const { run } = clock.timer!;
    clock.now = at;
    clock.timer = undefined;
    clock.armed = Promise.withResolvers();
    run();
    await clock.armed.promise;
  };
  return { root, loaded, clock, published, logged, keeper, fire };
}

test('it looks within a minute of the start, then hourly, and publishes nothing while nothing is due', async (t) => {
  const { clock, fire, published } = await keeperOn(t);
  assert.equal(clock.timer!.at - clock.now, 60_000);
  await fire();
  assert.equal(clock.timer!.at - clock.now, HOUR);
  assert.deepEqual(published, []);
});

test('it wakes when a renewal is due, publishes the new set once, and goes on', async (t) => {
  const { clock, fire, published, loaded, logged } = await keeperOn(t);
  const due = loaded.renewAt!.getTime();
  await fire(due - 10_000);
  assert.equal(clock.timer!.at, due);
  await fire();
  assert.equal(published.length, 1);
  assert.notDeepEqual(published[0], loaded.certificates);
  assert.match(logged.join('\n'), /^warn: the certificate for dns\.example\.org was made anew, since it would end/);
  await fire();
  assert.equal(published.length, 1);
});

test('it notices that a clock was set far ahead or that the machine slept', async (t) => {
  const { fire, published } = await keeperOn(t);
  await fire(NOW + 380 * DAY);
  assert.equal(published.length, 1);
});

test('a renewal that fails is logged and tried again within the hour', async (t) => {
  const { root, clock, fire, published, logged, loaded } = await keeperOn(t);
  rmSync(join(root, 'certs'), { recursive: true });
  writeFileSync(join(root, 'certs'), 'in the way');
  await fire(loaded.renewAt!.getTime());
  assert.deepEqual(published, []);
  assert.match(logged[0]!, /^error: the certificates could not be renewed: .*certs/);
  assert.equal(clock.timer!.at - clock.now, HOUR);
  rmSync(join(root, 'certs'));
  await fire();
  assert.equal(published.length, 1);
});

test('a publication that fails is tried again', async (t) => {
  const published: (readonly CertificateSnapshot[])[] = [];
  const { fire, loaded } = await keeperOn(t, async (certificates) => {
    published.push(certificates);
    if (published.length === 1) throw new Error('a thread is being restarted');
  });
  await fire(loaded.renewAt!.getTime());
  // Threads that had taken it get the former one back.
  assert.deepEqual(published.at(-1), loaded.certificates);
  await fire();
  assert.deepEqual(published.at(-1), published[0]);
  assert.notDeepEqual(published.at(-1), loaded.certificates);
});

test('what came from elsewhere in the meantime is left alone, also where nothing of it is on disk', async (t) => {
  const settings = [
    { names: ['dns.example.org'], source: { kind: 'local-ca' } as const },
    { names: ['ordered.example.org'], source: acmeSource({ directory: 'https://ca.example/dir' }) },
    { names: ['files.example.org'], source: { kind: 'files', certPath: '/none', keyPath: '/none' } as const },
  ];
  const foreign = makeCertificate({ names: ['ordered.example.org'] });
  t.after(() => foreign.remove());
  const snapshot = { names: ['ordered.example.org'], keyPem: foreign.keyPem, chainPem: foreign.certPem };
  const root = mkdtempSync(join(tmpdir(), 'sotto-keeper-'));
  t.after(() => rmSync(root, { recursive: true }));
  const choice = { certificateDirectory: join(root, 'certs'), certificates: settings };
  const loaded = await loadCertificates(choice, new Date(NOW), 'gateway', [undefined, undefined, snapshot]);
  assert.deepEqual([...loaded.fromLocalCa], loaded.certificates.slice(0, 2), 'a stand-in until the order is done');
  const inForce = new CertificatesInForce(loaded.certificates, async () => undefined);
  await inForce.replace(1, snapshot);
  let renew = (): void => undefined;
  const done = Promise.withResolvers<void>();
  let isArmed = false;
  keepCertificates(choice, loaded, inForce, {
    now: () => new Date(loaded.renewAt!),
    schedule: (_milliseconds, run) => {
      if (isArmed) done.resolve();
      isArmed = true;
      renew = run;
      return () => undefined;
    },
    log: () => undefined,
  });
  renew();
  await done.promise;
  assert.notEqual(inForce.current[0], loaded.certificates[0]);
  assert.deepEqual(inForce.current.slice(1), [snapshot, snapshot]);
});

test('once stopped it waits for nothing', async (t) => {
  const { clock, keeper } = await keeperOn(t);
  keeper.stop();
  assert.equal(clock.timer, undefined);
});
