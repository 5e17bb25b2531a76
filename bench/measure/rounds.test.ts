import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureRounds } from './rounds.ts';
import { VoidRun } from './void-run.ts';

const measures = [{ name: 'cost', unit: 'us', digits: 1 }];
/** What the host takes away has no say here: 'no matter'. */
const setting = { kinds: [], runs: 2, seconds: 1, isQuick: false, say: () => {} };

test('every round measures every subject, beginning with another one', async () => {
  const order: string[] = [];
  const subject = (name: string) => ({
    name,
    role: 'peer' as const,
    measure: async () => ({ cost: order.push(name) }),
  });
  const { rows, notes } = await measureRounds('load', [subject('a'), subject('b')], measures, setting, 'no matter');
  assert.deepEqual(order, ['a', 'b', 'b', 'a']);
  assert.deepEqual(
    rows.map(({ samples }) => samples.cost),
    [
      [1, 4],
      [2, 3],
    ],
  );
  assert.deepEqual(notes, []);
});

test('a void run is left out and told; another failure ends the bench', async () => {
  let run = 0;
  const failing = (error: Error) => ({
    name: 'a',
    role: 'peer' as const,
    measure: async () => {
      if (run++ === 0) throw error;
      return { cost: 5 };
    },
  });
  const { rows, notes } = await measureRounds(
    'load',
    [failing(new VoidRun('3 answers with SERVFAIL'))],
    measures,
    setting,
    'no matter',
  );
  assert.deepEqual(rows[0]!.samples.cost, [null, 5]);
  assert.deepEqual(notes, ['load: run 1 of a is void: 3 answers with SERVFAIL']);
  run = 0;
  await assert.rejects(measureRounds('load', [failing(new Error('broken'))], measures, setting, 'no matter'), /broken/);
});
