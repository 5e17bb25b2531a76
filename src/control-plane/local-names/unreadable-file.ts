// A file of names that the gateway's user may not read, and what its owner can do about it.

import { userInfo } from 'node:os';
import { OperatorError } from '../../errors.ts';
import { type AccessFault, findAccessFaults } from '../privileges/access-faults.ts';
import { accessFaultsOf } from '../privileges/check-user-access.ts';
import { lookUpUser } from '../privileges/look-up-user.ts';

/** Of a file that this process was not let read. */
export function whyUnreadable(path: string): string {
  const [fault] = findAccessFaults(needs([path]));
  return describe(fault ?? { path, cannot: 'read' }, thisUser());
}

/** For root, who can read everything: what `serverUser` could not read, by path. Nothing where that cannot be found out. */
export function unreadableFor(serverUser: string | undefined, paths: readonly string[]): ReadonlyMap<string, string> {
  if (serverUser === undefined || paths.length === 0) return new Map();
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return new Map();
  try {
    const user = lookUpUser(serverUser);
    return new Map(accessFaultsOf(user, needs(paths)).map((fault) => [fault.need, describe(fault, user.label)]));
  } catch (error) {
    // The start says what is wrong with that user.
    if (error instanceof OperatorError) return new Map();
    throw error;
  }
}

function needs(paths: readonly string[]) {
  return { readableTrees: [], readableFiles: paths, programs: [], writableDirectories: [] };
}

function describe({ path, cannot }: Pick<AccessFault, 'path' | 'cannot'>, user: string): string {
  if (cannot === 'enter') return `the user ${user} may not enter ${path}; let it through: chmod o+x ${path}`;
  return `the user ${user} may not read it; let it, by chmod o+r ${path} or by a group that may read it`;
}

function thisUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A number without a name.
    return String(process.geteuid?.());
  }
}
