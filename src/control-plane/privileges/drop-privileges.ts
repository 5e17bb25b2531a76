// Gives up root for good, in every thread. Main thread: Node lets no other call setuid; the C library then changes all
// threads of the process at once.

import { readdirSync, readFileSync } from 'node:fs';
import { OperatorError } from '../../errors.ts';
import type { User } from './look-up-user.ts';

/** Bits of CapPrm and CapEff. */
const CAPABILITY = { SETGID: 6, SETUID: 7 } as const;

/** Missing in the type declarations of Node. */
type ProcessOfRoot = NodeJS.Process & { initgroups(user: string, extraGroup: number): void };

/** Throws OperatorError USER_NOT_PERMITTED where the system refuses, or where anything of root would remain. */
export function dropPrivileges(user: User): void {
  takeIdentity(user);
  const remains = findRemains(user);
  if (remains !== undefined) {
    throw new OperatorError('USER_NOT_PERMITTED', `root privileges could not be given up for good: ${remains}`);
  }
}

/** Groups first: without root they could not be changed. Throws OperatorError USER_NOT_PERMITTED. */
export function takeIdentity({ label, name, uid, gid }: User): void {
  try {
    if (name === undefined) process.setgroups!([gid]);
    else (process as ProcessOfRoot).initgroups(name, gid);
    process.setgid!(gid);
    process.setuid!(uid);
  } catch (cause) {
    const { message } = cause as Error;
    throw new OperatorError('USER_NOT_PERMITTED', `server.user: cannot become ${label}: ${message}`, { cause });
  }
}

/** What a thread of this process still has of its former rights; undefined where there is nothing. Linux. */
function findRemains({ uid, gid }: User): string | undefined {
  const groups = process.getgroups!();
  for (const task of readdirSync('/proc/self/task')) {
    const status = readIfThere(`/proc/self/task/${task}/status`);
    if (status === undefined) continue; // the thread has just ended
    const remains = findRemainsIn(status, uid, gid, groups);
    if (remains !== undefined) return `thread ${task} has ${remains}`;
  }
  for (const [what, regain] of [
    ['setuid', () => process.setuid!(0)],
    ['seteuid', () => process.seteuid!(0)],
    ['setgid', () => process.setgid!(0)],
  ] as const) {
    if (gid === 0 && what === 'setgid') continue;
    if (succeeds(regain)) return `${what}(0) still succeeds`;
  }
  return undefined;
}

/** `status`: text of /proc/…/status. Real, effective, saved and file system ids must all be the user's, groups among `groups`. */
export function findRemainsIn(status: string, uid: number, gid: number, groups: readonly number[]): string | undefined {
  for (const [field, id] of [
    ['Uid', uid],
    ['Gid', gid],
  ] as const) {
    const values = fieldOf(status, field).split(/\s+/);
    if (values.length !== 4 || values.some((value) => value !== String(id))) return `${field} ${values.join(' ')}`;
  }
  const further = fieldOf(status, 'Groups')
    .split(/\s+/)
    .filter((group) => group !== '' && !groups.includes(Number(group)));
  if (further.length > 0) return `Groups ${further.join(' ')}`;
  for (const field of ['CapPrm', 'CapEff']) {
    const bits = BigInt(`0x${fieldOf(status, field)}`);
    for (const [name, bit] of Object.entries(CAPABILITY)) {
      if ((bits >> BigInt(bit)) & 1n) return `the capability CAP_${name}`;
    }
  }
  return undefined;
}

function fieldOf(status: string, field: string): string {
  return new RegExp(`^${field}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(status)?.[1] ?? '';
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function succeeds(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
