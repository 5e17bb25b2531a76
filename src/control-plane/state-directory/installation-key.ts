// The secret that keys this installation's hashes: without it nobody outside can choose names that collide in the cache or
// the block table. Made once, kept in state_dir with mode 0600.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../errors.ts';
import { HASH_KEY_BYTES } from '../../memory/name-hash/name-hasher.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

/** 16 octets. A missing or damaged file is replaced; the only cost is that lists are compiled anew. Throws OperatorError STATE_DIRECTORY. */
export function installationKey(stateDirectory: string): Uint8Array {
  const path = keyPath(stateDirectory);
  try {
    const kept = readInstallationKey(stateDirectory);
    if (kept !== undefined) return kept;
    const fresh = randomBytes(HASH_KEY_BYTES);
    writeFileAtomically(path, fresh, 0o600);
    return new Uint8Array(fresh);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const advice = 'the gateway must be able to write there, with room on the disk';
    throw new OperatorError('STATE_DIRECTORY', `${path} cannot be made or read (${code ?? message}); ${advice}`, {
      cause,
    });
  }
}

/** For commands that make nothing: undefined where there is no sound key. Throws the system's error where it cannot be read. */
export function readInstallationKey(stateDirectory: string): Uint8Array | undefined {
  try {
    const key = readFileSync(keyPath(stateDirectory));
    return key.length === HASH_KEY_BYTES ? new Uint8Array(key) : undefined;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

export function keyPath(stateDirectory: string): string {
  return join(stateDirectory, 'hash.key');
}
