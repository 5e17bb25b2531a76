// `npm start` as a supervisor sees it: a signal to npm reaches the gateway, and nothing is left behind.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeGatewayDirectory, PROJECT_ROOT } from './gateway-process.ts';

const CONFIG = 'list = []\n[listen]\ndns = ["127.0.0.1:0"]\ndot = []\ndoh = []\nhttp = []\n';
const PATIENCE_MILLISECONDS = 60_000;

test('SIGTERM to npm ends the gateway that it started', async () => {
  const config = join(makeGatewayDirectory(), 'config.toml');
  writeFileSync(config, CONFIG);
  // A group of its own, so that whatever is left behind can be ended.
  const npm = spawn('npm', ['start', '--', '--config', config], {
    cwd: PROJECT_ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  const overdue = setTimeout(() => process.kill(-npm.pid!, 'SIGKILL'), PATIENCE_MILLISECONDS);
  npm.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
    if (output.includes('"ready"')) npm.kill('SIGTERM');
  });
  // Not before the last process that holds standard output has ended.
  await once(npm, 'close');
  clearTimeout(overdue);
  assert.match(output, /SIGTERM: answering what is in flight/);
});
