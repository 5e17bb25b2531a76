// How a test says what real components it needs: without them it is skipped with a printed reason, in CI it fails.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { findCommand } from './missing-components.ts';
import { REAL_FILES } from './packages.ts';

/** True if all commands are there; otherwise the test is skipped (in CI: fails) and must return. */
export function hasCommands(test: TestContext, ...commands: string[]): boolean {
  const missing = commands.filter((command) => findCommand(command) === undefined);
  if (missing.length === 0) return true;
  return declined(test, `not installed: ${missing.join(', ')}`);
}

/** True if Debian's Python is there with all modules the tests use. */
export function hasPython(test: TestContext): boolean {
  const missing = ['/usr/bin/python3', ...REAL_FILES.map(({ path }) => path)].filter((path) => !existsSync(path));
  return missing.length === 0 || declined(test, `not installed: ${missing.join(', ')}`);
}

/** True as root; network namespaces, ports below 1024 and other users need it. */
export function isRoot(test: TestContext): boolean {
  if (process.getuid?.() === 0) return true;
  return declined(test, 'needs root');
}

/** True where network namespaces with IPv6 can be made: not in every container, even for root. */
export function canMakeNamespaces(test: TestContext): boolean {
  if (!isRoot(test) || !hasCommands(test, 'unshare', 'ip')) return false;
  const probe = 'ip link set lo up && ip -6 address show dev lo | grep -q ::1';
  const { status, stderr } = spawnSync('unshare', ['--net', '--mount', '--', 'sh', '-c', probe], { encoding: 'utf8' });
  return status === 0 || declined(test, `no network namespace with IPv6 can be made here ${stderr.trim()}`);
}

/** Skips the test, or fails it in CI; false. */
export function declined(test: TestContext, reason: string): boolean {
  if (process.env.CI === 'true') throw new Error(`in CI nothing is skipped: ${reason}`);
  test.skip(reason);
  return false;
}
