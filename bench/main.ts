// `npm run bench`: runs scenarios, prints their tables, and saves them below bench/results/.

import { parseArgs } from 'node:util';
import { saveResult } from './report/save-result.ts';
import { resultText } from './report/result-text.ts';
import type { BenchSetting } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { ALL_SERVERS, missingServers, missingTools } from './servers/all-servers.ts';

const HELP = `Measures sotto beside its peers: unbound, dnsdist, dnsmasq, Knot Resolver, BIND, and a C echo loop as the floor.

  npm run bench                      every scenario
  npm run bench -- udp-cached        only this one; several may stand there
  npm run bench -- --list            the scenarios, and how long each takes
  npm run bench -- --runs 7          runs of each server, interleaved; default 5
  npm run bench -- --seconds 3       length of a run under load; default 4
  npm run bench -- --no-save         prints only

Servers run on core 0, load on core 1: leave both alone meanwhile. Results are saved below bench/results/, where git
shows what changed. bench/README.md says what is measured and how. To compare two versions of sotto: npm run bench:quick.`;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help) return say(HELP, 0);
  if (values.list) return say(listText(), 0);
  const unknown = positionals.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0) return say(`no such scenario: ${unknown.join(', ')}\n\n${listText()}`, 2);
  const runs = Number(values.runs);
  const seconds = Number(values.seconds);
  if (!Number.isInteger(runs) || runs < 1 || !(seconds > 0)) return say('--runs and --seconds take numbers above 0', 2);
  const missing = missingTools();
  if (missing.length > 0) return say(`Nothing can be measured without: apt install ${missing.join(' ')}`, 1);
  const left = missingServers();
  if (left.length > 0) console.log(`Peers are left out that are not installed: apt install ${left.join(' ')}\n`);

  const chosen = SCENARIOS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const setting: BenchSetting = {
    kinds: ALL_SERVERS,
    runs,
    seconds,
    isQuick: false,
    say: (line) => console.error(`  ${line}`),
  };
  let failures = 0;
  for (const [index, scenario] of chosen.entries()) {
    console.error(`${index + 1} of ${chosen.length}: ${scenario.name}, about ${scenario.minutes} minutes`);
    try {
      const result = await scenario.run(setting);
      const text = resultText(scenario.title, result);
      console.log(`\n${text}`);
      if (!values['no-save']) saveResult(scenario, setting, result, text);
    } catch (error) {
      failures++;
      console.error(`${scenario.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    }
  }
  return failures === 0 ? 0 : 1;
}

function readArguments() {
  return parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      list: { type: 'boolean' },
      runs: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      'no-save': { type: 'boolean' },
    },
  });
}

function listText(): string {
  return SCENARIOS.map(({ name, title, minutes }) => `${name.padEnd(16)}${title} (${minutes} minutes)`).join('\n');
}

function say(text: string, code: number): number {
  console.log(text);
  return code;
}
