import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createLog } from './control-plane/observability/log.ts';
import { readSettings } from './control-plane/settings/load-settings.ts';
import type { Settings } from './control-plane/settings/settings.ts';
import { startGateway } from './main.ts';

/** Nothing answers at the upstream, and no list is wanted. */
const CONFIG = `list = []
[listen]
dns = ["127.0.0.1:0"]
dot = []
doh = []
http = ["127.0.0.1:0"]
[[upstream]]
url = "https://dns.example.org/dns-query"
addresses = ["127.0.0.9"]
`;

function settingsIn(t: TestContext): Settings {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-main-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const environment = { workingDirectory: directory, cores: 1, hostName: 'gateway' };
  const result = readSettings(CONFIG, join(directory, 'config.toml'), environment);
  assert.ok(result.ok);
  return result.settings;
}

test('a start that is called off leaves nothing behind: the next one has the state directory to itself', async (t) => {
  const settings = settingsIn(t);
  const lines: string[] = [];
  const log = createLog({ destination: { write: (line: string) => void lines.push(line) }, isTerminal: false });
  const reason = new Error('called off');
  await assert.rejects(startGateway(settings, { log, signal: AbortSignal.abort(reason) }), reason);
  assert.ok(!lines.some((line) => line.includes('"ready"')));
  const gateway = await startGateway(settings, { log });
  assert.ok(lines.some((line) => line.includes('"ready"')));
  await gateway.close(0);
});

test('a gateway can be started, closed and started again in one process', async (t) => {
  const settings = settingsIn(t);
  const log = createLog({ destination: { write: () => undefined }, isTerminal: false });
  for (let start = 1; start <= 2; start++) {
    const gateway = await startGateway(settings, { log });
    assert.deepEqual(gateway.addresses.map(({ kind }) => kind).sort(), ['http', 'tcp', 'udp']);
    await gateway.close(0);
  }
});
