// Makes sure, before root's rights are given up, that server.user can do the gateway's work with its files: asked of the
// system itself, by a child process that is that user. Main thread, at start.

import { spawnSync } from 'node:child_process';
import { extname, join } from 'node:path';
import { OperatorError } from '../../errors.ts';
import type { AccessFault, AccessNeeds } from './access-faults.ts';
import type { User } from './look-up-user.ts';

/** So many files of one tree are named; the rest is counted. */
const NAMED_PER_NEED = 3;
// The same form as this module: .ts in a clone, .js in the package.
const PROGRAM = join(import.meta.dirname, `check-access-as-user${extname(import.meta.filename)}`);

/** Throws OperatorError USER_CANNOT_ACCESS with every path and what to change, a line each. */
export function checkUserAccess(user: User, needs: AccessNeeds): void {
  const faults = accessFaultsOf(user, needs);
  if (faults.length === 0) return;
  const lines = explainFaults(faults, user, new Set(needs.readableTrees));
  throw new OperatorError(
    'USER_CANNOT_ACCESS',
    `server.user: ${user.label} could not do the gateway's work:\n${lines.map((line) => `  ${line}`).join('\n')}`,
  );
}

/** What the user could not do. Called by root. Throws OperatorError USER_NOT_PERMITTED where nobody can be that user. */
export function accessFaultsOf(user: User, needs: AccessNeeds): AccessFault[] {
  const child = spawnSync(process.execPath, [PROGRAM], {
    input: JSON.stringify({ user, needs }),
    encoding: 'utf8',
    env: {},
    cwd: '/',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (child.status !== 0) {
    const reason = child.error?.message ?? lastLine(child.stderr);
    throw new OperatorError(
      'USER_NOT_PERMITTED',
      `server.user: a process of ${user.label} cannot be started: ${reason}`,
    );
  }
  return JSON.parse(child.stdout);
}

function explainFaults(faults: readonly AccessFault[], user: User, trees: ReadonlySet<string>): string[] {
  return [...Map.groupBy(faults, ({ need }) => need).values()].flatMap((ofNeed) => {
    const lines = ofNeed.slice(0, NAMED_PER_NEED).map((fault) => explainFault(fault, user, trees));
    const more = ofNeed.length - lines.length;
    return more > 0 ? [...lines, `and ${more} more below ${ofNeed[0]!.need}`] : lines;
  });
}

function explainFault({ path, cannot, need, code }: AccessFault, user: User, trees: ReadonlySet<string>): string {
  if (code === 'ENOENT') return `${path} does not exist`;
  if (code === 'EROFS') return `cannot write ${path}: the file system is read-only`;
  const what = `cannot ${cannot} ${path}${code === 'EACCES' ? '' : ` (${code})`}`;
  if (cannot === 'enter') return `${what}, and needs it for ${need}; let it through: chmod o+x ${path}`;
  if (trees.has(need)) return `${what}; let it read the program: chmod -R o+rX ${need}`;
  const owner = user.name ?? String(user.uid);
  if (cannot === 'execute') return `${what}; let it run the program: chmod o+rx ${path}`;
  if (cannot === 'write') return `${what}; give it the directory: chown ${owner} ${path}`;
  return `${what}; give it the file: chown ${owner} ${path}`;
}

function lastLine(text: string): string {
  const errors = text.split('\n').filter((line) => /Error/.test(line));
  return errors[0]?.trim() ?? text.trim();
}
