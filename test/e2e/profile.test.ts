// `sotto profile` against a running gateway: what it writes is what Apple's devices read, signed by the certificate in force.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sotto } from '../fixtures/command-line.ts';
import { startGuidedNetwork } from '../guides/guided-network.ts';
import { canMakeNamespaces, hasCommands } from '../setup/require-components.ts';
import { type GatewayProcess, makeGatewayDirectory, PROGRAM, startGatewayProcess } from './gateway-process.ts';

const CONFIG = `list = []
[server]
threads = 1
[listen]
dns = ["127.0.0.1:0"]
dot = ["127.0.0.1:0"]
doh = ["127.0.0.1:0"]
http = []
[[upstream]]
url = "https://upstream.example/dns-query"
addresses = ["127.0.0.1"]
[[certificate]]
names = ["gw.home.arpa", "127.0.0.1"]
`;

interface Profile {
  readonly PayloadContent: readonly {
    readonly PayloadType: string;
    readonly PayloadContent?: string;
    readonly DNSSettings?: Readonly<Record<string, unknown>>;
    readonly OnDemandRules?: readonly Readonly<Record<string, unknown>>[];
  }[];
}

/** As Python's reader of property lists sees it; octets come as base64. */
function readProfile(octets: Uint8Array): Profile {
  const program = `
import base64, json, plistlib, sys
print(json.dumps(plistlib.loads(sys.stdin.buffer.read()), default=lambda octets: base64.b64encode(octets).decode()))`;
  return JSON.parse(execFileSync('python3', ['-c', program], { input: octets, encoding: 'utf8' })) as Profile;
}

