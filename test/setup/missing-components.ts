// Which real components this machine lacks.

import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { REAL_COMPONENTS, REAL_FILES, type RealComponent } from './packages.ts';

const ADMINISTRATOR_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Absolute path of a program, or undefined. */
export function findCommand(command: string): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), ...ADMINISTRATOR_DIRECTORIES];
  return directories.map((directory) => join(directory, command)).find(isExecutable);
}

/** Debian packages that would bring what is missing, sorted. `more`: wanted besides. */
export function missingPackages(more: readonly RealComponent[] = []): string[] {
  const commands = [...REAL_COMPONENTS, ...more].filter(({ command }) => findCommand(command) === undefined);
  const files = REAL_FILES.filter(({ path }) => !existsSync(path));
  return [...new Set([...commands, ...files].map(({ debianPackage }) => debianPackage))].sort();
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
