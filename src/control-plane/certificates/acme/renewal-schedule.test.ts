import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, test } from 'node:test';
import { makeCertificate } from '../../../../test/fixtures/make-certificate.ts';
import { AcmeFailure } from './acme-failure.ts';
import type { Remembered } from './acme-state.ts';
import { RenewalSchedule } from './renewal-schedule.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const made = makeCertificate({ names: ['dns.example.org'], days: 90 });
after(() => made.remove());
const leaf = new X509Certificate(made.certPem);
const BEGIN = leaf.validFromDate.getTime();
const TWO_THIRDS = BEGIN + ((leaf.validToDate.getTime() - BEGIN) * 2) / 3;

/** A schedule on a clock, which can be started again on what was kept. */
function stage(now = BEGIN) {
  const kept = new Map<string, Remembered>();
  const clock = { now };
  const open = (certificate: X509Certificate | undefined, settingsId = 'one') =>
    new RenewalSchedule(
      {
        certificateId: 'dns.example.org',
        settingsId,
        state: { get: (id) => kept.get(id), set: (id, remembered) => void kept.set(id, remembered) },
        now: () => clock.now,
        random: () => 0.5,
      },
      certificate,
    );
  return { clock, open };
}

test('without a certificate one is wanted at once; with one, after two thirds of its life, whatever is kept of it', () => {
  const { open } = stage();
  assert.equal(open(undefined).orderAt(true), 0);
  const schedule = open(leaf);
  assert.ok(Math.abs(schedule.orderAt(false) - TWO_THIRDS) < 1000);
  assert.equal(schedule.orderAt(true), 0, 'it is not the right one');
  assert.equal(schedule.isOverdue, false);
  assert.equal(stage(TWO_THIRDS + DAY).open(leaf).isOverdue, true);
});

test('failures are waited for longer each time, also over a restart, until the settings change', () => {
  const { clock, open } = stage();
  const schedule = open(undefined);
  const failure = new AcmeFailure('authorization', 'nobody at port 443');
  const first = schedule.failed(failure);
  assert.deepEqual([first.isRepeated, schedule.orderAt(true)], [false, first.retryAt]);
  assert.ok(first.retryAt - clock.now >= HOUR);
  clock.now = first.retryAt;
  const second = schedule.failed(failure);
  assert.ok(second.isRepeated && second.retryAt - clock.now >= 2 * HOUR);
  assert.equal(open(undefined).orderAt(true), second.retryAt);
  assert.deepEqual(open(undefined).lastError, { at: clock.now, message: 'nobody at port 443' });
  assert.equal(open(undefined, 'another').orderAt(true), 0);
  clock.now -= 4_000 * DAY;
  assert.equal(schedule.orderAt(true), 0, 'a clock that was wrong then');
});

test('a network that is back ends the wait for it, and no other', () => {
  const { clock, open } = stage();
  const expectWait = (failure: AcmeFailure, isOver: boolean): void => {
    const schedule = open(undefined, failure.message);
    schedule.failed(failure);
    assert.equal(schedule.networkIsBack(), isOver, failure.message);
    assert.equal(schedule.orderAt(true) <= clock.now, isOver, failure.message);
  };
  expectWait(new AcmeFailure('network', 'no route'), true);
  expectWait(new AcmeFailure('network', 'too busy', { retryAfterSeconds: 600 }), false);
  expectWait(new AcmeFailure('refused', 'not this name'), false);
});

test('after a new certificate there is a pause, even where it is old already', () => {
  const { clock, open } = stage(TWO_THIRDS + 10 * DAY);
  const schedule = open(undefined);
  schedule.failed(new AcmeFailure('network', 'no route'));
  schedule.succeeded(leaf);
  assert.equal(schedule.isOverdue, true);
  assert.equal(schedule.orderAt(false), clock.now + DAY);
  assert.equal(schedule.lastError, undefined);
  assert.equal(schedule.askAt, clock.now, 'the CA is asked about it at once');
  assert.equal(open(undefined).orderAt(true), 0, 'it was taken away');
});

test('a certificate that could not be stored is not ordered again right after a restart, and why is kept', () => {
  const { clock, open } = stage();
  const schedule = open(undefined);
  schedule.succeeded(leaf, 'the disk is full');
  assert.equal(open(undefined).orderAt(true), clock.now + DAY);
  assert.deepEqual(open(undefined).lastError, { at: clock.now, message: 'the disk is full' });
  schedule.stored();
  assert.equal(open(leaf).lastError, undefined);
  assert.equal(open(undefined).orderAt(true), 0, 'it was there, and somebody took it away');
});

test('that it could be stored makes no failure since then forgotten', () => {
  const { open } = stage();
  const schedule = open(undefined);
  schedule.succeeded(leaf, 'the disk is full');
  const { retryAt } = schedule.failed(new AcmeFailure('network', 'no route'));
  schedule.stored();
  assert.equal(schedule.lastError!.message, 'no route');
  assert.equal(open(undefined).orderAt(true), retryAt);
});

test('certificates that live for minutes are renewed before they end, too', () => {
  for (const minutes of [10, 30, 60, 90]) {
    const { clock, open } = stage();
    const life = minutes * 60_000;
    const short = { serialNumber: '1', validFromDate: new Date(BEGIN), validToDate: new Date(BEGIN + life) };
    const schedule = open(undefined);
    schedule.succeeded(short as X509Certificate);
    const share = (schedule.orderAt(false) - clock.now) / life;
    assert.ok(Math.abs(share - 2 / 3) < 0.01, `${minutes} minutes: after ${share} of its life`);
  }
});

test('what the CA wishes changes the plan once, and when it is asked next', () => {
  const { clock, open } = stage();
  const schedule = open(leaf);
  const window = { startAt: BEGIN + 10 * DAY, endAt: BEGIN + 12 * DAY };
  const information = { ...window, askAgainSeconds: 7_200, explanationUrl: undefined };
  assert.equal(schedule.heard(leaf, information), true);
  assert.equal(schedule.orderAt(false), BEGIN + 11 * DAY);
  assert.equal(schedule.askAt, clock.now + 2 * HOUR);
  assert.equal(schedule.heard(leaf, information), false);
  assert.equal(open(leaf).orderAt(false), BEGIN + 11 * DAY, 'kept');
  schedule.heardNothing();
  assert.deepEqual([schedule.askAt, schedule.orderAt(false)], [clock.now + HOUR, BEGIN + 11 * DAY]);
  assert.equal(schedule.heard(leaf, undefined), true);
  assert.ok(Math.abs(schedule.orderAt(false) - TWO_THIRDS) < 1000);
  assert.equal(schedule.askAt, clock.now + DAY);
});
