import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VoidRun } from '../measure/void-run.ts';
import { checkDnsperf } from './checked-load.ts';
import { parseDnsperf } from './dnsperf.ts';

const OUTPUT = `DNS Performance Testing Tool
Version 2.10.0

> NOERROR a.example.org A 0.000125
> NXDOMAIN b.example.org A 0.001000
[Status] Testing complete (time limit)

Statistics:

  Queries sent:         1000
  Queries completed:    998 (99.80%)
  Queries lost:         2 (0.20%)

  Response codes:       NOERROR 900 (90.18%), NXDOMAIN 98 (9.82%)
  Average packet size:  request 34, response 50
  Run time (s):         2.000000
  Queries per second:   499.000000

  Average Latency (s):  0.000350 (min 0.000020, max 0.004)
  Latency StdDev (s):   0.000100
`;

test('counts, response codes and latencies are read from what dnsperf prints', () => {
  assert.deepEqual(parseDnsperf(OUTPUT), {
    sent: 1000,
    answered: 998,
    lost: 2,
    rcodes: { NOERROR: 900, NXDOMAIN: 98 },
    answersPerSecond: 499,
    averageLatencySeconds: 0.00035,
    latenciesSeconds: [0.000125, 0.001],
  });
});

test('a run without any answer is read too, and anything else is an error', () => {
  const silent = OUTPUT.replace('completed:    998', 'completed:    0').replace(/ {2}Response codes.*\n/, '');
  assert.deepEqual(parseDnsperf(silent).rcodes, {});
  assert.throws(() => parseDnsperf('Error: unable to open file'), /something else/);
});

test('lost answers, other codes and silence void a run', () => {
  const result = { ...parseDnsperf(OUTPUT), lost: 1 };
  checkDnsperf(result, ['NOERROR', 'NXDOMAIN']);
  assert.throws(() => checkDnsperf(result, ['NOERROR']), new VoidRun('98 answers with NXDOMAIN'));
  assert.throws(() => checkDnsperf({ ...result, lost: 2 }, ['NOERROR', 'NXDOMAIN']), /2 of 1000/);
  assert.throws(() => checkDnsperf({ ...result, answered: 0 }, ['NOERROR']), /no answers/);
});
