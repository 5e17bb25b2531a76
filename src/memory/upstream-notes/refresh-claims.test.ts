import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newKey, turnKeyTo } from '../../../test/fixtures/self-checking-answer.ts';
import { RefreshClaims } from './refresh-claims.ts';
import { CLAIM_PLACES, createUpstreamNotes } from './upstream-notes.ts';

const key = newKey();

test('of all threads one may fetch an answer, until it says that it has, or its time is over', () => {
  const notes = createUpstreamNotes();
  const [thread, other] = [new RefreshClaims(notes), new RefreshClaims(notes)];
  turnKeyTo(key, 1);
  assert.equal(thread.claim(key, 100), true);
  assert.equal(thread.claim(key, 100), false);
  assert.equal(other.claim(key, 102), false);
  thread.release(key);
  assert.equal(other.claim(key, 102), true);
  assert.equal(thread.claim(key, 120), true, 'a thread that died keeps nothing');
});

test('a claim far in the future is none', () => {
  const notes = createUpstreamNotes();
  const claims = new RefreshClaims(notes);
  turnKeyTo(key, 1);
  assert.equal(claims.claim(key, 1_000_000), true);
  assert.equal(claims.claim(key, 100), true);
});

test('answers spread over the places', () => {
  const claims = new RefreshClaims(createUpstreamNotes());
  let claimed = 0;
  for (let number = 0; number < CLAIM_PLACES; number++) if (claims.claim(turnKeyTo(key, number), 100)) claimed++;
  // 1 - 1/e of them, if they fall at random.
  assert.ok(claimed > CLAIM_PLACES * 0.55, `${claimed} of ${CLAIM_PLACES}`);
});
