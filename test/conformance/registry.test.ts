// The list of statements, its tests, its mutations and its document belong together.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { conformanceDocument, DOCUMENT } from './conformance-document.ts';
import { findEvidence } from './evidence.ts';
import { MUTATIONS } from './mutations/index.ts';
import { SECTIONS } from './statements/index.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');
const statements = SECTIONS.flatMap((section) => section.statements);
const ids = new Set(statements.map(({ id }) => id));

test('every statement stands once, in its section, in order', () => {
  for (const { letter, statements } of SECTIONS) {
    const numbers = statements.map((_unused, index) => `${letter}${String(index + 1).padStart(2, '0')}`);
    assert.deepEqual(
      statements.map(({ id }) => id),
      numbers,
    );
  }
});

test('every test and every mutation bears the ID of a statement', () => {
  const unknown = [...findEvidence(), ...MUTATIONS]
    .filter(({ id }) => !ids.has(id))
    .map(({ id, file }) => `${id} ${file}`);
  assert.deepEqual(unknown, []);
});

test('every mutation changes what stands once in its file', () => {
  for (const { id, file, from, to } of MUTATIONS) {
    const path = join(PROJECT_ROOT, file);
    assert.ok(existsSync(path), `${id}: ${file} is not there`);
    assert.equal(readFileSync(path, 'utf8').split(from).length, 2, `${id}: ${file}: ${from}`);
    assert.notEqual(from, to, id);
  }
});

test('every statement has a test, or the reason why not', () => {
  const shown = new Set(findEvidence().map(({ id }) => id));
  const bare = statements.filter(({ id, deviation, planned }) => !shown.has(id) && !deviation && !planned);
  assert.deepEqual(
    bare.map(({ id }) => id),
    [],
  );
});

test('the document is what the sources say (npm run conformance -- --write)', () => {
  assert.equal(readFileSync(join(PROJECT_ROOT, DOCUMENT), 'utf8'), conformanceDocument());
});