describe('sotto profile', () => {
  let gateway: GatewayProcess;
  const directory = makeGatewayDirectory();
  const fileOf = (name: string) => join(directory, name);

  before(async () => {
    gateway = await startGatewayProcess({ directory, config: CONFIG });
  });
  after(async () => void (await gateway.stop()));

  test('writes a profile that openssl verifies with the local CA, and that names the gateway', async (t) => {
    if (!hasCommands(t, 'openssl', 'python3')) return;
    const file = fileOf('phone.mobileconfig');
    const config = ['--config', gateway.configPath];
    const made = await sotto(t, 'profile', file, '--except-ssid', 'Home', '--except-ssid', 'Hütte', ...config);
    assert.deepEqual([made.exitCode, made.stdout], [0, `${file}: for gw.home.arpa, signed\n`]);
    assert.match(made.stderr, /Certificate Trust Settings/);
    const words = ['cms', '-verify', '-inform', 'DER', '-in', file, '-CAfile', gateway.caPath, '-purpose', 'any'];
    execFileSync('openssl', [...words, '-binary', '-out', fileOf('content')], { stdio: 'pipe' });
    const { PayloadContent: payloads } = readProfile(readFileSync(fileOf('content')));
    assert.deepEqual(payloads[0]!.DNSSettings, {
      DNSProtocol: 'HTTPS',
      ServerURL: `https://gw.home.arpa:${gateway.ports.doh}/dns-query`,
      ServerAddresses: ['127.0.0.1'],
    });
    assert.deepEqual(payloads[0]!.OnDemandRules, [
      { Action: 'Disconnect', InterfaceTypeMatch: 'WiFi', SSIDMatch: ['Home', 'Hütte'] },
      { Action: 'Connect' },
    ]);
    const pem = `-----BEGIN CERTIFICATE-----\n${payloads[1]!.PayloadContent!}\n-----END CERTIFICATE-----\n`;
    writeFileSync(fileOf('from-profile.pem'), pem);
    const fingerprint = (path: string) =>
      execFileSync('openssl', ['x509', '-noout', '-fingerprint', '-sha256', '-in', path], { encoding: 'utf8' });
    assert.equal(fingerprint(fileOf('from-profile.pem')), fingerprint(gateway.caPath));
  });

  test('to a pipe it goes as it is, and --unsigned is text', async (t) => {
    if (!hasCommands(t, 'python3')) return;
    const words = [PROGRAM, 'profile', '--unsigned', '--name', '127.0.0.1', '--config', gateway.configPath];
    const octets = execFileSync(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    assert.match(octets.toString(), /^<\?xml /);
    assert.equal(
      readProfile(octets).PayloadContent[0]!.DNSSettings!.ServerURL,
      `https://127.0.0.1:${gateway.ports.doh}/dns-query`,
    );
  });

  test('the URL in it is one that the gateway answers at, also for a client', async (t) => {
    if (!hasCommands(t, 'python3')) return;
    for (const client of [[], ['--client', 'Kitchen-Tablet']]) {
      const file = fileOf('client.mobileconfig');
      const { exitCode } = await sotto(t, 'profile', file, '--unsigned', ...client, '--config', gateway.configPath);
      assert.equal(exitCode, 0);
      const { ServerURL: url } = readProfile(readFileSync(file)).PayloadContent[0]!.DNSSettings!;
      assert.equal(String(url).endsWith('/dns-query/kitchen-tablet'), client.length > 0);
      const server = ['--server', String(url), '--address', '127.0.0.1', '--ca', gateway.caPath];
      const answer = await sotto(t, 'query', 'gw.home.arpa', ...server);
      assert.match(answer.stdout, /gw\.home\.arpa.*A\s+127\.0\.0\.1/, answer.stderr);
    }
  });

  test('what the gateway cannot do is said with what would help, and nothing is written', async (t) => {
    const file = fileOf('never.mobileconfig');
    const config = ['--config', gateway.configPath];
    const dot = await sotto(t, 'profile', file, '--dot', ...config);
    assert.deepEqual([dot.exitCode, dot.stdout], [2, '']);
    assert.match(dot.stderr, /port 853/);
    const name = await sotto(t, 'profile', file, '--name', 'dns.example.com', ...config);
    assert.match(name.stderr, /there are: gw\.home\.arpa, 127\.0\.0\.1/);
    assert.equal(existsSync(file), false);
    const place = await sotto(t, 'profile', join(directory, 'missing', 'x'), ...config);
    assert.deepEqual([place.exitCode, /cannot be written \(ENOENT\)/.test(place.stderr)], [1, true]);
  });

  test('without a gateway it says who makes profiles', async (t) => {
    const config = fileOf('other.toml');
    writeFileSync(config, 'state_dir = "nowhere"\nlist = []\n');
    const { exitCode, stderr } = await sotto(t, 'profile', fileOf('x'), '--config', config);
    assert.equal(exitCode, 1);
    assert.match(stderr, /no gateway is running .*made by the one that holds the certificates/);
  });
});

describe('sotto profile --dot', { timeout: 60_000 }, () => {
  test('names a server for a client that the gateway answers as, with a certificate for it', async (t) => {
    if (!canMakeNamespaces(t) || !hasCommands(t, 'python3')) return;
    const network = await startGuidedNetwork();
    t.after(() => network.stop());
    const file = join(network.gateway.directory, 'client.mobileconfig');
    const words = ['--dot', '--client', 'kid', '--unsigned', '--config', network.gateway.configPath];
    assert.equal((await sotto(t, 'profile', file, ...words)).exitCode, 0);
    const settings = readProfile(readFileSync(file)).PayloadContent[0]!.DNSSettings!;
    assert.deepEqual(settings, {
      DNSProtocol: 'TLS',
      ServerName: 'kid.dns.example.org',
      ServerAddresses: ['192.0.2.53', '2001:db8::53'],
    });
    for (const address of settings.ServerAddresses as string[]) {
      const server = `--server tls://${String(settings.ServerName)} --address ${address} --ca local-ca.cert.pem`;
      const answer = await network.shell(`'${process.execPath}' '${PROGRAM}' query nas.home.example.org ${server}`);
      assert.match(answer, /192\.0\.2\.80/);
    }
  });
});
