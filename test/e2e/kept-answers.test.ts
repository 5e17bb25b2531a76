// Answers over a restart, and taken out of the cache, with the whole program.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ScriptedAnswers, startScriptedAnswers } from '../conformance/scripted-answers.ts';
import { answersOf, query } from '../conformance/messages.ts';
import { udpClient } from '../fixtures/listener-clients.ts';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { gatewayConfig, type GatewayConfigOptions } from './gateway-config.ts';
import { type GatewayProcess, makeGatewayDirectory, PROGRAM, startGatewayProcess } from './gateway-process.ts';
import { runCommand } from './run-command.ts';

const NAME = 'kept.example.org';
const certificate = makeCertificate({ names: ['dns.example.org'] });
after(() => certificate.remove());
let upstream: ScriptedAnswers;
before(async () => {
  upstream = await startScriptedAnswers(certificate);
});
after(() => upstream.server.stop());

function start(directory: string, cache: string, lines: Partial<GatewayConfigOptions> = {}): Promise<GatewayProcess> {
  const { address, port } = upstream.server;
  const peer = { hostName: 'dns.example.org', address, dohPort: port, caPem: certificate.caPem };
  return startGatewayProcess({
    directory,
    config: gatewayConfig({ directory, upstreams: [peer], threads: 2, cache, ...lines }),
  });
}

async function ask({ ports }: GatewayProcess, name = NAME): Promise<string[]> {
  const client = await udpClient({ address: '127.0.0.1', port: ports.dns });
  const reply = await client.ask(query({ name }));
  client.destroy();
  return answersOf(reply);
}

function askedFor(name = NAME): number {
  return upstream.queriesFor(name).length;
}

describe('cache.persist', () => {
  test('answers are there after a restart, obey the rules of today, and stand in a file for its owner alone', async () => {
    const directory = makeGatewayDirectory();
    const file = join(directory, 'state', 'answers.cache');
    const first = await start(directory, 'persist = true');
    const answers = await ask(first);
    assert.equal(answers.length, 1);
    assert.equal(await first.stop(), 0);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const asked = askedFor();

    const second = await start(directory, 'persist = true');
    await second.logged(/^1 answer of the last run is in the cache$/);
    assert.deepEqual(await ask(second), answers);
    assert.equal(askedFor(), asked);
    assert.equal(await second.stop(), 0);

    const blocking = await start(directory, 'persist = true', { extra: `[policy]\nrules = ["||${NAME}^"]` });
    assert.deepEqual(await ask(blocking), []);
    assert.equal(await blocking.stop(), 0);

    // Off again: the names do not stay on the disk.
    const off = await start(directory, '');
    assert.ok(!existsSync(file));
    await ask(off);
    assert.equal(await off.stop(), 0);
    assert.equal(askedFor(), asked + 1);
    assert.ok(!existsSync(file));
  });

  test('what was flushed does not come back, even if the gateway is killed right behind the reply', async () => {
    const directory = makeGatewayDirectory();
    const [secret, other] = ['secret.example.org', 'other.example.org'];
    const first = await start(directory, 'persist = true');
    for (const name of [secret, other]) await ask(first, name);
    await first.stop();
    const second = await start(directory, 'persist = true');
    await second.logged(/^2 answers of the last run are in the cache$/);
    const { output } = await runCommand(
      process.execPath,
      PROGRAM,
      'cache',
      'flush',
      secret,
      '--config',
      second.configPath,
    );
    assert.equal(output, '1 answer went\n');
    second.child.kill('SIGKILL');
    await once(second.child, 'close');
    const third = await start(directory, 'persist = true');
    assert.equal((await ask(third, secret)).length, 1);
    assert.equal(askedFor(secret), 2);
    assert.equal(await third.stop(), 0);
  });

  test('a damaged file is ignored with one warning', async () => {
    const directory = makeGatewayDirectory();
    const file = join(directory, 'state', 'answers.cache');
    const first = await start(directory, 'persist = true');
    await ask(first);
    await first.stop();
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 0xff;
    writeFileSync(file, bytes);
    chmodSync(file, 0o600);
    const second = await start(directory, 'persist = true');
    await second.logged(/answers\.cache is damaged; starting with an empty cache$/);
    assert.equal(second.lines().filter(({ msg }) => msg.includes('answers.cache')).length, 1);
    assert.equal((await ask(second)).length, 1);
    assert.equal(await second.stop(), 0);
  });
});

test('sotto cache flush: the next question is asked anew; sotto cache tells what is there', async () => {
  const gateway = await start(makeGatewayDirectory(), '');
  const cache = (...words: string[]) =>
    runCommand(process.execPath, PROGRAM, 'cache', ...words, '--config', gateway.configPath);
  const name = 'flushed.example.org';
  for (const one of [name, `www.${name}`, name]) await ask(gateway, one);
  assert.deepEqual([askedFor(name), askedFor(`www.${name}`)], [1, 1]);
  assert.match((await cache()).output, /^answers {3}2\n[\s\S]*hits {6}1, 33\.3 % of 3 questions/);
  assert.equal((await cache('flush', name)).output, '1 answer went\n');
  for (const one of [name, `www.${name}`]) await ask(gateway, one);
  assert.deepEqual([askedFor(name), askedFor(`www.${name}`)], [2, 1]);
  assert.equal((await cache('flush', 'example.org', '--suffix')).output, '2 answers went\n');
  await ask(gateway, `www.${name}`);
  assert.equal(askedFor(`www.${name}`), 2);
  assert.equal((await cache('flush', '--all')).output, '1 answer went\n');
  assert.equal(await gateway.stop(), 0);
});
