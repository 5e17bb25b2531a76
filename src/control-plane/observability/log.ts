// The log: pino, pretty on a terminal, JSON otherwise. At the default level it never carries queried names or client addresses.

import { type DestinationStream, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type { Logger };

export interface LogOptions {
  /** Default: standard output. */
  readonly destination?: DestinationStream;
  readonly isTerminal?: boolean;
  readonly useColors?: boolean;
  readonly level?: string;
}

/** SOTTO_LOG_LEVEL names another level; NO_COLOR (any value) switches colors off. */
export function createLog(options: LogOptions = {}): Logger {
  const isTerminal = options.isTerminal ?? process.stdout.isTTY === true;
  const useColors = options.useColors ?? (isTerminal && (process.env.NO_COLOR ?? '') === '');
  const settings = {
    level: options.level ?? levelFromEnvironment(),
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  if (!isTerminal) return pino(settings, options.destination ?? pino.destination({ dest: 1, sync: true }));
  const stream = pretty({
    colorize: useColors,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid,hostname',
    singleLine: true,
    destination: options.destination ?? 1,
    sync: true,
  });
  return pino(settings, stream);
}

function levelFromEnvironment(): string {
  const level = process.env.SOTTO_LOG_LEVEL ?? 'info';
  return Object.hasOwn(pino.levels.values, level) ? level : 'info';
}
