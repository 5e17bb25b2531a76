// The folder for everything the gateway keeps between runs.

import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { OperatorError } from '../../errors.ts';

/** Made with mode 0700 if missing (names that people ask for may end up in there). Throws OperatorError STATE_DIRECTORY. */
export function makeStateDirectory(directory: string): void {
  try {
    // Parents as the system makes them: server.user must be able to pass through.
    mkdirSync(dirname(directory), { recursive: true });
    if (!existsSync(directory)) mkdirSync(directory, { mode: 0o700 });
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new OperatorError(
      'STATE_DIRECTORY',
      `state_dir ${directory} cannot be made or written (${(error as NodeJS.ErrnoException).code}); let it name a folder this user may write`,
    );
  }
}
