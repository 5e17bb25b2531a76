import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadLibc } from './libc.ts';
import { keepReadBuffersApart } from './native-memory.ts';

const isGlibc = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime;
const lack = isGlibc === undefined ? 'not glibc' : loadLibc() === undefined ? 'no koffi' : false;

test('glibc takes the settings, a second time too', { skip: lack }, () => {
  assert.equal(keepReadBuffersApart(), true);
  assert.equal(keepReadBuffersApart(), true);
});
