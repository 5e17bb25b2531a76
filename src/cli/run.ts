// `sotto run`: settings, gateway, signals.

import { once } from 'node:events';
import { createLog } from '../control-plane/observability/log.ts';
import { type Gateway, startGateway } from '../main.ts';
import { readArguments } from './arguments.ts';
import { settingsOrFaults } from './settings-or-faults.ts';

const DRAIN_MILLISECONDS = 5_000;

export async function run(args: readonly string[]): Promise<number> {
  const { options } = readArguments(args, { usage: 'sotto run [--config FILE]', options: ['config'] });
  const settings = settingsOrFaults(options.config);
  if (settings === undefined) return 2;
  const log = createLog();
  const ending = new AbortController();
  // Before the gateway starts: who sees its `ready` line may signal it at once, and a long start can be called off.
  const end = (signal: NodeJS.Signals) => {
    // A second signal ends the process at once, as it would without us.
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.removeListener(name, end);
    log.info(`${signal}: answering what is in flight, then ending`);
    ending.abort();
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('SIGHUP', () =>
    log.warn('SIGHUP: reloading is not supported yet; restart to read the configuration again'),
  );
  const ended = once(ending.signal, 'abort');
  let gateway: Gateway;
  try {
    gateway = await startGateway(settings, { log, signal: ending.signal });
  } catch (error) {
    if (error === ending.signal.reason) return 0;
    throw error;
  }
  await ended;
  await gateway.close(DRAIN_MILLISECONDS);
  return 0;
}
