// The floor under every UDP server: a C loop that receives, sets one bit and sends. Compiled here, with the system's compiler.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { temporaryDirectory } from '../../test/fixtures/temporary-directory.ts';
import { findCommand } from '../../test/setup/missing-components.ts';
import type { ServerKind } from './server.ts';
import { startServer } from './start-server.ts';
import { versionOf } from './version.ts';

const SOURCE = join(import.meta.dirname, '..', 'echo-floor', 'echo-floor.c');

export const echoFloor: ServerKind = {
  name: 'C echo loop',
  role: 'floor',
  command: 'cc',
  debianPackage: 'gcc',
  speaks: ['udp'],
  canBlock: false,
  wayOut: 'none',
  version: () => `cc ${versionOf('cc', '--version')} -O2`,
  start: (options) => {
    const { path } = temporaryDirectory('echo-floor');
    const program = join(path, 'echo-floor');
    execFileSync(findCommand('cc') ?? 'cc', ['-O2', '-o', program, SOURCE]);
    return startServer(
      echoFloor,
      { ...options, blockedNames: undefined },
      {
        configurationFile: 'configuration.txt',
        configuration: () => 'batches of 64, socket buffers of 4 MiB\n',
        command: program,
        parameters: ({ ports }) => [String(ports.dns)],
      },
    );
  },
};
