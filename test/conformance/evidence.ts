// Which tests show which statement, read from the sources without running them: calls of `conforms`, and tests anywhere whose name
// begins with an ID.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMED_TRANSPORTS } from './over-transports.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

export interface Evidence {
  readonly id: string;
  /** Path from the project's root. */
  readonly file: string;
  /** Over which the test runs; undefined for a test that has its own ways. */
  readonly transports: readonly string[] | undefined;
}

const CONFORMS = /\bconforms\w*\(\s*'([A-Z]\d\d)',\s*(\[[^\]]*\]|[A-Z_]+),/g;
const NAMED_TEST = /\b(?:test|it|describe)\(\s*['"`]((?:[A-Z]\d\d )+)/g;

/** In the order of the files' names. */
export function findEvidence(): Evidence[] {
  const files = globSync(['src/**/*.test.ts', 'test/**/*.test.ts', 'test/fixtures/*.ts'], { cwd: PROJECT_ROOT }).sort();
  return files.flatMap((file) => {
    const text = readFileSync(join(PROJECT_ROOT, file), 'utf8');
    const overTheWire = [...text.matchAll(CONFORMS)].map(([, id, transports]) => ({
      id: id!,
      file,
      transports: transportsIn(transports!, file),
    }));
    const named = [...text.matchAll(NAMED_TEST)].flatMap(([, ids]) =>
      ids!
        .trimEnd()
        .split(' ')
        .map((id) => ({ id, file, transports: undefined })),
    );
    return [...overTheWire, ...named];
  });
}

/** Matches the names, with those of the tests around them, of all tests that show one of these statements. */
export function testNamePattern(ids: readonly string[]): string {
  return `(?:^| )(?:${ids.join('|')}) `;
}

function transportsIn(source: string, file: string): readonly string[] {
  if (source.startsWith('[')) return [...source.matchAll(/'([^']+)'/g)].map(([, name]) => name!);
  const transports = NAMED_TRANSPORTS.get(source);
  if (transports === undefined) throw new Error(`${file}: ${source} is no list of transports in over-transports.ts`);
  return transports;
}
