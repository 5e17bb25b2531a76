import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ExpiryWarnings } from './expiry-warnings.ts';
import { issueAuthority } from './issue-certificate.ts';
import { DAY_MILLISECONDS } from './lifetimes.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const day = (days: number) => new Date(NOW + days * DAY_MILLISECONDS);

function certificate(lifeDays: number, leftDays: number, names = ['dns.example.org']) {
  const validity = { notBefore: day(leftDays - lifeDays), notAfter: day(leftDays) };
  return { names, chainPem: issueAuthority('test', validity).certificatePem };
}

/** On which days, looked at each hour, something is said, and what. */
function warningsOver(lifeDays: number, leftDays: number, days: number): string[] {
  const warnings = new ExpiryWarnings();
  const inUse = [certificate(lifeDays, leftDays)];
  const said: string[] = [];
  for (let hour = 0; hour <= days * 24; hour++)
    for (const text of warnings.look(inUse, day(hour / 24))) said.push(`${hour / 24}: ${text}`);
  return said;
}

describe('warnings before a certificate ends', () => {
  test('come 14, 7, 3 and 1 days before, and when it has ended, each once', () => {
    const said = warningsOver(90, 20, 25);
    assert.deepEqual(
      said.map((text) => text.split(':')[0]),
      ['6', '13', '17', '19', '20'],
    );
    assert.equal(
      said[0],
      '6: the certificate for dns.example.org ends in 14 days, on 2026-12-12, and nothing has renewed it yet; from then on clients refuse it',
    );
    assert.match(said[3]!, /ends in a day/);
    assert.equal(said[4], '20: the certificate for dns.example.org ended on 2026-12-12: clients refuse it');
  });

  test('at a start, only the last of them is told', () => {
    const [only, ...others] = warningsOver(90, 2.5, 0);
    assert.match(only!, /ends in 2 days/);
    assert.deepEqual(others, []);
    assert.match(warningsOver(90, 0.5, 0)[0]!, /ends in less than a day/);
    assert.match(warningsOver(90, -3, 0)[0]!, /ended on 2026-11-19/);
  });

  test('steps that lie before the usual renewal are left out: certificates of six days are no emergency', () => {
    assert.deepEqual(warningsOver(6.6, 6.6, 5.5), []);
    assert.equal(warningsOver(6.6, 6.6, 6).length, 1);
    assert.deepEqual(warningsOver(397, 15, 0), []);
  });

  test('what a CA wants renewed later than most is no emergency before that', () => {
    const warnings = new ExpiryWarnings();
    const planned = { ...certificate(45, 14), plannedRenewal: day(0.5).getTime() };
    assert.deepEqual(warnings.look([planned], day(0)), []);
    assert.deepEqual(warnings.look([planned], day(0.9)), []);
    assert.equal(warnings.look([planned], day(7)).length, 1);
    assert.equal(new ExpiryWarnings().look([certificate(45, 14)], day(0)).length, 1);
  });

  test('a renewed certificate is warned of anew, others beside it are not told again', () => {
    const warnings = new ExpiryWarnings();
    const [one, two] = [certificate(90, 10), certificate(90, 10, ['gateway.lan', '192.0.2.1'])];
    assert.equal(warnings.look([one, two], day(0)).length, 2);
    const renewed = certificate(90, 90);
    assert.deepEqual(warnings.look([renewed, two], day(0)), []);
    assert.deepEqual(warnings.look([renewed, two], day(3)), [
      'the certificate for gateway.lan and 1 more ends in 7 days, on 2026-12-02, and nothing has renewed it yet; from then on clients refuse it',
    ]);
    assert.equal(warnings.look([renewed], day(83)).length, 1);
  });
});
