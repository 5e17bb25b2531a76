// Debian starts a daemon as soon as its package is installed, and again at every boot. The tests want the programs alone:
// while `action` runs nothing may be started, afterwards nothing new is enabled, and whatever was changed is put back.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { findCommand } from './missing-components.ts';

const RUN_LEVEL_DIRECTORY = /^rc[0-6S]\.d$/;
/** 101: what invoke-rc.d asked for is forbidden. The second line tells our file from anybody else's. */
const POLICY = '#!/bin/sh\n# The tests of sotto install packages; this file goes when they are done.\nexit 101\n';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether a signal waits for the action's end. */
export type IsInterrupted = () => boolean;

/**
 * A signal waits until all is put back, then ends the process as it would have. `root`: another place for the system's files,
 * for the test of this.
 */
export async function withSleepingDaemons<T>(
  action: (isInterrupted: IsInterrupted) => Promise<T>,
  root = '/',
): Promise<T> {
  let received: NodeJS.Signals | undefined;
  const hold = (signal: NodeJS.Signals) => {
    received ??= signal;
  };
  for (const signal of SIGNALS) process.on(signal, hold);
  try {
    return await asleep(() => action(() => received !== undefined), root);
  } finally {
    // What has ended the action may be the very signal, still on its way here: it is read between the two.
    await setImmediate();
    await setImmediate();
    for (const signal of SIGNALS) process.removeListener(signal, hold);
    if (received !== undefined) process.kill(process.pid, received);
  }
}

/** Puts back what an earlier run left because it was killed. */
export function wakeAfterKill(root = '/'): void {
  const { policy, backup } = policyPaths(root);
  if (isOurs(policy) || existsSync(backup)) allowStarts(root);
}

async function asleep<T>(action: () => Promise<T>, root: string): Promise<T> {
  const enabledBefore = new Set(enabledAtBoot(root));
  forbidStarts(root);
  try {
    return await action();
  } finally {
    try {
      disable(
        enabledAtBoot(root).filter((link) => !enabledBefore.has(link)),
        root,
      );
    } finally {
      allowStarts(root);
    }
  }
}

function policyPaths(root: string): { policy: string; backup: string } {
  const policy = join(root, 'usr/sbin/policy-rc.d');
  return { policy, backup: `${policy}.before-sotto-tests` };
}

/** A policy that is already there is set aside and comes back. */
function forbidStarts(root: string): void {
  wakeAfterKill(root);
  const { policy, backup } = policyPaths(root);
  if (existsSync(policy)) renameSync(policy, backup);
  writeFileSync(policy, POLICY);
  chmodSync(policy, 0o755);
}

function allowStarts(root: string): void {
  const { policy, backup } = policyPaths(root);
  if (isOurs(policy)) rmSync(policy);
  if (existsSync(backup)) renameSync(backup, policy);
}

function isOurs(policy: string): boolean {
  return existsSync(policy) && readFileSync(policy, 'utf8') === POLICY;
}

function unitDirectory(root: string): string {
  return join(root, 'etc/systemd/system');
}

/** Links by which systemd and System V init start something at boot. */
function enabledAtBoot(root: string): string[] {
  const units = existsSync(unitDirectory(root))
    ? readdirSync(unitDirectory(root), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isSymbolicLink())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];
  const runLevels = readdirSync(join(root, 'etc'))
    .filter((name) => RUN_LEVEL_DIRECTORY.test(name))
    .map((name) => join(root, 'etc', name))
    .flatMap((directory) => readdirSync(directory).map((link) => join(directory, link)))
    .filter((path) => basename(path).startsWith('S'));
  return [...units, ...runLevels];
}

function disable(links: readonly string[], root: string): void {
  const services = new Set<string>();
  for (const link of links) {
    if (link.startsWith(unitDirectory(root))) rmSync(link, { force: true });
    else services.add(basename(link).slice('S01'.length));
  }
  const updateRcD = findCommand('update-rc.d');
  if (updateRcD === undefined) return;
  for (const service of services) spawnSync(updateRcD, [service, 'disable'], { stdio: 'ignore' });
}
