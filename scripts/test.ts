// `npm test`: brings in the real components, then runs every test; arguments name single test files instead.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { installComponents } from '../test/setup/install-components.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..');
const TEST_FILES = ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'];

await installComponents((line) => console.log(line));

const named = process.argv.slice(2);
const child = spawn(
  process.execPath,
  ['--test', '--test-concurrency=2', '--test-timeout=240000', ...(named.length > 0 ? named : TEST_FILES)],
  {
    cwd: PROJECT_ROOT,
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
