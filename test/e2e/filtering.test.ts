// A blocked name on every transport, what explain says about it, and the cache that all threads share.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { DnsPeer } from '../peers/dns-peer.ts';
import { startUnbound } from '../peers/unbound.ts';
import { findCommand } from '../setup/missing-components.ts';
import { hasCommands } from '../setup/require-components.ts';
import { readTestData } from '../setup/test-data.ts';
import { gatewayConfig } from './gateway-config.ts';
import { type GatewayProcess, makeGatewayDirectory, PROGRAM, startGatewayProcess } from './gateway-process.ts';
import { runCommand } from './run-command.ts';
import { threadCounters } from './thread-counters.ts';

const OWN_LIST = ['# a list', '', '0.0.0.0 ads.lab.example # an ad server', '0.0.0.0 one.example two.example'].join(
  '\n',
);

interface Transport {
  readonly name: string;
  readonly parameters: (gateway: GatewayProcess) => string[];
}

const TRANSPORTS: readonly Transport[] = [
  { name: 'UDP', parameters: ({ ports }) => ['-p', String(ports.dns)] },
  { name: 'TCP', parameters: ({ ports }) => ['-p', String(ports.dns), '+tcp'] },
  {
    name: 'DoT',
    parameters: ({ ports, caPath }) => [
      '-p',
      String(ports.dot),
      '+tls',
      `+tls-ca=${caPath}`,
      '+tls-hostname=localhost',
    ],
  },
  {
    name: 'DoH',
    parameters: ({ ports, caPath }) => [
      '-p',
      String(ports.doh),
      '+https',
      `+tls-ca=${caPath}`,
      '+tls-hostname=localhost',
    ],
  },
];

async function kdig(gateway: GatewayProcess, transport: Transport, name: string, ...more: string[]): Promise<string> {
  const { output, errors } = await runCommand(
    'kdig',
    '@127.0.0.1',
    '+edns',
    '+timeout=6',
    ...transport.parameters(gateway),
    name,
    ...more,
  );
  return output + errors;
}

describe('filtering', () => {
  let peer: DnsPeer | undefined;
  let gateway: GatewayProcess | undefined;

  before(async () => {
    if (findCommand('unbound') === undefined) return;
    peer = await startUnbound();
    const directory = makeGatewayDirectory();
    writeFileSync(join(directory, 'own.hosts'), OWN_LIST);
    const extra =
      '[[list]]\nname = "own"\nfile = "own.hosts"\n\n[policy]\nrules = ["||tracker.example^", "@@||good.tracker.example^"]';
    gateway = await startGatewayProcess({ directory, config: gatewayConfig({ directory, upstreams: [peer], extra }) });
  });
  after(async () => {
    await gateway?.stop();
    await peer?.stop();
  });

  const ready = (t: TestContext) => hasCommands(t, 'unbound', 'kdig');

  for (const transport of TRANSPORTS) {
    test(`a listed name is NXDOMAIN with SOA and EDE 15 that names the list, over ${transport.name}`, async (t) => {
      if (!ready(t)) return;
      const answer = await kdig(gateway!, transport, 'ads.lab.example');
      assert.match(answer, /status: NXDOMAIN/);
      assert.match(answer, /AUTHORITY SECTION:\n\S+\s+60\s+IN\s+SOA\s/);
      assert.match(answer, /EDE: 15 \(Blocked\): 'blocked by own: \|ads\.lab\.example\^'/);
    });

    test(`a second question is answered from cache with a smaller TTL, over ${transport.name}`, async (t) => {
      if (!ready(t)) return;
      const ttl = async () =>
        Number(/www\.lab\.example\.\s+(\d+)/.exec(await kdig(gateway!, transport, 'www.lab.example'))?.[1]);
      const first = await ttl();
      let later = first;
      for (let round = 0; round < 40 && later === first; round++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        later = await ttl();
      }
      assert.ok(later < first && later > first - 10, `${first}, then ${later}`);
    });
  }

  test('own rules block a name and all below it, but for their exceptions', async (t) => {
    if (!ready(t)) return;
    assert.match(
      await kdig(gateway!, TRANSPORTS[0]!, 'x.tracker.example'),
      /EDE: 15 \(Blocked\): 'blocked by a rule of this gateway: \|\|tracker\.example\^'/,
    );
    assert.doesNotMatch(await kdig(gateway!, TRANSPORTS[0]!, 'a.good.tracker.example'), /EDE: 15/);
  });

  test('explain names list, file and line, from the running gateway and after it ended', async (t) => {
    if (!ready(t)) return;
    const explain = (name: string) =>
      runCommand(process.execPath, PROGRAM, 'explain', name, '--config', gateway!.configPath);
    const running = await explain('ADS.lab.example');
    assert.equal(running.exitCode, 0, running.errors);
    assert.match(running.output, /blocked/);
    assert.match(running.output, /own\.hosts:3\b/);
    assert.match((await explain('two.example')).output, /own\.hosts:4\b/);
    assert.match((await explain('x.tracker.example')).output, /\|\|tracker\.example\^/);
    assert.match((await explain('www.lab.example')).output, /allowed|answered/);
  });

  test('asked on one thread, hit on another', async (t) => {
    if (!ready(t)) return;
    // Every kdig has a port of its own, by which the kernel chooses the thread: soon both have been asked.
    for (let round = 0; round < 20; round++) await kdig(gateway!, TRANSPORTS[0]!, 'onlyv4.lab.example');
    const threads = await threadCounters(join(gateway!.directory, 'state', 'control.sock'));
    assert.equal(threads.length, 2);
    for (const thread of threads)
      assert.ok(thread.queriesUdp! > 0 && thread.answersFromCache! > 0, JSON.stringify(threads));
  });
});

describe('filtering with real lists', () => {
  test('a name of the real StevenBlack list is blocked on each transport and explained to its line', async (t) => {
    if (!hasCommands(t, 'unbound', 'kdig')) return;
    const list = readTestData(t, 'blocklists/stevenblack-hosts.txt.gz');
    if (list === undefined) return;
    const lines = list.toString('utf8').split('\n');
    const index = lines.findLastIndex((line) => line.startsWith('0.0.0.0 ') && line.length > 20);
    const name = lines[index]!.split(/\s+/)[1]!;
    const directory = makeGatewayDirectory();
    writeFileSync(join(directory, 'hosts'), list);
    const peer = await startUnbound();
    t.after(() => peer.stop());
    const extra = '[[list]]\nname = "stevenblack"\nfile = "hosts"';
    const gateway = await startGatewayProcess({
      directory,
      config: gatewayConfig({ directory, upstreams: [peer], extra }),
    });
    t.after(() => gateway.stop());
    for (const transport of TRANSPORTS) {
      const answer = await kdig(gateway, transport, name);
      assert.match(answer, /status: NXDOMAIN/);
      assert.match(answer, /EDE: 15 \(Blocked\): 'blocked by stevenblack: \|/);
    }
    const { output } = await runCommand(process.execPath, PROGRAM, 'explain', name, '--config', gateway.configPath);
    assert.match(output, /stevenblack/);
    assert.match(output, new RegExp(`hosts:${index + 1}\\b`));
  });
});
