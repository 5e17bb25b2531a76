// Keeps a result below bench/results/NAME/: the table, all numbers, a chart. A new run replaces it, so that git shows the history.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchSetting, Scenario, ScenarioResult } from '../scenario.ts';
import { chartSvg } from './chart-svg.ts';
import { describeMachine } from './machine.ts';

const RESULTS = join(import.meta.dirname, '..', 'results');

export function saveResult(scenario: Scenario, setting: BenchSetting, result: ScenarioResult, text: string): void {
  const directory = join(RESULTS, scenario.name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const { machine, commit } = { machine: describeMachine(), commit: describeCommit() };
  const versions = result.servers.map(({ name, version }) => `${name}: ${version}`).join('\n');
  const facts = `${machine.text}\ncommit ${commit}, ${setting.runs} interleaved runs of ${setting.seconds} s\n${versions}`;
  writeFileSync(join(directory, 'table.txt'), `${text}\n${facts}\n`);
  const { runs, seconds } = setting;
  const { tables, targets, notes, servers } = result;
  const saved = { scenario: scenario.name, commit, machine, runs, seconds, tables, targets, notes, servers };
  writeFileSync(join(directory, 'result.json'), `${JSON.stringify(saved, shortNumber, 1)}\n`);
  writeFileSync(join(directory, 'chart.svg'), chartSvg(scenario.title, tables));
}

/** Six digits are more than was measured. */
function shortNumber(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

function describeCommit(): string {
  const git = (...words: string[]): string =>
    execFileSync('git', words, { cwd: RESULTS, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    // Results of this very run are no change of what was measured.
    const changed = git('status', '--porcelain', '--', ':/', ':(exclude,top)bench/results');
    return `${git('rev-parse', 'HEAD')}${changed === '' ? '' : ' with changes'}`;
  } catch {
    return 'unknown';
  }
}
