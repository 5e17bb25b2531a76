// Runs testssl.sh against one port, to its end or to the end of our patience.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../fixtures/temporary-directory.ts';
import type { ScannedGateway, ScannedPort } from './scanned-gateway.ts';

/** Three minutes each on two cores. */
const SCAN_MILLISECONDS = 20 * 60_000;
const CONNECT_SECONDS = 20;

/** As testssl.sh writes them. */
export interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

export interface Scan {
  readonly protocol: ScannedPort['protocol'];
  readonly port: number;
  readonly findings: readonly Finding[];
  /** What it says to people. */
  readonly output: string;
}

/** A scan that did not come to its end has the findings so far. */
export async function runTestssl(gateway: ScannedGateway, { protocol, port }: ScannedPort): Promise<Scan> {
  const { name, address, rootPath } = gateway;
  const { path: directory, remove } = temporaryDirectory('testssl');
  const findingsPath = join(directory, 'findings.json');
  const timeouts = ['--connect-timeout', '--openssl-timeout'].flatMap((option) => [option, String(CONNECT_SECONDS)]);
  const parameters = ['--full', '--quiet', '--warnings', 'off', '--color', '0', '--nodns', 'none', '--ip', address];
  const files = ['--add-ca', rootPath, '--jsonfile', findingsPath];
  // Its children are to end with it: they are of one process group, of their own.
  const child = spawn('testssl', [...parameters, ...timeouts, ...files, `https://${name}:${port}`], {
    cwd: directory,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  const timer = setTimeout(end, SCAN_MILLISECONDS);
  process.once('exit', end);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  await once(child, 'close');
  clearTimeout(timer);
  process.removeListener('exit', end);
  const findings = existsSync(findingsPath) ? parseFindings(readFileSync(findingsPath, 'utf8')) : [];
  remove();
  return { protocol, port, findings, output };
}

/** Nothing of a file that was not finished. */
function parseFindings(text: string): Finding[] {
  try {
    return JSON.parse(text) as Finding[];
  } catch {
    return [];
  }
}
