// One gateway per state directory. Main thread. The lock is SQLite's, on an empty file: of the locks Node can reach it alone
// is the system's own (fcntl), so it ends with the process however that ends, needs no clean-up and has no race.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OperatorError } from '../../errors.ts';
import { lockHolder, PROCESS_ID_NAME } from '../state-directory/lock-holder.ts';
import { writeFileAtomically } from '../state-directory/write-file-atomically.ts';

export const LOCK_NAME = 'gateway.lock';
const SQLITE_BUSY = 5;
/** Two that start together step on each other's first, weaker locks; both would give up without another try. */
const PATIENCE_MILLISECONDS = 300;

export interface StateLock {
  release(): Promise<void>;
}

/** Throws OperatorError STATE_LOCKED, or STATE_DIRECTORY where no lock can be had at all. */
export async function lockStateDirectory(directory: string): Promise<StateLock> {
  const path = join(directory, LOCK_NAME);
  let database: DatabaseSync | undefined;
  try {
    makeFile(path);
    database = new DatabaseSync(path, { timeout: PATIENCE_MILLISECONDS });
    // Held until the connection is closed. Nothing is ever written, so no journal is needed either.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    writeProcessId(directory);
  } catch (cause) {
    database?.close();
    throw (cause as { errcode?: number }).errcode === SQLITE_BUSY
      ? new OperatorError('STATE_LOCKED', describeHolder(directory))
      : new OperatorError('STATE_DIRECTORY', `state_dir ${directory} cannot be locked: ${(cause as Error).message}`, {
          cause,
        });
  }
  const held = database;
  return {
    release: async () => {
      if (!held.isOpen) return;
      rmSync(join(directory, PROCESS_ID_NAME), { force: true });
      held.close();
    },
  };
}

/**
 * Mode 0600, since whoever may read the file could lock it. Not opened if it is there: closing any descriptor of a file ends
 * all fcntl locks that this process holds on it.
 */
function makeFile(path: string): void {
  try {
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** No reason not to start, where it fails (a full disk): the next one is then told of another process without its id. */
function writeProcessId(directory: string): void {
  const path = join(directory, PROCESS_ID_NAME);
  try {
    // An earlier holder's would be wrong, and its octets may be just the room that is missing.
    rmSync(path, { force: true });
    writeFileAtomically(path, `${process.pid}\n`, 0o644);
  } catch {
    // For people only.
  }
}

function describeHolder(directory: string): string {
  const id = lockHolder(directory);
  const holder = id === undefined ? 'another process' : `process ${id}`;
  return `state_dir ${directory} is in use by ${holder}; stop that gateway, or give this one a state_dir of its own`;
}
