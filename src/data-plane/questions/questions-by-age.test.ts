import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blankKey } from '../answers/answer-key.ts';
import { PendingQuestion, type QuestionOwner } from './pending-question.ts';
import { LATE_MILLISECONDS, QuestionsByAge } from './questions-by-age.ts';

const NOBODY: QuestionOwner = { ask() {}, onAnswer() {}, onFailure() {}, onLate() {} };

test('whatever is asked and answered in whatever order, each question that takes 1.8 s is told once, the oldest first', (t) => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('ask' as const) }),
    fc.record({ kind: fc.constant('answer' as const), place: fc.nat(30) }),
    fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.integer({ min: 1, max: 1_000 }) }),
  );
  const property = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let now = 1_000;
    const late: PendingQuestion[] = [];
    const waiting: { question: PendingQuestion; askedAt: number }[] = [];
    const byAge = new QuestionsByAge(
      () => now,
      (question) => late.push(question),
    );
    /** One millisecond after the other, as time passes. */
    const pass = (milliseconds: number): void => {
      for (let i = 0; i < milliseconds; i++) {
        now++;
        t.mock.timers.tick(1);
      }
    };
    for (const step of steps) {
      if (step.kind === 'ask') {
        const question = new PendingQuestion(blankKey(), -1, 0, NOBODY);
        byAge.add(question);
        waiting.push({ question, askedAt: now });
      } else if (step.kind === 'answer') {
        const [answered] = waiting.splice(step.place, 1);
        if (answered !== undefined) byAge.remove(answered.question);
      } else pass(step.milliseconds);
      const overdue = waiting.filter(({ askedAt }) => now - askedAt >= LATE_MILLISECONDS);
      for (const { question } of overdue) assert.ok(late.includes(question), 'told');
      for (const { question, askedAt } of waiting) {
        if (now - askedAt < LATE_MILLISECONDS - 100) assert.ok(!late.includes(question), 'not too early');
      }
    }
    assert.equal(new Set(late).size, late.length, 'once');
    for (const [index, question] of late.slice(1).entries()) {
      assert.ok(question.askedAtMilliseconds >= late[index]!.askedAtMilliseconds, 'the oldest first');
    }
    t.mock.timers.reset();
  });
  fc.assert(property, { seed: 1_800, numRuns: 100 });
});

test('there is one timer, also when those who are told of a late question ask another', (t) => {
  const timers: (() => void)[] = [];
  t.mock.method(globalThis, 'setTimeout', ((callback: () => void) => {
    timers.push(callback);
    return { unref() {} };
  }) as never);
  let now = 1_000;
  let isChatty = true;
  const add = (): void => byAge.add(new PendingQuestion(blankKey(), -1, 0, NOBODY));
  const byAge = new QuestionsByAge(
    () => now,
    () => isChatty && add(),
  );
  add();
  for (let round = 0; round < 5; round++) {
    now += 1_000;
    add();
    now += 1_000;
    for (const fire of timers.splice(0)) fire();
    assert.equal(timers.length, 1);
  }
  isChatty = false;
  now += 2_000;
  for (const fire of timers.splice(0)) fire();
  assert.equal(timers.length, 0, 'and none where nobody waits');
  add();
  assert.equal(timers.length, 1);
});
