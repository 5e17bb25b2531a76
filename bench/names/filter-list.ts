// A list of rules that no look-up finds alone: regular expressions, names with `*`, and rules with modifiers, as many as the larger public
// lists of this kind have. They concern names that nobody asks for: what is measured is what it costs to know them.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../test/fixtures/temporary-directory.ts';
import { madeNames } from './popular-names.ts';

const REGEXES = 200;
const GLOBS = 100;
const MODIFIED = 5_000;
const SEED = 77;

const MODIFIERS = [
  '$important',
  '$dnstype=A|AAAA',
  '$denyallow=good.example',
  '$dnsrewrite=192.0.2.1',
  '$client=192.0.2.9',
];

export interface FilterList {
  readonly path: string;
  readonly origin: string;
}

export function filterList(): FilterList {
  const names = madeNames(REGEXES + GLOBS + MODIFIED, SEED).map((name) => name.replaceAll('.', '-'));
  const regexes = names.slice(0, REGEXES).map((name, index) => {
    const forms = [`/^${name}[0-9]*\\./`, `/(^|\\.)${name}[a-z]{2,5}\\./`, `/^(.+[_.-])?${name}[_.-]/`];
    return forms[index % forms.length]!;
  });
  const globs = names.slice(REGEXES, REGEXES + GLOBS).map((name) => `||${name}*.example^`);
  const modified = names
    .slice(REGEXES + GLOBS)
    .map((name, index) => `||${name}.example^${MODIFIERS[index % MODIFIERS.length]}`);
  const path = join(temporaryDirectory('bench-filters').path, 'filters.txt');
  writeFileSync(path, `${[...regexes, ...globs, ...modified].join('\n')}\n`);
  return {
    path,
    origin: `filters: ${REGEXES} regular expressions, ${GLOBS} names with *, ${MODIFIED} rules with modifiers (generated)`,
  };
}
