// Configuration file -> checked settings, or every fault at once.

import type { SettingsResult } from './settings.ts';

export interface SettingsEnvironment {
  readonly workingDirectory: string;
  readonly cores: number;
  readonly hostName: string;
}

/** Reads and checks `file` (undefined: the built-in defaults). Throws OperatorError CONFIG_UNREADABLE if the file cannot be read. */
export function loadSettings(_file: string | undefined, _environment?: SettingsEnvironment): SettingsResult {
  throw new Error('not built');
}
