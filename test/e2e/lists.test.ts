// What lists and rules files bring about while the gateway runs, from a real client to the real program: a publisher with new versions,
// one that is held back, an operator who writes rules.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { DnsPeer } from '../peers/dns-peer.ts';
import { startUnbound } from '../peers/unbound.ts';
import { findCommand } from '../setup/missing-components.ts';
import { hasCommands } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { type GatewayProcess, makeGatewayDirectory, PROGRAM, startGatewayProcess } from './gateway-process.ts';
import { type CommandResult, runCommand } from './run-command.ts';

const SITES = Array.from({ length: 12 }, (_, index) => `site${index}.shop.example`);
const ADS = `||lifted.example^\n${Array.from({ length: 29 }, (_, index) => `||ads${index}.example^\n`).join('')}`;
const GIVE_UP_MILLISECONDS = 10_000;

describe('lists and rules while the gateway runs', () => {
  let peer: DnsPeer | undefined;
  let gateway: GatewayProcess | undefined;
  let publisher: Server | undefined;
  let published = ADS;
  let rulesFile = '';

  before(async () => {
    if (findCommand('unbound') === undefined) return;
    publisher = createServer((request, response) => {
      const etag = `"${published.length}-${published.slice(0, 12).replace(/\W/g, '')}"`;
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag }).end(published);
    });
    await new Promise<void>((resolve) => publisher!.listen(0, '127.0.0.1', resolve));
    const { port } = publisher.address() as AddressInfo;
    peer = await startUnbound({
      elsewhere: [...SITES.map((name, index) => `${name} A 192.0.2.${index + 1}`), 'lifted.example A 192.0.2.99'],
    });
    const directory = makeGatewayDirectory();
    rulesFile = join(directory, 'my-rules.txt');
    writeFileSync(rulesFile, '# mine\n');
    const extra = `[[list]]
name = "ads"
url = "http://127.0.0.1:${port}/ads.txt"

[policy]
rules_file = "my-rules.txt"
`;
    const config = gatewayConfig({ directory, upstreams: [peer], extra });
    gateway = await startGatewayProcess({ directory, config });
  });
  after(async () => {
    await gateway?.stop();
    await peer?.stop();
    publisher?.close();
  });

  const ready = (t: TestContext) => hasCommands(t, 'unbound', 'kdig');

  async function answerTo(name: string): Promise<string> {
    const port = String(gateway!.ports.dns);
    const { output } = await runCommand('kdig', '@127.0.0.1', '-p', port, '+edns', '+timeout=6', name, 'A');
    return output;
  }

  /** Until the answer is so; how long that took, in milliseconds. */
  async function until(name: string, looks: RegExp): Promise<number> {
    const begun = performance.now();
    for (let answer = ''; !looks.test(answer); ) {
      answer = await answerTo(name);
      if (performance.now() - begun > GIVE_UP_MILLISECONDS) assert.fail(`${name} is still answered with ${answer}`);
      await wait(20);
    }
    return performance.now() - begun;
  }

  async function sotto(...args: string[]): Promise<CommandResult> {
    return await runCommand(process.execPath, PROGRAM, ...args, '--config', gateway!.configPath);
  }

  test('the first download is in force', async (t) => {
    if (!ready(t)) return;
    await until('www.ads3.example', /EDE: 15/);
    const { output, exitCode } = await sotto('lists');
    assert.equal(exitCode, 0);
    assert.match(output, /^ads {3}block {3}in force {2}adblock {5}30 /m);
    assert.match(output, /^30 names in force/m);
  });

  test('what is written into the rules file holds at once, for what was cached too, and no longer when it goes', async (t) => {
    if (!ready(t)) return;
    assert.match(await answerTo(SITES[0]!), /192\.0\.2\.1$/m);
    writeFileSync(rulesFile, `||${SITES[0]}^\n||nonsense^$nonsense\n`);
    const milliseconds = await until(SITES[0]!, /NXDOMAIN/);
    t.diagnostic(`blocked ${Math.round(milliseconds)} ms after it was written`);
    assert.ok(gateway!.lines().some(({ msg }) => msg.includes(`${rulesFile}:2: "||nonsense^$nonsense"`)));
    writeFileSync(rulesFile, '# nothing\n');
    await until(SITES[0]!, /192\.0\.2\.1$/m);
  });

  test('an own rule lifts what a list blocks', async (t) => {
    if (!ready(t)) return;
    writeFileSync(rulesFile, '@@||lifted.example^\n');
    await until('lifted.example', /192\.0\.2\.99$/m);
    writeFileSync(rulesFile, '# nothing\n');
    await until('lifted.example', /EDE: 15/);
  });

  test('"sotto lists update" takes up a new version and shows how', async (t) => {
    if (!ready(t)) return;
    published = `${ADS}||more-ads.example^\n`;
    const { output, exitCode } = await sotto('lists', 'update');
    assert.equal(exitCode, 0);
    assert.match(output, /^ads: a new version, 31 rules$/m);
    assert.match(output, /^in force: 31 names$/m);
    assert.match(await answerTo('more-ads.example'), /EDE: 15/);
    assert.match((await sotto('lists', 'update', 'ads')).output, /^ads: unchanged$/m);
  });

  test('a version that would block what people just asked for is held back until it is accepted', async (t) => {
    if (!ready(t)) return;
    for (const name of SITES) assert.match(await answerTo(name), /192\.0\.2\./);
    published = `${ADS}||shop.example^\n`;
    const update = await sotto('lists', 'update');
    assert.equal(update.exitCode, 1);
    assert.match(update.output, /^ads: a new version, which is held back: it would block 12 of the \d+ names/m);
    assert.match(await answerTo(SITES[5]!), /192\.0\.2\.6$/m);
    assert.match((await sotto('lists', 'ads')).output, /such as .*\.shop\.example/);
    assert.ok(gateway!.lines().some(({ msg }) => msg.includes('"sotto lists accept ads" puts it in force')));
    assert.ok(!gateway!.lines().some(({ msg }) => msg.includes('shop.example')));
    assert.equal((await sotto('lists', 'accept', 'ads')).exitCode, 0);
    assert.match(await answerTo(SITES[5]!), /NXDOMAIN/);
  });
});
