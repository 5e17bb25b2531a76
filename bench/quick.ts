// `npm run bench:quick [-- COMMIT]`: the working tree beside another commit, in interleaved runs of the same minute. What a
// change to the hot path is judged by.

import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { temporaryDirectory } from '../test/fixtures/temporary-directory.ts';
import { medianOf } from './measure/compare.ts';
import { median, ratios, spreadOf } from './measure/statistics.ts';
import { alignColumns } from './report/columns.ts';
import { numberText } from './report/number-text.ts';
import type { BenchSetting, ResultTable } from './scenario.ts';
import { dohCached } from './scenarios/doh-cached.ts';
import { dotCached } from './scenarios/dot-cached.ts';
import { misses } from './scenarios/misses.ts';
import { tcpCached } from './scenarios/tcp-cached.ts';
import { udpBlocked } from './scenarios/udp-blocked.ts';
import { udpCached } from './scenarios/udp-cached.ts';
import { missingTools } from './servers/all-servers.ts';
import { sottoFrom } from './servers/sotto.ts';

const HELP = `Compares the working tree with another commit: CPU per answer in interleaved runs, as a ratio with its spread.

  npm run bench:quick                      against HEAD: what is not committed yet
  npm run bench:quick -- HEAD~3            against any commit
  npm run bench:quick -- HEAD udp-cached   only this scenario; several may stand there

A ratio below 1: the working tree needs less. A range on both sides of 1 says nothing: run it again. Under three minutes;
servers run on core 0, load on core 1.`;

const SCENARIOS = [udpCached, udpBlocked, tcpCached, dotCached, dohCached, misses];
const RUNS = 5;
const SECONDS = 1;
/** The same code beside itself was seen to differ by 5 % in a median, and by 2 % with all runs on one side. */
const NOISE = 0.03;
const PROJECT_ROOT = join(import.meta.dirname, '..');

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return say(HELP, 0);
  const missing = missingTools();
  if (missing.length > 0) return say(`Nothing can be measured without: apt install ${missing.join(' ')}`, 1);
  const [commit = 'HEAD', ...names] = positionals;
  const unknown = names.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0) return say(`no such scenario: ${unknown.join(', ')}\n\n${HELP}`, 2);
  const other = checkOut(commit);
  if (other === undefined) return say(`no such commit: ${commit}`, 2);

  const setting: BenchSetting = {
    kinds: [sottoFrom(PROJECT_ROOT, 'working tree'), { ...sottoFrom(other, commit), role: 'peer' }],
    runs: RUNS,
    seconds: SECONDS,
    isQuick: true,
    say: () => {},
  };
  const lines = [['', 'working tree', commit, 'ratio', 'range', '']];
  for (const scenario of SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    console.error(`${Math.round(performance.now() / 1000)} s: ${scenario.name}`);
    const { tables, notes } = await scenario.run(setting);
    for (const table of tables) {
      lines.push(lineOf(scenario.name, table));
      console.error(`  ${lines.at(-1)!.slice(0, 5).join('  ')}`);
    }
    for (const note of notes.filter((text) => text.includes('void'))) console.error(note);
  }
  console.log(`\nCPU per answer in us, medians of ${RUNS} interleaved runs of ${SECONDS} s\n\n${alignColumns(lines)}`);
  return 0;
}

/** A tree of that commit with the packages of this one; undefined if there is no such commit. */
function checkOut(commit: string): string | undefined {
  const { path } = temporaryDirectory('bench-commit');
  const git = (...words: string[]): void => void execFileSync('git', words, { stdio: 'ignore' });
  try {
    git('clone', '--quiet', '--shared', '--no-checkout', PROJECT_ROOT, path);
    const full = execFileSync('git', ['-C', PROJECT_ROOT, 'rev-parse', '--verify', `${commit}^{commit}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    git('-C', path, 'checkout', '--quiet', '--detach', full.trim());
  } catch {
    return undefined;
  }
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(path, 'node_modules'));
  return path;
}

function lineOf(scenario: string, { title, measures, rows }: ResultTable): string[] {
  const { name, digits } = measures[0]!;
  const [mine, other] = rows;
  const values = mine === undefined || other === undefined ? [] : ratios(mine.samples[name]!, other.samples[name]!);
  if (values.length === 0) return [`${scenario}: ${title}`, '', '', 'void', '', ''];
  const { smallest, largest } = spreadOf(values);
  const middle = median(values);
  const isSeen = Math.abs(middle - 1) >= NOISE && (largest < 1 || smallest > 1);
  const verdict = isSeen ? (middle < 1 ? 'less' : 'more') : 'no difference seen';
  return [
    `${scenario}: ${title}`,
    numberText(medianOf(mine!, name), digits),
    numberText(medianOf(other!, name), digits),
    numberText(middle, 3),
    `${numberText(smallest, 2)}-${numberText(largest, 2)}`,
    verdict,
  ];
}

function say(text: string, code: number): number {
  console.log(text);
  return code;
}
