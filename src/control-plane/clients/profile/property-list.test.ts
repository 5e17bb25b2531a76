import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCommands } from '../../../../test/setup/require-components.ts';
import { isWritableText, type PropertyValue, propertyList } from './property-list.ts';
import { stableUuid } from './stable-uuid.ts';

/** Python's reader of property lists, all of them in one process; octets come back as a list with a mark in front. */
function readByPython(lists: readonly string[]): unknown {
  const program = `
import json, plistlib, sys
plain = lambda v: ['octets', *v] if isinstance(v, bytes) else {k: plain(x) for k, x in v.items()} if isinstance(v, dict) else [plain(x) for x in v] if isinstance(v, list) else v
print(json.dumps([plain(plistlib.loads(text.encode())) for text in json.load(sys.stdin)]))`;
  return JSON.parse(execFileSync('python3', ['-c', program], { input: JSON.stringify(lists), encoding: 'utf8' }));
}

function plain(value: PropertyValue): unknown {
  if (value instanceof Uint8Array) return ['octets', ...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, it]) => (it === undefined ? [] : [[key, plain(it)]])));
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((it) => isWritableText(it) && !it.includes('\r'));
const { value } = fc.letrec<{ value: PropertyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.boolean(),
    fc.integer(),
    fc.uint8Array({ maxLength: 200 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, fc.option(tie('value'), { nil: undefined }), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

test('another reader of property lists reads back what was written', (t) => {
  if (!hasCommands(t, 'python3')) return;
  const values = [
    { '<key>&amp;': ['</string>', ']]>', '"', "'", '<![CDATA[', ' a ', ''] },
    ...fc.sample(value, { numRuns: 300, seed: 20_261_122 }),
  ];
  assert.deepEqual(readByPython(values.map(propertyList)), values.map(plain));
});

test('texts that XML cannot hold are told from those that it can', () => {
  for (const writable of ['', 'Café & <co> "x"', 'a\tb', '📱']) assert.equal(isWritableText(writable), true, writable);
  for (const unwritable of ['a\u0000b', '\u001b[0m', '\ud83d', '\ufffe'])
    assert.equal(isWritableText(unwritable), false);
});

test('a UUID follows from its name, and bears its version and variant', () => {
  assert.equal(stableUuid('dns.example.org'), stableUuid('dns.example.org'));
  assert.notEqual(stableUuid('dns.example.org'), stableUuid('dns.example.com'));
  assert.match(stableUuid('dns.example.org'), /^[0-9A-F]{8}-[0-9A-F]{4}-5[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/);
});
