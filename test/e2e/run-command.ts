// Runs a real client to its end.

import { execFile } from 'node:child_process';

export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** Never rejects for a failing command; rejects if it does not end within 30 s. */
export function runCommand(command: string, ...parameters: string[]): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    execFile(command, parameters, { timeout: 30_000, maxBuffer: 1 << 26 }, (error, output, errors) => {
      if (error?.killed === true) reject(new Error(`${command} did not end in time:\n${output}${errors}`));
      else resolve({ exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, output, errors });
    });
  });
}
