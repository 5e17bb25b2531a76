import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hex, message, name, pointer, question, record } from '../../test/fuzz/wire/messages.ts';
import { HeldName } from './held-name.ts';
import { NameWork } from './name.ts';
import { nameToText } from './name-text.ts';
import { TYPE } from './numbers.ts';

const ADDRESS = hex('c0000201');
const QUESTION_AT = 12;

/** An answer whose only record is owned by `owner`, which begins right behind the question. */
function answer(asked: string, owner: Uint8Array): Uint8Array {
  return message({
    questions: [question(name(asked), TYPE.A)],
    answers: [record(owner, TYPE.A, 60, ADDRESS)],
  });
}

function ownerAt(asked: string): number {
  return QUESTION_AT + name(asked).length + 4;
}

function held(holder: HeldName, octets: Uint8Array, offset: number): string | undefined {
  return holder.hold(octets, offset, octets.length) ? nameToText(holder.octets) : undefined;
}

test('a name of the message before is not taken for the one that stands at its place in the next', () => {
  const holder = new HeldName(new NameWork());
  holder.begin();
  const compressed = answer('one.test', pointer(QUESTION_AT));
  assert.equal(held(holder, compressed, QUESTION_AT), 'one.test');
  const plain = answer('two.test', name('Two.Test'));
  holder.begin();
  assert.equal(held(holder, plain, QUESTION_AT), 'two.test');
  assert.equal(held(holder, plain, ownerAt('two.test')), 'two.test');
  holder.begin();
  assert.equal(held(holder, answer('six.test', name('bank.test')), ownerAt('six.test')), 'bank.test');
  const second = answer('ten.test', pointer(QUESTION_AT));
  holder.begin();
  assert.equal(held(holder, second, ownerAt('ten.test')), 'ten.test');
  const third = answer('owl.test', pointer(QUESTION_AT));
  holder.begin();
  assert.equal(held(holder, third, ownerAt('owl.test')), 'owl.test', 'by a pointer to the same place');
});

test('a name that is held already costs nothing, a malformed one is held by nobody, and each message begins anew', () => {
  const work = new NameWork();
  const holder = new HeldName(work);
  const octets = answer('one.test', pointer(QUESTION_AT));
  holder.begin();
  held(holder, octets, QUESTION_AT);
  const once = work.octets;
  assert.ok(once > 0);
  held(holder, octets, QUESTION_AT);
  assert.equal(work.octets, once);
  const broken = answer('one.test', hex('4001'));
  assert.equal(held(holder, broken, ownerAt('one.test')), undefined);
  assert.ok(work.octets > once, 'what it took to see that counts');
  holder.begin();
  assert.equal(work.octets, 0);
  assert.equal(held(holder, octets, QUESTION_AT), 'one.test');
});
