// The secret that keys this installation's hashes: without it nobody outside can choose names that collide in the cache or
// the block table. Made once, kept in state_dir with mode 0600.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HASH_KEY_BYTES } from '../../memory/name-hash/name-hasher.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

const FILE_NAME = 'hash.key';

/** 16 octets. A missing or damaged file is replaced; the only cost is that lists are compiled anew. */
export function installationKey(stateDirectory: string): Uint8Array {
  const path = join(stateDirectory, FILE_NAME);
  const kept = readIfThere(path);
  if (kept?.length === HASH_KEY_BYTES) return new Uint8Array(kept);
  const fresh = randomBytes(HASH_KEY_BYTES);
  writeFileAtomically(path, fresh, 0o600);
  return new Uint8Array(fresh);
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
