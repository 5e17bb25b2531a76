// dnsperf on the clients' core: load over UDP, TCP and DoT, and what came of it.

import { CLIENT_CORE, type Protocol, portFor, type RunningServer, SERVER_ADDRESS } from '../servers/server.ts';
import { runProgram } from './run-program.ts';

export interface DnsperfOptions {
  readonly protocol: Exclude<Protocol, 'doh'>;
  /** A file of lines "name type". */
  readonly queryFile: string;
  /** Ends after so much time, or after the file was used up once. */
  readonly until: { readonly seconds: number } | 'once';
  readonly clients: number;
  /** Questions under way at once, of all clients. Small enough that no socket buffer overflows. */
  readonly outstanding: number;
  readonly edns?: boolean;
  readonly queriesPerSecond?: number;
  /** Each answer is noted, with its latency. */
  readonly eachLatency?: boolean;
}

export interface DnsperfResult {
  readonly sent: number;
  readonly answered: number;
  readonly lost: number;
  /** How many answers had which response code. */
  readonly rcodes: Readonly<Record<string, number>>;
  readonly answersPerSecond: number;
  readonly averageLatencySeconds: number;
  /** Only with `eachLatency`. */
  readonly latenciesSeconds: readonly number[];
}

export async function runDnsperf(server: RunningServer, options: DnsperfOptions): Promise<DnsperfResult> {
  const { protocol, queryFile, until, clients, outstanding, edns, queriesPerSecond, eachLatency } = options;
  const output = await runProgram('taskset', [
    ...['-c', CLIENT_CORE, 'dnsperf', '-m', protocol, '-s', SERVER_ADDRESS],
    ...['-p', String(portFor(server, protocol)), '-d', queryFile, '-c', String(clients), '-q', String(outstanding)],
    ...(until === 'once' ? ['-n', '1'] : ['-l', String(until.seconds)]),
    ...(edns ? ['-e'] : []),
    ...(queriesPerSecond === undefined ? [] : ['-Q', String(queriesPerSecond)]),
    ...(eachLatency ? ['-v'] : []),
  ]);
  return parseDnsperf(output);
}

/** Throws if that is not what dnsperf prints at its end. */
export function parseDnsperf(output: string): DnsperfResult {
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(output);
    if (found === null) throw new Error(`dnsperf said something else:\n${output.slice(-2000)}`);
    return Number(found[1]);
  };
  const rcodes: Record<string, number> = {};
  const table = /^\s*Response codes:\s+(.*)$/m.exec(output)?.[1] ?? '';
  for (const [, code, count] of table.matchAll(/(\w+) (\d+) \(/g)) rcodes[code!] = Number(count);
  const answered = number(/^\s*Queries completed:\s+(\d+)/m);
  return {
    sent: number(/^\s*Queries sent:\s+(\d+)/m),
    answered,
    lost: number(/^\s*Queries lost:\s+(\d+)/m),
    rcodes,
    answersPerSecond: number(/^\s*Queries per second:\s+([\d.]+)/m),
    averageLatencySeconds: answered === 0 ? Number.NaN : number(/^\s*Average Latency \(s\):\s+([\d.]+)/m),
    // With -v a line is "> NOERROR name type latency".
    latenciesSeconds: Array.from(output.matchAll(/^> \w+ \S+ \w+ (\d+\.\d+)$/gm), ([, latency]) => Number(latency)),
  };
}
