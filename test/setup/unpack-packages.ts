// Debian packages that are not installed, since that would change the machine or bring too much along: fetched and unpacked into a
// folder, which goes when the process ends.

import { readdirSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { runCommand } from '../e2e/run-command.ts';
import { temporaryDirectory } from '../fixtures/temporary-directory.ts';
import { declined, hasCommands } from './require-components.ts';

/** The folder with everything of `packages` in it; undefined where the test is skipped (in CI: fails) and must return. */
export async function unpackPackages(test: TestContext, ...packages: string[]): Promise<string | undefined> {
  if (!hasCommands(test, 'apt-get', 'dpkg')) return undefined;
  const { path } = temporaryDirectory('unpacked');
  const script =
    'cd "$1" && shift && apt-get download -q "$@" && for file in *.deb; do dpkg -x "$file" . || exit 1; done';
  const { exitCode, errors } = await runCommand('sh', '-c', script, 'sh', path, ...packages);
  if (exitCode === 0) return path;
  declined(test, `${packages.join(', ')} cannot be fetched: ${errors.trim().split('\n').at(-1) ?? ''}`);
  return undefined;
}

/** The folder below `root` in which the first file of such a name lies. */
export function folderOf(root: string, file: RegExp): string {
  const found = readdirSync(root, { recursive: true, withFileTypes: true }).find(({ name }) => file.test(name));
  if (found === undefined) throw new Error(`no ${file} below ${root}`);
  return found.parentPath;
}
