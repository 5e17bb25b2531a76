// The configurations of docs/clients for Linux, run as they are written there. Only encrypted ports are open: what is answered
// went through them, with the certificate checked.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../fixtures/temporary-directory.ts';
import { unboundInForeground } from '../peers/unbound.ts';
import { canMakeNamespaces, hasCommands } from '../setup/require-components.ts';
import { folderOf, unpackPackages } from '../setup/unpack-packages.ts';
import { guideBlock, guideCommands } from './guide-text.ts';
import { type GuidedNetwork, NAS_ADDRESS, PAGE_TEXT, startGuidedNetwork } from './guided-network.ts';

const isPossible = process.getuid?.() === 0;

describe('the guides for Linux, as written', () => {
  let network: GuidedNetwork;

  before(async () => {
    if (isPossible) network = await startGuidedNetwork();
  });
  after(async () => void (await network?.stop()));

  const inNetwork = (t: TestContext, ...commands: string[]) => canMakeNamespaces(t) && hasCommands(t, ...commands);

  test('kdig over TLS and HTTPS, with the system as judge of the certificate', async (t) => {
    if (!inNetwork(t, 'kdig')) return;
    const lines = guideCommands('command-line.md', '**kdig**');
    assert.equal(lines.length, 2);
    for (const line of lines) {
      const output = await network.shell(line);
      assert.match(output, /nas\.home\.example\.org\.\s+\d+\s+IN\s+A\s+192\.0\.2\.80/, line);
      assert.match(output, /;; TLS session/);
    }
    const wrong = lines[0]!.replace('tls-hostname=dns.example.org', 'tls-hostname=dns.example.com');
    await assert.rejects(network.shell(wrong), /exit code/, 'a wrong name is noticed');
  });

  test('curl finds the page by its own DNS over HTTPS', async (t) => {
    if (!inNetwork(t, 'curl')) return;
    for (const line of guideCommands('command-line.md', '**curl** looks up'))
      assert.ok((await network.shell(`${line} --silent --max-time 10`)).includes(PAGE_TEXT), line);
  });

  test('getdns_query with the pin that openssl shows', async (t) => {
    if (!inNetwork(t, 'getdns_query', 'openssl')) return;
    const [showPin] = guideCommands('command-line.md', '**getdns_query**');
    const pin = (await network.shell(showPin!)).trim();
    assert.match(pin, /^[\w+/]{43}=$/);
    const [line] = guideCommands('command-line.md', 'in the place of PIN');
    assert.ok(
      (await network.shell(line!.replace('PIN', pin))).includes(`"address_data": <bindata for ${NAS_ADDRESS}>`),
    );
    const otherPin = `${pin.slice(0, -3)}AA=`;
    assert.ok(!(await network.shell(`${line!.replace('PIN', otherPin)} || true`)).includes(NAS_ADDRESS));
  });

  test('stubby', async (t) => {
    if (!inNetwork(t, 'stubby', 'kdig')) return;
    const { path, remove } = temporaryDirectory('stubby');
    t.after(remove);
    writeFileSync(join(path, 'stubby.yml'), guideBlock('stubby.md', '`/etc/stubby/stubby.yml`'));
    const stubby = network.start({}, 'stubby', '-l', '-C', join(path, 'stubby.yml'));
    t.after(() => stubby.stop());
    await stubby.answers('127.0.0.1');
  });

  test('unbound', async (t) => {
    if (!inNetwork(t, 'unbound', 'kdig')) return;
    const { path, remove } = temporaryDirectory('unbound');
    t.after(remove);
    writeFileSync(join(path, 'sotto.conf'), guideBlock('unbound.md', '`/etc/unbound/unbound.conf.d/sotto.conf`'));
    const main = `server:\n${unboundInForeground(path)}include: "${join(path, 'sotto.conf')}"\nremote-control:\n  control-enable: no\n`;
    writeFileSync(join(path, 'unbound.conf'), main);
    await network.namespace.succeed('unbound-checkconf', join(path, 'unbound.conf'));
    const unbound = network.start({}, 'unbound', '-d', '-c', join(path, 'unbound.conf'));
    t.after(() => unbound.stop());
    await unbound.answers('127.0.0.1');
  });

  test('systemd-resolved', async (t) => {
    if (!inNetwork(t, 'kdig')) return;
    // Installing it would take the machine's own resolv.conf.
    const unpacked = await unpackPackages(t, 'systemd-resolved', 'libsystemd-shared');
    if (unpacked === undefined) return;
    const { systemd, run } = network.folders;
    mkdirSync(join(systemd, 'resolved.conf.d'), { recursive: true });
    mkdirSync(join(run, 'systemd', 'resolve'), { recursive: true });
    const name = '/etc/systemd/resolved.conf.d/sotto.conf';
    const block = guideBlock('systemd-resolved.md', `\`${name}\``);
    writeFileSync(join(systemd, 'resolved.conf.d', 'sotto.conf'), block);
    await network.namespace.succeed('chown', '-R', '991:991', '/run/systemd/resolve');
    const environment = {
      LD_LIBRARY_PATH: folderOf(unpacked, /^libsystemd-shared/),
      SYSTEMD_LOG_LEVEL: 'debug',
      SYSTEMD_LOG_TARGET: 'console',
    };
    const resolved = network.start(environment, join(unpacked, 'lib/systemd/systemd-resolved'));
    t.after(() => resolved.stop());
    await resolved.answers('127.0.0.53');
    assert.match(resolved.log(), /Using feature level TLS\+EDNS0/);
  });

  test('Chromium with the policy loads a page by a name that only the gateway knows', {
    timeout: 90_000,
  }, async (t) => {
    if (!inNetwork(t, 'chromium', 'openssl')) return;
    const policies = join(network.folders.chromium, 'policies', 'managed');
    mkdirSync(policies, { recursive: true });
    writeFileSync(
      join(policies, 'sotto.json'),
      guideBlock('browsers.md', '`/etc/chromium/policies/managed/sotto.json`'),
    );
    const { path, remove } = temporaryDirectory('chromium');
    t.after(remove);
    // Instead of a store of the user's own: the key that may be trusted.
    const [showPin] = guideCommands('command-line.md', '**getdns_query**');
    const pin = (await network.shell(showPin!)).trim();
    const words = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      `--user-data-dir=${path}`,
    ];
    const trust = `--ignore-certificate-errors-spki-list=${pin}`;
    const load = `chromium ${words.join(' ')} ${trust} --dump-dom http://nas.home.example.org/`;
    assert.ok((await network.shell(`${load} 2>/dev/null`)).includes(PAGE_TEXT));
    writeFileSync(join(policies, 'sotto.json'), '{ "DnsOverHttpsMode": "off" }');
    assert.ok(
      !(await network.shell(`${load} 2>/dev/null || true`)).includes(PAGE_TEXT),
      'without the policy it does not',
    );
  });
});
