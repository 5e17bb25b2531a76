// A gateway that stops in the middle of an order leaves no record behind, whoever writes them.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { acmeSource, keeperPlace, testKeeper } from '../../../../../test/fixtures/acme/keeper-on-a-clock.ts';
import { startPebble } from '../../../../../test/peers/pebble.ts';
import { hasCommands } from '../../../../../test/setup/require-components.ts';
import type { DnsProviderSettings } from '../../../settings/acme-settings.ts';

const NEEDED = ['pebble', 'pebble-challtestsrv', 'openssl'];

/** An order that is under way; the record is looked for in vain until the gateway stops. */
async function ordering(t: TestContext, provider: DnsProviderSettings) {
  const pebble = await startPebble();
  t.after(() => pebble.stop());
  const dns = { provider, propagationSeconds: 600, delaySeconds: 0 };
  const source = acmeSource({
    directory: pebble.directoryUrl,
    directoryCaPath: pebble.caPath,
    challenge: 'dns-01',
    dns,
  });
  const run = testKeeper(t, { place: keeperPlace(t), certificates: [{ names: ['dns.home.test'], source }] });
  run.keeper.start();
  return run.keeper;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 20_000;
  while (!holds()) {
    assert.ok(performance.now() < giveUpAt, what);
    await wait(20);
  }
}

describe('a gateway that stops while it waits for a record to be seen', () => {
  function hook(t: TestContext, cases: string) {
    const { directory } = keeperPlace(t);
    const path = join(directory, 'hook');
    const calls = join(directory, 'calls');
    writeFileSync(path, `#!/bin/sh\necho "$@" >> ${calls}\ncase "$1" in\n${cases}\nesac\n`);
    chmodSync(path, 0o700);
    const lines = () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []);
    return { lines, settings: { kind: 'hook', path, timeoutSeconds: 300 } as const };
  }

  for (const [what, cases] of [
    ['has the hook take it away', ''],
    ['has the hook take it away also where it was still writing', 'present) sleep 300 ;;'],
  ] as const)
    test(what, async (t) => {
      if (!hasCommands(t, ...NEEDED)) return;
      const { lines, settings } = hook(t, cases);
      const keeper = await ordering(t, settings);
      await until('the record is written', () => lines().length > 0);
      await keeper.stop();
      const [, name, value] = lines()[0]!.split(' ');
      assert.deepEqual(lines(), [`present ${name} ${value}`, `cleanup ${name} ${value}`]);
    });

  test('waits for a hook that hangs for seconds, not for ever', async (t) => {
    if (!hasCommands(t, ...NEEDED)) return;
    const { lines, settings } = hook(t, 'cleanup) sleep 300 ;;');
    const keeper = await ordering(t, settings);
    await until('the record is written', () => lines().length > 0);
    const startedAt = performance.now();
    await keeper.stop();
    assert.equal(lines().length, 2);
    assert.ok(performance.now() - startedAt < 60_000);
  });

  test("has a provider's API take it away", async (t) => {
    if (!hasCommands(t, ...NEEDED)) return;
    const contents = new Map<string, string>();
    let written = 0;
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
      const { pathname } = new URL(request.url!, 'http://api');
      let result: readonly object[] = [];
      if (request.method === 'POST') contents.set(`r${++written}`, (JSON.parse(text) as { content: string }).content);
      else if (request.method === 'DELETE') contents.delete(pathname.split('/').at(-1)!);
      else if (pathname === '/zones') result = [{ id: 'zone' }];
      else result = [...contents].map(([id, content]) => ({ id, content }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ result }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const keeper = await ordering(t, { kind: 'cloudflare', token: 'token', url });
    await until('the record is written', () => contents.size > 0);
    await keeper.stop();
    assert.deepEqual([written, contents.size], [1, 0]);
  });
});
