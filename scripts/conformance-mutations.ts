// Shows that the conformance tests can fail: takes each behaviour away in a copy of the tree and runs the tests of its statement there.
// Arguments: IDs or letters of sections; none means all. `--write` also writes the results to docs/conformance-mutations.md. Exit code 1
// if a test still passes.

import { spawn } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Evidence, findEvidence, testNamePattern } from '../test/conformance/evidence.ts';
import { MUTATIONS } from '../test/conformance/mutations/index.ts';
import type { Mutation } from '../test/conformance/mutations/mutation.ts';
import { temporaryDirectory } from '../test/fixtures/temporary-directory.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..');
const CAUGHT = 'caught';
const NO_TEST = 'ERROR: no test ran';
const NOT_COPIED = ['node_modules', '.git', 'dist', 'bench'];

const LANES = 2;
const WRITE = '--write';

const asked = process.argv.slice(2).filter((word) => word !== WRITE);
const mutations = MUTATIONS.filter(({ id }) => asked.length === 0 || asked.includes(id) || asked.includes(id[0]!));
const evidence = findEvidence();
const copies = Array.from({ length: LANES }, copyTree);

const unchanged = await runTests(copies[0]!, [...new Set(mutations.map(({ id }) => id))], isOverTheWire);
if (unchanged.failed.length > 0) {
  console.log(`failing without a mutation:\n${unchanged.failed.join('\n')}`);
  process.exitCode = 1;
}
const results = new Map<Mutation, string>();
const waiting = mutations.values();
await Promise.all(
  copies.map(async (copy) => {
    for (const mutation of waiting) {
      const result = await tryMutation(copy, mutation);
      results.set(mutation, result);
      if (result !== CAUGHT) process.exitCode = 1;
      console.log(
        `${mutation.id}  ${result.padEnd(CAUGHT.length)}  ${mutation.file}: ${JSON.stringify(mutation.from.split('\n')[0])}`,
      );
    }
  }),
);
const caught = [...results.values()].filter((result) => result === CAUGHT).length;
console.log(`${caught} of ${results.size} mutations caught`);
if (process.argv.includes(WRITE))
  writeFileSync(join(PROJECT_ROOT, 'docs', 'conformance-mutations.md'), mutationDocument());

function mutationDocument(): string {
  const rows = mutations.map(
    (mutation) =>
      `| ${mutation.id} | \`${mutation.file}\` | ${asCode(mutation.from)} | ${asCode(mutation.to)} | ${results.get(mutation)} |`,
  );
  return `# Conformance: can the tests fail?

Each row takes a behavior away in a copy of the tree and runs the tests of its statement there (docs/conformance.md); "caught" means
that at least one of them failed, while all passed before. Written by \`node scripts/conformance-mutations.ts --write\`; the
mutations stand in \`test/conformance/mutations/\`.

${caught} of ${results.size} mutations of ${new Set(mutations.map(({ id }) => id)).size} statements caught.

| ID | File | Taken away (first line) | In its place (first line) | Result |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

/** The first line, as code that a table can hold. */
function asCode(source: string): string {
  const line = source.trim().split('\n')[0]!.replaceAll('|', '\\|');
  return line === '' ? '' : `\`\` ${line} \`\``;
}

function copyTree(): string {
  const copy = join(temporaryDirectory('mutations').path, 'sotto');
  cpSync(PROJECT_ROOT, copy, { recursive: true, filter: (path) => !NOT_COPIED.includes(basename(path)) });
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** First what speaks to a running gateway; where that does not notice, or there is none, the other tests of the statement. */
async function tryMutation(copy: string, { id, file, from, to }: Mutation): Promise<string> {
  if (unchanged.failed.some((name) => new RegExp(testNamePattern([id])).test(` ${name}`))) return 'FAILS WITHOUT IT';
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  const pieces = original.split(from);
  if (pieces.length !== 2) return `ERROR: stands ${pieces.length - 1} times`;
  writeFileSync(path, pieces.join(to));
  try {
    const overTheWire = await tryTests(copy, id, isOverTheWire);
    if (overTheWire === CAUGHT) return CAUGHT;
    const others = await tryTests(copy, id, (one) => !isOverTheWire(one));
    return others === NO_TEST ? overTheWire : others;
  } finally {
    writeFileSync(path, original);
  }
}

async function tryTests(copy: string, id: string, isWanted: (one: Evidence) => boolean): Promise<string> {
  const { passed, failed, hookFailed } = await runTests(copy, [id], isWanted);
  if (hookFailed) return 'ERROR: no gateway';
  if (passed + failed.length === 0) return NO_TEST;
  return failed.length > 0 ? CAUGHT : 'SURVIVED';
}

function isOverTheWire({ transports }: Evidence): boolean {
  return transports !== undefined;
}

/** Runs the tests of these statements in the copy. */
async function runTests(
  copy: string,
  ids: readonly string[],
  isWanted: (one: Evidence) => boolean,
): Promise<{ passed: number; failed: string[]; hookFailed: boolean }> {
  const shown = evidence.filter((one) => ids.includes(one.id) && isWanted(one));
  const files = [...new Set(shown.map(({ file }) => file))];
  if (files.length === 0) return { passed: 0, failed: [], hookFailed: false };
  const options = ['--test-reporter=tap', '--test-timeout=30000', `--test-name-pattern=${testNamePattern(ids)}`];
  const child = spawn(process.execPath, ['--test', ...options, ...files], {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await new Promise((resolve) => child.once('close', resolve));
  const names = [...output.matchAll(/^ *(not ok|ok) \d+ - (.*)$/gm)].filter(([line]) => !line.includes('# SKIP'));
  const failed = names.filter(([, outcome]) => outcome === 'not ok').map(([, , name]) => name!);
  return { passed: names.length - failed.length, failed, hookFailed: output.includes("failureType: 'hookFailed'") };
}
