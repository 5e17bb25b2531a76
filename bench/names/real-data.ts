// Real-world data, where it is. Not part of the project; without it names are generated.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const DIRECTORY = process.env.SOTTO_TEST_DATA ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'data');

/** Lines of a text file, unpacked if its name ends in .gz; undefined if it is not there. */
export function readRealLines(path: string): string[] | undefined {
  const file = join(DIRECTORY, path);
  if (!existsSync(file)) return undefined;
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1').trimEnd().split('\n');
}
