// `sotto run`: settings, gateway, signals.

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
  const ended = Promise.withResolvers<void>();
  // Before the gateway starts: who sees its `ready` line may signal it at once.
  const gateway = Promise.withResolvers<Gateway>();
  const end = (signal: NodeJS.Signals) => {
    // A second signal ends the process at once, as it would without us.
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.removeListener(name, end);
    log.info(`${signal}: answering what is in flight, then ending`);
    gateway.promise.then((started) => started.close(DRAIN_MILLISECONDS)).then(ended.resolve, ended.reject);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('SIGHUP', () =>
    log.warn('SIGHUP: reloading is not supported yet; restart to read the configuration again'),
  );
  gateway.resolve(await startGateway(settings, { log }));
  await ended.promise;
  return 0;
}
