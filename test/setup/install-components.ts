// Installs the real servers and clients the tests need, where that is possible and welcome.

import { spawnSync } from 'node:child_process';
import { findCommand, missingPackages } from './missing-components.ts';
import { withSleepingDaemons } from './sleeping-daemons.ts';

const APT_OPTIONS = [
  '-y',
  '-q',
  '--no-install-recommends',
  '-o',
  'DPkg::Lock::Timeout=120',
  '-o',
  'Dpkg::Options::=--force-confold',
];
/** Replaces /etc/resolv.conf on the machine it lands on. */
const NEVER_INSTALLED = 'systemd-resolved-';

/**
 * Brings in what is missing: as root on Debian through apt, unless SOTTO_TEST_INSTALL=0. Says what it does. What stays missing is
 * the business of the tests that need it: they fail in CI and are skipped elsewhere.
 */
export function installComponents(say: (line: string) => void): void {
  const packages = missingPackages();
  if (packages.length === 0) return;
  const reason = reasonNotToInstall();
  if (reason !== undefined) {
    say(`Real components are missing; the tests that need them are skipped (in CI: fail). ${reason}`);
    say(`  apt-get install --no-install-recommends ${packages.join(' ')}`);
    return;
  }
  say(`Installing what the tests talk to (SOTTO_TEST_INSTALL=0 declines): ${packages.join(' ')}`);
  say('Their daemons are neither started nor enabled.');
  const isInstalled = withSleepingDaemons(
    () => aptGet('install', packages) || (aptGet('update') && aptGet('install', packages)),
  );
  if (!isInstalled) say(`Not everything could be installed; still missing: ${missingPackages().join(' ')}`);
}

function reasonNotToInstall(): string | undefined {
  if (process.env.SOTTO_TEST_INSTALL === '0') return 'Installing was declined by SOTTO_TEST_INSTALL=0; by hand:';
  if (findCommand('apt-get') === undefined) return 'This is not Debian: install what provides them, on Debian with:';
  if (process.getuid?.() !== 0) return 'Only root can install them:';
  return undefined;
}

function aptGet(verb: 'install' | 'update', packages: readonly string[] = []): boolean {
  const names = verb === 'install' ? [...packages, NEVER_INSTALLED] : [];
  const { status, stderr, stdout } = spawnSync('apt-get', [...APT_OPTIONS, verb, ...names], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0 && verb === 'install') process.stderr.write(lastLines(stderr || stdout || ''));
  return status === 0;
}

function lastLines(text: string): string {
  return `${text.trimEnd().split('\n').slice(-5).join('\n')}\n`;
}
