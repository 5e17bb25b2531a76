// `npm run conformance [-- IDs or letters]`: runs the tests of the statements and says of each whether it holds; exit code 1 where one
// does not or has no test. `--write` writes docs/conformance.md instead.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { type TestData, TestOutcomes } from '../test/conformance/test-outcomes.ts';
import { conformanceDocument, countStatuses, DOCUMENT, showSection } from '../test/conformance/conformance-document.ts';
import { findEvidence, testNamePattern } from '../test/conformance/evidence.ts';
import { SECTIONS } from '../test/conformance/statements/index.ts';
import { installComponents } from '../test/setup/install-components.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..');
const parameters = process.argv.slice(2);

if (parameters.includes('--write')) {
  writeFileSync(join(PROJECT_ROOT, DOCUMENT), conformanceDocument());
  console.log(`${DOCUMENT} written`);
} else {
  await installComponents((line) => console.log(line));
  const isAsked = (id: string) => parameters.length === 0 || parameters.includes(id) || parameters.includes(id[0]!);
  process.exitCode = report(await runTests(isAsked), isAsked) ? 0 : 1;
}

async function runTests(isAsked: (id: string) => boolean): Promise<TestOutcomes> {
  const evidence = findEvidence().filter(({ id }) => isAsked(id));
  const files = [...new Set(evidence.map(({ file }) => join(PROJECT_ROOT, file)))];
  const ids = [...new Set(evidence.map(({ id }) => id))];
  const outcomes = new TestOutcomes();
  if (files.length === 0) return outcomes;
  const stream = run({
    files,
    testNamePatterns: [new RegExp(testNamePattern(ids))],
    timeout: 240_000,
    concurrency: true,
  });
  stream.on('test:pass', (data: TestData) => outcomes.add(data, true));
  stream.on('test:fail', (data: TestData) => outcomes.add(data, false));
  for await (const _event of stream);
  return outcomes;
}

/** True if all is well. */
function report(outcomes: TestOutcomes, isAsked: (id: string) => boolean): boolean {
  const evidence = findEvidence();
  let isWell = true;
  for (const section of SECTIONS) {
    const shown = showSection(section, evidence).filter(({ statement }) => isAsked(statement.id));
    if (shown.length === 0) continue;
    console.log(`\n${section.letter}. ${section.title}`);
    for (const { statement, status, transports } of shown) {
      const outcome = outcomes.of(statement.id);
      const text = status === 'tested' || outcome.failed > 0 ? outcome.text : status;
      const isBad = outcome.failed > 0 || status === 'no test' || (status === 'tested' && outcome.passed === 0);
      // A test that this machine cannot run is skipped, with the reason; that is no failure.
      if (isBad && !(outcome.failed === 0 && outcome.skipped > 0)) isWell = false;
      console.log(
        `${statement.id}  ${colored(text.padEnd(20), isBad)}  ${statement.statement}  [${transports.join(' ') || 'its own way'}]`,
      );
      for (const line of outcome.failures) console.log(`     ${line}`);
    }
    console.log(`     ${countStatuses(shown)}`);
  }
  for (const line of outcomes.elsewhere) console.log(`failed: ${line}`);
  return isWell && outcomes.elsewhere.length === 0;
}

function colored(text: string, isBad: boolean): string {
  return process.stdout.isTTY ? `\x1b[${isBad ? 31 : 32}m${text}\x1b[0m` : text;
}
