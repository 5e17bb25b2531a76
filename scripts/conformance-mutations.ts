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

/** By ID and kind of tests: whether they fail with nothing taken away. */
const baselines = new Map<string, Promise<boolean>>();
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
that at least one of them failed, while all pass without it, run in the same way. Written by \`node scripts/conformance-mutations.ts --write\`;
the mutations stand in \`test/conformance/mutations/\`.

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
async function tryMutation(copy: string, mutation: Mutation): Promise<string> {
  const overTheWire = await tryTests(copy, mutation, isOverTheWire);
  if (overTheWire === CAUGHT) return proven(copy, mutation.id, isOverTheWire);
  const others = await tryTests(copy, mutation, isElsewhere);
  if (others === CAUGHT) return proven(copy, mutation.id, isElsewhere);
  return others === NO_TEST ? overTheWire : others;
}

/** A failure says something about the mutation only where the same tests, run alone in the same way, pass without it. */
async function proven(copy: string, id: string, isWanted: (one: Evidence) => boolean): Promise<string> {
  const key = `${id} ${isWanted.name}`;
  const baseline = baselines.get(key) ?? runTests(copy, id, isWanted).then(({ failed }) => failed.length > 0);
  baselines.set(key, baseline);
  return (await baseline) ? 'FAILS WITHOUT IT' : CAUGHT;
}

async function tryTests(
  copy: string,
  { id, file, from, to }: Mutation,
  isWanted: (one: Evidence) => boolean,
): Promise<string> {
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  const pieces = original.split(from);
  if (pieces.length !== 2) return `ERROR: stands ${pieces.length - 1} times`;
  writeFileSync(path, pieces.join(to));
  try {
    const { passed, failed, hookFailed } = await runTests(copy, id, isWanted);
    if (hookFailed) return 'ERROR: no gateway';
    if (passed + failed.length === 0) return NO_TEST;
    return failed.length > 0 ? CAUGHT : 'SURVIVED';
  } finally {
    writeFileSync(path, original);
  }
}

function isOverTheWire({ transports }: Evidence): boolean {
  return transports !== undefined;
}

function isElsewhere(one: Evidence): boolean {
  return !isOverTheWire(one);
}

/** Runs the tests of this statement in the copy. */
async function runTests(
  copy: string,
  id: string,
  isWanted: (one: Evidence) => boolean,
): Promise<{ passed: number; failed: string[]; hookFailed: boolean }> {
  const shown = evidence.filter((one) => one.id === id && isWanted(one));
  const files = [...new Set(shown.map(({ file }) => file))];
  if (files.length === 0) return { passed: 0, failed: [], hookFailed: false };
  // A gateway without a behavior may leave a test's connections hanging: they keep no run alive.
  const options = [
    '--test-reporter=tap',
    '--test-timeout=120000',
    '--test-force-exit',
    `--test-name-pattern=${testNamePattern([id])}`,
  ];
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
