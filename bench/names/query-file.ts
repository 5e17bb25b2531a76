// Files of questions as dnsperf reads them: a line "name type" each.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../test/fixtures/temporary-directory.ts';

export interface Question {
  readonly name: string;
  readonly type: string;
}

/** The file's path; it is gone when this process ends. */
export function writeQueryFile(questions: readonly Question[]): string {
  const path = join(temporaryDirectory('bench-queries').path, 'queries.txt');
  writeFileSync(path, questions.map(({ name, type }) => `${name} ${type}\n`).join(''));
  return path;
}

export function addressQuestions(names: readonly string[]): Question[] {
  return names.map((name) => ({ name, type: 'A' }));
}
