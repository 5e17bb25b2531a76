import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ListEvent, listEventText } from './list-events.ts';

const PROGRESS = {
  kind: 'progress',
  list: 'ads',
  state: 'receiving',
  receivedBytes: 0,
  totalBytes: undefined,
} as const;
const UPDATED = {
  kind: 'list-updated',
  ...{ list: 'ads', names: 4, format: 'addresses' },
  ...{ faultyLines: 0, firstFaults: [], bytes: 60 },
} as const;

for (const [event, level, text] of [
  [{ ...PROGRESS, state: 'connecting' }, 'debug', 'connecting'],
  [{ ...PROGRESS, receivedBytes: 1_500_000, totalBytes: 3_000_000 }, 'info', '1.5 MB of 3.0 MB received'],
  [{ ...PROGRESS, receivedBytes: 900, totalBytes: 1_800 }, 'info', '0.9 kB of 1.8 kB received'],
  [{ ...PROGRESS, receivedBytes: 70_000 }, 'info', '0.1 MB received'],
  [
    { ...PROGRESS, state: 'comparing', receivedBytes: 31 },
    'debug',
    'the new version is being compared with the one in force',
  ],
  [UPDATED, 'info', '4 rules (addresses format)'],
  [{ ...UPDATED, names: 1, format: 'regex' }, 'info', '1 rule (regex format)'],
] as const satisfies readonly (readonly [ListEvent, string, string])[])
  test(`the log says of a list: "${text}"`, () => {
    assert.deepEqual(listEventText(event), { level, message: `list "ads": ${text}` });
  });
