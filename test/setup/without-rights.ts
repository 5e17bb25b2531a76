// A child process of root that lacks some rights and keeps the one to read its own files: a checkout in root's home is closed to
// every other user.

import type { SpawnSyncOptionsWithStringEncoding } from 'node:child_process';

/** Arguments for spawnSync: this Node.js with `parameters`, without the capabilities named. Needs root and setpriv. */
export function withoutRights(
  capabilities: readonly string[],
  parameters: readonly string[],
): [command: string, parameters: string[], options: SpawnSyncOptionsWithStringEncoding] {
  const without = capabilities.map((capability) => `-${capability}`).join(',');
  return [
    'setpriv',
    [`--bounding-set=${without}`, `--inh-caps=${without}`, process.execPath, ...parameters],
    { encoding: 'utf8' },
  ];
}
