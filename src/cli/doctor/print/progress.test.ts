import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from './progress.ts';

function shownOn(isTTY: boolean): string {
  let written = '';
  const write = (text: string): boolean => {
    written += text;
    return true;
  };
  const progress = new Progress({ isTTY, write } as NodeJS.WriteStream);
  progress.show('the clock');
  progress.hide();
  return written;
}

test('progress is shown on a terminal that can take it back, and on no other', (t) => {
  const { TERM } = process.env;
  t.after(() => {
    if (TERM === undefined) delete process.env.TERM;
    else process.env.TERM = TERM;
  });
  process.env.TERM = 'xterm';
  assert.match(shownOn(true), /looking at the clock/);
  assert.equal(shownOn(false), '');
  process.env.TERM = 'dumb';
  assert.equal(shownOn(true), '');
});
