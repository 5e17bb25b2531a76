// The micro-benches: nanoseconds of each hot function, and octets allocated by each kind of query.
// node bench/micro/main.ts [part of a file's name …]        each file runs in a thread of its own, as the data plane does.

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { MicroResult } from './micro-bench.ts';

const SUFFIX = '.bench.ts';
const NAME_COLUMNS = 56;

const wanted = process.argv.slice(2);
const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();
if (files.length === 0) throw new Error(`no micro-bench is named like ${wanted.join(' or ')}`);

for (const name of files) {
  console.log(`\n${name.padEnd(NAME_COLUMNS)} ${'median'.padStart(9)}   10 % .. 90 % of the rounds`);
  const worker = new Worker(new URL('run-one.ts', import.meta.url), {
    workerData: new URL(`${name}${SUFFIX}`, import.meta.url).href,
  });
  worker.on('message', print);
  await once(worker, 'exit');
}

/** A line of text, or the results of benches. */
function print(message: string | readonly MicroResult[]): void {
  if (typeof message === 'string') {
    console.log(`  ${message}`);
    return;
  }
  for (const { name, medianNanoseconds, lowNanoseconds, highNanoseconds } of message) {
    const spread = `${lowNanoseconds.toFixed(1)} .. ${highNanoseconds.toFixed(1)}`;
    console.log(`  ${name.padEnd(NAME_COLUMNS - 2)} ${medianNanoseconds.toFixed(1).padStart(6)} ns   ${spread}`);
  }
}
