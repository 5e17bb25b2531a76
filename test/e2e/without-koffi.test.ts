// The same program on plain Node sockets, as on a machine where koffi cannot be had; and what cannot be had then.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { endWithUs } from '../fixtures/end-with-us.ts';
import { isRoot } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { makeGatewayDirectory, spawnGateway } from './gateway-process.ts';

const WITHOUT_KOFFI = { SOTTO_WITHOUT_KOFFI: '1' };
const SAME_TESTS = ['clients', 'filtering', 'threads', 'local-addresses'];

test('clients, filtering, restarted threads and local addresses work without koffi', async (t) => {
  const files = SAME_TESTS.map((name) => join(import.meta.dirname, `${name}.test.ts`));
  // NODE_TEST_CONTEXT would make the child report in the parent's binary format.
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const words = [...endWithUs(), process.execPath, '--test', '--test-reporter=tap', ...files];
  const child = spawn(words[0]!, words.slice(1), {
    env: { ...environment, ...WITHOUT_KOFFI },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let report = '';
  child.stdout.on('data', (chunk: Buffer) => {
    report += chunk;
  });
  await once(child, 'close');
  for (const [skipped] of report.matchAll(/\S.* # SKIP.*/g)) t.diagnostic(skipped);
  assert.equal(child.exitCode, 0, report);
  assert.match(report, /# fail 0/);
  assert.doesNotMatch(report, /# pass 0\b/);
});

test('ports below 1024 with server.user are refused without koffi, saying why and what to do', async (t) => {
  if (!isRoot(t)) return;
  const directory = makeGatewayDirectory();
  const upstream = { hostName: 'dns.example.org', dohPort: 9, address: '127.0.0.1', caPem: '' };
  const listen = '[listen]\ndns = ["127.0.0.53:1"]\ndot = []\ndoh = []\nhttp = []';
  const config = gatewayConfig({ directory, upstreams: [upstream], listen, server: 'user = "nobody"' });
  const gateway = spawnGateway({
    directory,
    config: config.replaceAll(/^ca = .*$/gm, ''),
    environment: WITHOUT_KOFFI,
  });
  assert.equal(await gateway.ended(), 1);
  assert.match(gateway.standardError(), /ports below 1024.*koffi/s);
});
