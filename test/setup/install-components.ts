// Installs the real servers and clients the tests need, where that is possible and welcome.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { findCommand, missingPackages } from './missing-components.ts';
import type { RealComponent } from './packages.ts';
import { wakeAfterKill, withSleepingDaemons } from './sleeping-daemons.ts';

const APT_OPTIONS = [
  '-y',
  '-q',
  '--no-install-recommends',
  '-o',
  'DPkg::Lock::Timeout=120',
  '-o',
  'Dpkg::Options::=--force-confold',
];
const OUTPUT_KEPT_CHARACTERS = 10_000;
/** Replaces /etc/resolv.conf on the machine it lands on. */
const NEVER_INSTALLED = 'systemd-resolved';

/**
 * Brings in what is missing: as root on Debian through apt, unless SOTTO_TEST_INSTALL=0. Says what it does. What stays missing is
 * the business of the tests that need it: they fail in CI and are skipped elsewhere. `more`: wanted besides.
 */
export async function installComponents(
  say: (line: string) => void,
  more: readonly RealComponent[] = [],
): Promise<void> {
  if (process.getuid?.() === 0) wakeAfterKill();
  const packages = missingPackages(more);
  if (packages.length === 0) return;
  const reason = reasonNotToInstall();
  if (reason !== undefined) {
    say(`Real components are missing; the tests that need them are skipped (in CI: fail). ${reason}`);
    say(`  apt-get install --no-install-recommends ${packages.join(' ')}`);
    return;
  }
  say(`Installing what the tests talk to (SOTTO_TEST_INSTALL=0 declines): ${packages.join(' ')}`);
  say('Their daemons are neither started nor enabled.');
  const isComplete = await withSleepingDaemons(
    async (isInterrupted) =>
      (await aptGet('install', packages)) ||
      (!isInterrupted() && (await aptGet('update')) && !isInterrupted() && (await aptGet('install', packages))),
  );
  if (!isComplete) say(`Not everything could be installed; still missing: ${missingPackages(more).join(' ')}`);
}

function reasonNotToInstall(): string | undefined {
  if (process.env.SOTTO_TEST_INSTALL === '0') return 'Installing was declined by SOTTO_TEST_INSTALL=0; by hand:';
  if (findCommand('apt-get') === undefined) return 'This is not Debian: install what provides them, on Debian with:';
  if (process.getuid?.() !== 0) return 'Only root can install them:';
  return undefined;
}

/** Waits for its end whatever signal comes: a package half installed is worse than a late end. */
async function aptGet(verb: 'install' | 'update', packages: readonly string[] = []): Promise<boolean> {
  const names = verb === 'install' ? [...packages, ...keptOut()] : [];
  const child = spawn('apt-get', [...APT_OPTIONS, verb, ...names], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_KEPT_CHARACTERS);
    });
  }
  const [code]: [number | null] = (await once(child, 'close')) as [number | null];
  if (code !== 0 && verb === 'install') process.stderr.write(lastLines(output));
  return code === 0;
}

/** Said to apt where it could come in: where it is installed the words would remove it, and of what apt does not know it makes an error. */
function keptOut(): string[] {
  const isKnown = spawnSync('apt-cache', ['show', NEVER_INSTALLED], { stdio: 'ignore' }).status === 0;
  return isKnown && !isInstalled(NEVER_INSTALLED) ? [`${NEVER_INSTALLED}-`] : [];
}

function isInstalled(name: string): boolean {
  const { stdout } = spawnSync('dpkg', ['--status', name], { encoding: 'utf8' });
  return /^Status: .* installed$/m.test(stdout ?? '');
}

function lastLines(text: string): string {
  return `${text.trimEnd().split('\n').slice(-5).join('\n')}\n`;
}
