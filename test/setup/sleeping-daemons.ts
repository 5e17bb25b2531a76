// Debian starts a daemon as soon as its package is installed, and again at every boot. The tests want the programs alone:
// while `action` runs nothing may be started, afterwards nothing new is enabled, and whatever was changed is put back.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findCommand } from './missing-components.ts';

const POLICY_FILE = '/usr/sbin/policy-rc.d';
const POLICY_BACKUP = '/usr/sbin/policy-rc.d.before-sotto-tests';
const UNIT_DIRECTORY = '/etc/systemd/system';
const RUN_LEVEL_DIRECTORY = /^rc[0-6S]\.d$/;

export function withSleepingDaemons<T>(action: () => T): T {
  const enabledBefore = new Set(enabledAtBoot());
  forbidStarts();
  try {
    return action();
  } finally {
    disable(enabledAtBoot().filter((link) => !enabledBefore.has(link)));
    allowStarts();
  }
}

/** policy-rc.d answering 101 makes invoke-rc.d start nothing. One that is already there is set aside and comes back. */
function forbidStarts(): void {
  // A backup that is still there means that an earlier run was killed before it could restore it.
  if (existsSync(POLICY_FILE) && !existsSync(POLICY_BACKUP)) renameSync(POLICY_FILE, POLICY_BACKUP);
  writeFileSync(POLICY_FILE, '#!/bin/sh\nexit 101\n');
  chmodSync(POLICY_FILE, 0o755);
}

function allowStarts(): void {
  rmSync(POLICY_FILE, { force: true });
  if (existsSync(POLICY_BACKUP)) renameSync(POLICY_BACKUP, POLICY_FILE);
}

/** Links by which systemd and System V init start something at boot. */
function enabledAtBoot(): string[] {
  const units = existsSync(UNIT_DIRECTORY)
    ? readdirSync(UNIT_DIRECTORY, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isSymbolicLink())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];
  const runLevels = readdirSync('/etc')
    .filter((name) => RUN_LEVEL_DIRECTORY.test(name))
    .flatMap((name) => readdirSync(join('/etc', name)).map((link) => join('/etc', name, link)))
    .filter((path) => basename(path).startsWith('S'));
  return [...units, ...runLevels];
}

function disable(links: readonly string[]): void {
  const services = new Set<string>();
  for (const link of links) {
    if (link.startsWith(UNIT_DIRECTORY)) rmSync(link, { force: true });
    else services.add(basename(link).slice('S01'.length));
  }
  const updateRcD = findCommand('update-rc.d');
  if (updateRcD === undefined) return;
  for (const service of services) spawnSync(updateRcD, [service, 'disable'], { stdio: 'ignore' });
}
