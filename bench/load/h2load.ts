// h2load on the clients' core: DNS over HTTPS by GET, many streams on few connections.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../test/fixtures/temporary-directory.ts';
import { CLIENT_CORE, portFor, type RunningServer, SERVER_ADDRESS } from '../servers/server.ts';
import { addressQuery } from './ask.ts';
import { runProgram } from './run-program.ts';

export interface H2loadOptions {
  /** One URI a line. */
  readonly uriFile: string;
  readonly until: { readonly seconds: number } | { readonly requests: number };
  readonly connections: number;
  readonly streamsPerConnection: number;
}

export interface H2loadResult {
  readonly started: number;
  /** Whole responses with a status of 2xx. */
  readonly answered: number;
  readonly failed: number;
  readonly requestsPerSecond: number;
  /** Octets of DNS messages in the responses. */
  readonly bodyBytes: number;
  readonly averageLatencySeconds: number;
}

/** Questions for addresses, each name as often as it stands there. The file's path; it is gone when this process ends. */
export function writeUriFile(server: RunningServer, names: readonly string[]): string {
  const path = join(temporaryDirectory('bench-uris').path, 'uris.txt');
  const start = `https://${SERVER_ADDRESS}:${portFor(server, 'doh')}/dns-query?dns=`;
  const lines = names.map((name) => `${start}${Buffer.from(addressQuery(name)).toString('base64url')}\n`);
  writeFileSync(path, lines.join(''));
  return path;
}

export async function runH2load(options: H2loadOptions): Promise<H2loadResult> {
  const { uriFile, until, connections, streamsPerConnection } = options;
  const output = await runProgram('taskset', [
    ...['-c', CLIENT_CORE, 'h2load', '-t', '1', '-c', String(connections), '-m', String(streamsPerConnection)],
    ...('seconds' in until ? ['-D', String(until.seconds)] : ['-n', String(until.requests)]),
    ...['-i', uriFile, '-H', 'accept: application/dns-message'],
  ]);
  return parseH2load(output);
}

/** Throws if that is not what h2load prints at its end. */
export function parseH2load(output: string): H2loadResult {
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(output);
    if (found === null) throw new Error(`h2load said something else:\n${output.slice(-2000)}`);
    return Number(found[1]);
  };
  const [, average, unit] = /^time for request:\s+\S+\s+\S+\s+([\d.]+)(us|ms|s)\s/m.exec(output) ?? [];
  return {
    started: number(/^requests: .*?(\d+) started/m),
    answered: number(/^status codes: (\d+) 2xx/m),
    failed: number(/^requests: .*?(\d+) failed/m),
    requestsPerSecond: number(/^finished in [\d.]+m?s, ([\d.]+) req\/s/m),
    bodyBytes: number(/^traffic: .* \((\d+)\) data$/m),
    averageLatencySeconds: Number(average) * (unit === 'us' ? 1e-6 : unit === 'ms' ? 1e-3 : 1),
  };
}
