// Runs a program to its end and gives what it printed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endWithUs } from '../../test/fixtures/end-with-us.ts';

/** Rejects with what it said if it fails. */
export async function runProgram(command: string, parameters: readonly string[]): Promise<string> {
  const words = [...endWithUs(), command, ...parameters];
  const child = spawn(words[0]!, words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  let complaint = '';
  child.stdout!.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr!.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-2000);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const text = Buffer.concat(output).toString('latin1');
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${text.slice(-2000)}${complaint}`);
  return text;
}
