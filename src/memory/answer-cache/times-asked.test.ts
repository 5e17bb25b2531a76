import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillAnswer, newKey, turnKeyTo } from '../../../test/fixtures/self-checking-answer.ts';
import { AnswerCache, CachedAnswer, createAnswerCache } from './answer-cache.ts';

test('an answer tells how often it was asked for, up to three, to every thread', () => {
  const buffer = createAnswerCache(1e6);
  const cache = new AnswerCache(buffer, 1);
  const other = new AnswerCache(buffer, 2);
  const key = turnKeyTo(newKey(), 1);
  const answer = new CachedAnswer();
  assert.equal(cache.timesAsked(key), 0);
  fillAnswer(answer, 1, 1, 0, 60);
  cache.store(key, answer);
  for (const times of [0, 1, 2, 3, 3]) {
    assert.equal(other.timesAsked(key), times);
    cache.find(key, 0, answer);
  }
  assert.equal(cache.timesAsked(turnKeyTo(newKey(), 2)), 0);
});
