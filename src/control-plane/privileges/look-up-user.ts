// Who `server.user` is. Main thread, at start, while still root.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { OperatorError } from '../../errors.ts';

export interface User {
  /** For messages: the name, or the number as written. */
  readonly label: string;
  /** Undefined for a number without an entry: such a user is in no further group. */
  readonly name: string | undefined;
  readonly uid: number;
  readonly gid: number;
}

const NUMERIC = /^(\d{1,10})(?::(\d{1,10}))?$/;
const LARGEST_ID = 0xffff_fffe;

/**
 * `text`: a name, a uid, or `uid:gid`. Names come from /etc/passwd and, where that lacks them, from `getent` (directory
 * services). Throws OperatorError USER_UNKNOWN.
 */
export function lookUpUser(text: string, passwordFile = '/etc/passwd'): User {
  const numeric = NUMERIC.exec(text);
  if (numeric === null) {
    const entry = findEntry(text, passwordFile, (it) => it.name === text);
    if (entry === undefined) throw unknown(text, `make it (useradd --system ${text}), or name another one`);
    return { label: text, ...entry };
  }
  const uid = Number(numeric[1]);
  const entry = findEntry(String(uid), passwordFile, (it) => it.uid === uid);
  const gid = numeric[2] === undefined ? entry?.gid : Number(numeric[2]);
  if (gid === undefined) throw unknown(text, `write its group too, like "${text}:${text}"`);
  if (uid > LARGEST_ID || gid > LARGEST_ID) throw unknown(text, 'numbers end at 4294967294');
  return { label: text, name: entry?.name, uid, gid };
}

interface Entry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

function findEntry(key: string, passwordFile: string, isIt: (entry: Entry) => boolean): Entry | undefined {
  return parseEntries(readIfThere(passwordFile)).find(isIt) ?? parseEntries(askDirectory(key)).find(isIt);
}

/** passwd(5): name:password:uid:gid:… */
function parseEntries(text: string): Entry[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (!name || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function askDirectory(key: string): string {
  try {
    return execFileSync('getent', ['passwd', '--', key], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return ''; // no such user, or no getent
  }
}

function unknown(text: string, remedy: string): OperatorError {
  return new OperatorError('USER_UNKNOWN', `server.user: this machine has no user "${text}"; ${remedy}`);
}
