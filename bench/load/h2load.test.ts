import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkH2load } from './checked-load.ts';
import { parseH2load } from './h2load.ts';

const OUTPUT = `finished in 2.00s, 45000.50 req/s, 4.10MB/s
requests: 90001 total, 90257 started, 90001 done, 90001 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 90001 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 8.20MB (8600000) total, 1.20MB (1250000) headers (space savings 80.00%), 4.29MB (4500050) data
                     min         max         mean         sd        +/- sd
time for request:      210us     12.50ms      5.60ms      1.00ms    80.00%
time for connect:     1.00ms      4.00ms      2.00ms      1.00ms    60.00%
`;

test('answers, failures, octets and latency are read from what h2load prints', () => {
  assert.deepEqual(parseH2load(OUTPUT), {
    started: 90257,
    answered: 90001,
    failed: 0,
    requestsPerSecond: 45000.5,
    bodyBytes: 4500050,
    averageLatencySeconds: 0.0056,
  });
  assert.throws(() => parseH2load('could not connect'), /something else/);
});

test('failed requests and answers of another size than right ones void a run', () => {
  const result = parseH2load(OUTPUT);
  checkH2load(result, 50);
  assert.throws(() => checkH2load(result, 66), /octets/);
  assert.throws(() => checkH2load({ ...result, failed: 1000 }, 50), /1000 requests failed/);
  assert.throws(() => checkH2load({ ...result, answered: 0 }, 50), /no answers/);
});
