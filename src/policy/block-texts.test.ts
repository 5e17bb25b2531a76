import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TableSource } from '../memory/block-table/block-table.ts';
import { BlockTexts } from './block-texts.ts';
import { REASON } from './decide.ts';

function list(name: string): TableSource {
  return { name, kind: 'list', action: 'block' };
}

function textOf(octets: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(octets);
}

test('a block names the list it comes from, or the own rules', () => {
  const texts = new BlockTexts([list('stevenblack'), { name: 'rules', kind: 'rules', action: 'block' }]);
  assert.equal(textOf(texts.textFor(REASON.LIST_BLOCKS, 0)), 'blocked by stevenblack');
  assert.equal(textOf(texts.textFor(REASON.RULE_BLOCKS, 1)), 'blocked by a rule of this gateway');
  assert.equal(textOf(texts.textFor(REASON.NOT_ALLOWLISTED, -1)), 'not on an allow list');
});

test('a source that is not there, as after a change of tables, still gets a text', () => {
  const texts = new BlockTexts([]);
  assert.equal(textOf(texts.textFor(REASON.LIST_BLOCKS, 5)), 'blocked');
  assert.equal(textOf(texts.textFor(REASON.LIST_BLOCKS, -1)), 'blocked');
});

test('however long or odd a list is named, the text is UTF-8 of at most 100 octets without control characters', () => {
  for (const name of [
    'x'.repeat(500),
    'ж'.repeat(99),
    '👾'.repeat(60),
    `a${'👾'.repeat(60)}`,
    'two\nlines\0',
    '\ud800',
  ]) {
    const octets = new BlockTexts([list(name)]).textFor(REASON.LIST_BLOCKS, 0);
    assert.ok(octets.length <= 100, `${octets.length} octets`);
    const text = textOf(octets);
    assert.doesNotMatch(text, /\p{Cc}/u);
    assert.ok(text.startsWith('blocked by '));
  }
  const cut = new BlockTexts([list('👾'.repeat(60))]).textFor(REASON.LIST_BLOCKS, 0);
  assert.equal(textOf(cut), `blocked by ${'👾'.repeat(22)}`);
});

test('the same octets are handed out each time', () => {
  const texts = new BlockTexts([list('ads')]);
  assert.equal(texts.textFor(REASON.LIST_BLOCKS, 0), texts.textFor(REASON.LIST_BLOCKS, 0));
});
