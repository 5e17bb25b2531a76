import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reachability } from './reachability.ts';
import { createUpstreamNotes } from './upstream-notes.ts';

test('the first answer after a failure begins a new epoch for all threads, further ones do not', () => {
  const notes = createUpstreamNotes();
  const thread = new Reachability(notes);
  const other = new Reachability(notes);
  other.noteAnswer(99);
  const before = thread.epoch;
  thread.noteFailureKept(105, true);
  assert.equal(thread.epoch, before);
  other.noteAnswer(101);
  assert.equal(thread.epoch, before + 1);
  other.noteAnswer(102);
  thread.noteReached();
  assert.equal(thread.epoch, before + 1);
  assert.equal(thread.answeredAtSeconds, 102);
});

test('a failure of one name is no reason for a new epoch', () => {
  const reachability = new Reachability(createUpstreamNotes());
  const before = reachability.epoch;
  reachability.noteFailureKept(105, false);
  reachability.noteAnswer(101);
  assert.equal(reachability.epoch, before);
});

test('the way back may be found without any answer', () => {
  const reachability = new Reachability(createUpstreamNotes());
  const before = reachability.epoch;
  reachability.noteFailureKept(105, true);
  reachability.noteReached();
  assert.equal(reachability.epoch, before + 1);
});

test('it is out from a failure because nothing answered until an answer, as every thread sees', () => {
  const notes = createUpstreamNotes();
  const thread = new Reachability(notes);
  const other = new Reachability(notes);
  thread.noteFailureKept(105, false);
  assert.equal(other.isOut, false);
  thread.noteFailureKept(105, true);
  assert.equal(other.isOut, true);
  other.noteAnswer(101);
  assert.equal(thread.isOut, false);
});

test('failures are looked for until the last one is over', () => {
  const reachability = new Reachability(createUpstreamNotes());
  assert.equal(reachability.failuresKeptUntilSeconds, 0);
  reachability.noteFailureKept(400, false);
  reachability.noteFailureKept(105, true);
  assert.equal(reachability.failuresKeptUntilSeconds, 400);
});
