// What a program says when it is asked for its version.

import { spawnSync } from 'node:child_process';
import { findCommand } from '../../test/setup/missing-components.ts';

/** The first run of digits and dots in what it prints, or "unknown". */
export function versionOf(command: string, parameter: string): string {
  const { stdout, stderr } = spawnSync(findCommand(command) ?? command, [parameter], { encoding: 'utf8' });
  return /\d+\.\d+(?:\.\d+)*/.exec(`${stdout ?? ''}${stderr ?? ''}`)?.[0] ?? 'unknown';
}
