// What the user this code runs as could not do with the gateway's files. Runs in a child process that has become
// server.user (check-access-as-user.ts).

import { accessSync, constants, type Dirent, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const { R_OK, W_OK, X_OK } = constants;

export interface AccessNeeds {
  /** Code: every file in them, except in a `node_modules` folder. */
  readonly readableTrees: readonly string[];
  readonly readableFiles: readonly string[];
  /** Called: executed, and read, as scripts must be. */
  readonly programs: readonly string[];
  /** New files are made there; of what it holds, `own` must be at hand, with everything below. */
  readonly writableDirectories: readonly { readonly directory: string; readonly own: readonly string[] }[];
}

export interface AccessFault {
  readonly path: string;
  readonly cannot: 'read' | 'write' | 'enter' | 'execute';
  /** Which of the needs it belongs to: a tree, a file or a writable directory. */
  readonly need: string;
  /** Of the system. */
  readonly code: string;
}

/** Each path once; a closed directory stands for everything below it. */
export function findAccessFaults(needs: AccessNeeds): AccessFault[] {
  const faults = new Map<string, AccessFault>();
  const report = (need: string, path: string, cannot: 'read' | 'write' | 'execute', error: unknown): void => {
    const { code = 'EACCES' } = error as NodeJS.ErrnoException;
    const closed = code === 'EACCES' ? closedDirectoryAbove(path) : undefined;
    const fault: AccessFault = closed ? { path: closed, cannot: 'enter', need, code } : { path, cannot, need, code };
    if (!faults.has(fault.path)) faults.set(fault.path, fault);
  };

  for (const tree of needs.readableTrees) {
    walk(tree, (path, isDirectory) => {
      attempt(
        () => accessSync(path, isDirectory ? R_OK | X_OK : R_OK),
        (error) => report(tree, path, 'read', error),
      );
    });
  }
  for (const file of needs.readableFiles) {
    attempt(
      () => accessSync(file, R_OK),
      (error) => report(file, file, 'read', error),
    );
  }
  for (const program of needs.programs) {
    attempt(
      () => accessSync(program, R_OK | X_OK),
      (error) => report(program, program, 'execute', error),
    );
  }
  for (const { directory, own } of needs.writableDirectories) {
    attempt(
      () => tryToWrite(directory),
      (error) => report(directory, directory, 'write', error),
    );
    for (const name of own) {
      walk(join(directory, name), (path, isDirectory) => {
        attempt(
          () => accessSync(path, R_OK),
          (error) => report(directory, path, 'read', error),
        );
        if (!isDirectory) return;
        attempt(
          () => accessSync(path, W_OK | X_OK),
          (error) => report(directory, path, 'write', error),
        );
      });
    }
  }
  return [...faults.values()];
}

/** Calls `visit` for `top` and everything in it that this user can see. Links are looked through, never walked into. */
function walk(top: string, visit: (path: string, isDirectory: boolean) => void): void {
  const entries = readEntries(top);
  visit(top, entries !== undefined);
  for (const entry of entries ?? []) {
    const path = join(top, entry.name);
    if (!entry.isDirectory()) visit(path, false);
    else if (entry.name !== 'node_modules') walk(path, visit);
  }
}

/** Undefined for what is no directory. A closed one seems empty; `visit` tells. */
function readEntries(path: string): Dirent[] | undefined {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? undefined : [];
  }
}

function attempt(action: () => void, onFailure: (error: unknown) => void): void {
  try {
    action();
  } catch (error) {
    onFailure(error);
  }
}

function tryToWrite(directory: string): void {
  const trial = mkdtempSync(join(directory, '.access-'));
  try {
    writeFileSync(join(trial, 'trial'), '');
  } finally {
    rmSync(trial, { recursive: true, force: true });
  }
}

/** The topmost directory above `path` that this user may not enter. */
function closedDirectoryAbove(path: string): string | undefined {
  const above = dirname(path);
  if (above === path) return undefined;
  const higher = closedDirectoryAbove(above);
  if (higher !== undefined) return higher;
  try {
    accessSync(above, X_OK);
    return undefined;
  } catch {
    return above;
  }
}
