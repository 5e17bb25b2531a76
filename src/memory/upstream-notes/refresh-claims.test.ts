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
  const claim = thread.claim(key, 100);
  assert.notEqual(claim, 0);
  assert.equal(thread.claim(key, 100), 0);
  assert.equal(other.claim(key, 102), 0);
  thread.release(key, claim);
  assert.notEqual(other.claim(key, 102), 0);
  assert.notEqual(thread.claim(key, 120), 0, 'a thread that died keeps nothing');
});

test('who took longer than a claim holds does not end the claim of another', () => {
  const claims = new RefreshClaims(createUpstreamNotes());
  turnKeyTo(key, 1);
  const first = claims.claim(key, 100);
  assert.notEqual(claims.claim(key, 110), 0);
  claims.release(key, first);
  assert.equal(claims.claim(key, 111), 0);
});

test('a claim far in the future is none', () => {
  const notes = createUpstreamNotes();
  const claims = new RefreshClaims(notes);
  turnKeyTo(key, 1);
  assert.notEqual(claims.claim(key, 1_000_000), 0);
  assert.notEqual(claims.claim(key, 100), 0);
});

test('answers spread over the places', () => {
  const claims = new RefreshClaims(createUpstreamNotes());
  let claimed = 0;
  for (let number = 0; number < CLAIM_PLACES; number++) if (claims.claim(turnKeyTo(key, number), 100) !== 0) claimed++;
  // 1 - 1/e of them, if they fall at random.
  assert.ok(claimed > CLAIM_PLACES * 0.55, `${claimed} of ${CLAIM_PLACES}`);
});
