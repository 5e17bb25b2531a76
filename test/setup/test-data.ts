// Real-world data for tests that want it: lists, names, packets. Not part of the project; absent, the test is skipped.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');
const DIRECTORY = process.env.SOTTO_TEST_DATA ?? join(PROJECT_ROOT, '..', 'shared', 'data');

/** The file's octets (unpacked if its name ends in .gz), or undefined after skipping the test with a reason. */
export function readTestData(test: TestContext, path: string): Buffer | undefined {
  const file = join(DIRECTORY, path);
  if (!existsSync(file)) {
    test.skip(`real data not found: ${path} (SOTTO_TEST_DATA names the folder)`);
    return undefined;
  }
  const bytes = readFileSync(file);
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}
