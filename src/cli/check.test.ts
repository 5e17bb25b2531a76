import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { sotto } from '../../test/fixtures/command-line.ts';
import { assertGolden } from '../../test/fixtures/golden.ts';
import { temporaryDirectory } from '../../test/fixtures/temporary-directory.ts';
import { readSettings } from '../control-plane/settings/load-settings.ts';
import { settingsSummary } from './check/settings-summary.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

describe('sotto check', () => {
  test('says what a gateway with the configuration would do, and exits with 0', async (t) => {
    const file = join(PROJECT_ROOT, 'config.example.toml');
    const { exitCode, stdout, stderr } = await sotto(t, 'check', '--config', file);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /config\.example\.toml: no faults\. A gateway with it:\n\nplain DNS {4}0\.0\.0\.0:53, /);
    assert.match(stdout, /\nplaintext {4}no question leaves this host in plaintext; there are no exceptions\n$/);
  });

  test('shows the built-in defaults without a file', async (t) => {
    const { exitCode, stdout } = await sotto(t, 'check');
    assert.equal(exitCode, 0);
    assert.match(stdout, /^built-in defaults: no faults/);
  });

  test('says of a file of names that it is none, as the gateway would', async (t) => {
    const directory = temporaryDirectory('check');
    t.after(() => directory.remove());
    writeFileSync(join(directory.path, 'leases'), 'root:x:0:0:root:/root:/bin/bash\n');
    writeFileSync(join(directory.path, 'hosts'), 'these are\nno hosts\n');
    const file = join(directory.path, 'config.toml');
    writeFileSync(file, '[resolve]\nhosts_file = "hosts"\nlease_files = ["leases"]\n[cache]\nexclude = ["x.org"]\n');
    const { exitCode, stdout } = await sotto(t, 'check', '--config', file);
    assert.equal(exitCode, 0);
    assert.match(stdout, /\/leases is not a lease file of dnsmasq, ISC dhcpd or Kea; no names come from it\n/);
    assert.match(stdout, /\/hosts is not a hosts file .*; no names come from it\n/);
    assert.match(stdout, /; 1 name excluded\n/);
  });

  test('says of each line of policy.rules_file that is no rule where it stands and why, as the gateway would', async (t) => {
    const directory = temporaryDirectory('check');
    t.after(() => directory.remove());
    const rules = join(directory.path, 'rules.txt');
    const file = join(directory.path, 'config.toml');
    writeFileSync(file, '[policy]\nrules_file = "rules.txt"\n');
    writeFileSync(rules, `# mine\n||ads.example^\nexample.com##.ad\n||b.example^$third-party\n`);
    const check = async () => {
      const { exitCode, stdout } = await sotto(t, 'check', '--config', file);
      assert.equal(exitCode, 0);
      return stdout
        .slice(stdout.indexOf('\n\n', stdout.indexOf('plaintext')))
        .trim()
        .split('\n');
    };
    const found = await check();
    assert.deepEqual(
      found.map((line) => line.replace(/(:\d+:).*/, '$1')),
      [`${rules}:3:`, `${rules}:4:`],
    );
    assert.match(found[1]!, /third-party/);
    writeFileSync(rules, '||bad name^\n'.repeat(15));
    assert.equal((await check()).at(-1), `${rules}: 5 more lines are passed over, and the rest holds`);
    writeFileSync(rules, Uint8Array.of(0, 1, 2));
    assert.deepEqual(await check(), [`${rules} is not a text file; no rules come from it`]);
    writeFileSync(rules, '||ads.example^\n');
    assert.deepEqual(await check(), ['']);
  });

  test('says of own rules for which there is no room where they stand and why, wherever they are written', async (t) => {
    const directory = temporaryDirectory('check');
    t.after(() => directory.remove());
    const rules = (count: number) =>
      Array.from({ length: count }, (_, index) => `||multi.example^$client=192.168.1.${index}`);
    const file = join(directory.path, 'config.toml');
    const written = rules(66).map((rule) => `  "${rule}",\n`);
    writeFileSync(file, `[policy]\nrules_file = "rules.txt"\nrules = [\n${written.join('')}]\n`);
    writeFileSync(join(directory.path, 'rules.txt'), `${rules(80).join('\n')}\n`);
    const { exitCode, stdout } = await sotto(t, 'check', '--config', file);
    assert.equal(exitCode, 0);
    const said = stdout.split('\n').filter((line) => line.includes('left out'));
    assert.deepEqual(
      said.map((line) => line.replace(/ is left out: .*/, '')),
      [
        `${file}:68: "||multi.example^$client=192.168.1.64"`,
        `${file}:69: "||multi.example^$client=192.168.1.65"`,
        ...Array.from(
          { length: 10 },
          (_, index) => `${directory.path}/rules.txt:${65 + index}: "||multi.example^$client=192.168.1.${64 + index}"`,
        ),
        `${directory.path}/rules.txt: 6 more rules are left out`,
      ],
    );
    assert.match(said[0]!, /is left out: 64 rules .*; put several clients into one \$client=a\|b$/);
  });

  const isRoot = process.platform === 'linux' && process.geteuid?.() === 0;
  const skip = isRoot ? false : 'needs root on Linux, to look with the eyes of another user';
  test('says of a lease file that server.user may not read it, though root may', { skip }, async (t) => {
    const directory = temporaryDirectory('check');
    t.after(() => directory.remove());
    chmodSync(directory.path, 0o755);
    const leases = join(directory.path, 'leases');
    writeFileSync(leases, '', { mode: 0o600 });
    const file = join(directory.path, 'config.toml');
    writeFileSync(file, '[server]\nuser = "nobody"\n[resolve]\nlease_files = ["leases"]\n');
    const said = `${leases} cannot be read: the user nobody may not read it; let it, by chmod o+r ${leases} or`;
    assert.ok((await sotto(t, 'check', '--config', file)).stdout.includes(said));
    chmodSync(directory.path, 0o700);
    const closed = `the user nobody may not enter ${directory.path}; let it through: chmod o+x ${directory.path}`;
    assert.ok((await sotto(t, 'check', '--config', file)).stdout.includes(closed));
    chmodSync(leases, 0o644);
    chmodSync(directory.path, 0o755);
    assert.doesNotMatch((await sotto(t, 'check', '--config', file)).stdout, /cannot be read/);
  });

  test('R05 says that discovery cannot be verified where no certificate names an address', async (t) => {
    const directory = temporaryDirectory('check');
    t.after(() => directory.remove());
    const file = join(directory.path, 'config.toml');
    const check = async (names: string, more = '') => {
      writeFileSync(file, `${more}[[certificate]]\nnames = [${names}]\nsource = "local-ca"\n`);
      return (await sotto(t, 'check', '--config', file)).stdout;
    };
    assert.match(await check('"gw.home.arpa"'), /\nresolve\.ddr: no certificate names an address/);
    assert.doesNotMatch(await check('"gw.home.arpa", "192.168.1.1"'), /no certificate names/);
    assert.doesNotMatch(await check('"gw.home.arpa"', '[resolve]\nddr = "nodata"\n'), /no certificate names/);
  });

  test('R05 says whether the public DNS has to know the name by which clients are told of the encrypted listeners', async (t) => {
    const directory = temporaryDirectory('check');
    t.after(() => directory.remove());
    writeFileSync(join(directory.path, 'hosts'), '192.168.1.53 hosted.example.org\n');
    const file = join(directory.path, 'config.toml');
    const discovery = async (name: string, more = '') => {
      writeFileSync(file, `${more}[[certificate]]\nnames = ["${name}", "192.168.1.1"]\nsource = "local-ca"\n`);
      const { exitCode, stdout } = await sotto(t, 'check', '--config', file);
      assert.equal(exitCode, 0);
      return /\ndiscovery {4}(.*?);/.exec(stdout)![1]!;
    };
    const others = ' (its addresses must be in the public DNS, or in a [[record]])';
    const told = 'clients learn of the encrypted listeners of';
    assert.equal(await discovery('DNS.gw.example'), `${told} dns.gw.example${others}`);
    assert.equal(await discovery('gw.home.arpa'), `${told} gw.home.arpa`);
    const record = '[[record]]\nname = "dns.gw.example"\ntype = "A"\nvalue = "192.168.1.1"\n';
    assert.equal(await discovery('DNS.gw.example', record), `${told} dns.gw.example`);
    assert.equal(
      await discovery('hosted.example.org', '[resolve]\nhosts_file = "hosts"\n'),
      `${told} hosted.example.org`,
    );
    const zone = '[[zone]]\nname = "gw.example"\nforward = ["192.168.1.2"]\n';
    assert.equal(await discovery('dns.gw.example', zone), `${told} dns.gw.example`);
  });

  test('lists every fault on standard error as FILE:LINE: key: message, and exits with 2', async (t) => {
    const file = join(PROJECT_ROOT, 'test', 'golden', 'config-faults.toml');
    const { exitCode, stdout, stderr } = await sotto(t, 'check', '--config', file);
    assert.deepEqual([exitCode, stdout], [2, '']);
    const lines = stderr.trimEnd().split('\n');
    assert.ok(lines.length > 40);
    for (const line of lines.slice(0, -1)) assert.ok(/config-faults\.toml(:\d+)?: \S/.test(line), line);
    assert.equal(lines.at(-1), `sotto: ${lines.length - 1} faults; a gateway does not start with this configuration`);
  });

  test('names a file that is not there, and exits with 2', async (t) => {
    const { exitCode, stderr } = await sotto(t, 'check', '--config', '/nowhere/config.toml');
    assert.equal(exitCode, 2);
    assert.match(stderr, /^sotto: \/nowhere\/config\.toml: .* there is no such file\n$/);
  });
});

describe('the summary of settings', () => {
  const summaryOf = (toml: string): string => {
    const result = readSettings(toml, '/nowhere/config.toml', {
      workingDirectory: '/nowhere',
      cores: 4,
      hostName: 'gateway',
      platform: 'linux',
      localAddresses: [],
      now: new Date('2026-11-21T00:00:00Z'),
    });
    assert.ok(result.ok, JSON.stringify(result));
    return settingsSummary(result.settings);
  };

  test('tells listeners, upstreams, lists, mode and certificates', () => {
    assertGolden(
      'cli-check.txt',
      [
        summaryOf(''),
        summaryOf(`
list = []
[server]
threads = 2
[listen]
dns = [":53"]
dot = ["192.0.2.7:853", "[2001:db8::7]:853"]
doh = []
[access]
plain = ["loopback", "192.0.2.0/24", "2001:db8::/32"]
encrypted = []
[[upstream]]
url = "https://dns.example/dns-query"
addresses = ["192.0.2.53", "2001:db8::53"]
[[upstream]]
preset = "quad9"
[cache]
max_bytes = "50MB"
[policy]
mode = "allowlist"
block_response = { a = "192.0.2.1", aaaa = "2001:db8::1" }
block_ttl = "5m"
rules = ["@@||example.org^", "||bad.example.org^"]
[[certificate]]
names = ["dns.example.org", "192.0.2.7"]
[[certificate]]
names = ["other.example.org"]
source = "acme"
challenge = "dns-01"
dns = { provider = "rfc2136", server = "192.0.2.53" }
`),
      ].join('\n\n----\n\n'),
    );
  });

  test('tells who gets which rules, and when', () => {
    const summary = summaryOf(`
[access]
unknown_client_ids = "refuse"
[[upstream]]
preset = "quad9"
[[upstream]]
name = "family"
url = "https://dns.example/dns-query"
addresses = ["192.0.2.53"]
[policy]
rules = ["||ads.example^"]
lists = ["stevenblack"]
safe_search = ["bing"]
extended_error_texts = false
[[policy.when]]
schedule = "night"
blocked_services = ["youtube"]
[[group]]
name = "kids"
clients = ["192.168.2.0/24", "phone", "tablet", "id:1", "id:2", "id:3", "id:4", "id:5", "id:6", "id:7"]
lists = ["stevenblack", "hagezi-pro"]
blocked_services = ["tiktok", "x"]
safe_search = true
youtube = "moderate"
allowed_types = ["A", "AAAA", "HTTPS"]
upstream = ["family"]
block_response = "refused"
block_ttl = "5m"
[[group.when]]
schedule = "night"
mode = "allowlist"
rules = ["@@||example.org^"]
lists = []
[[group]]
name = "parents"
clients = ["192.168.3.0/24"]
safe_search = false
start = "refuse"
extended_error_texts = true
[[group]]
name = "guests"
clients = []
[[schedule]]
name = "night"
time_zone = "Europe/Berlin"
windows = [{ days = ["sun-thu"], from = "20:30", to = "07:00" }, { from = "12:00", to = "13:00" }]
`);
    const lines = summary.split('\n');
    const from = lines.findIndex((line) => line.startsWith('groups'));
    assertGolden(
      'cli-check-groups.txt',
      lines
        .slice(
          from,
          lines.findIndex((line) => line.startsWith('certificate')),
        )
        .join('\n'),
    );
    assert.doesNotMatch(summaryOf(''), /^groups/m);
  });

  test('says where HTTP-01 challenges are answered, if anywhere', () => {
    const summary = summaryOf('[listen]\nacme_http = ["192.0.2.1:80"]\n');
    assert.match(summary, /^HTTP-01 {6}challenges at 192\.0\.2\.1:80, and nothing else there$/m);
    assert.doesNotMatch(summaryOf(''), /HTTP-01/);
  });

  test('says what leaves in plaintext where a zone has a LAN resolver, and under which prefix DNS64 answers', () => {
    const summary = summaryOf(`
[[zone]]
name = ["lan.example", "192.168.1.0/24"]
forward = ["192.168.1.1", "[fd00::1]:54"]
[[zone]]
name = "corp"
forward = ["10.0.0.1"]
[resolve]
dns64 = true
`);
    const lines = summary.split('\n');
    assert.ok(lines.includes('DNS64        names without IPv6 address are answered under 64:ff9b::/96'), summary);
    assert.deepEqual(lines.slice(lines.findIndex((line) => line.startsWith('plaintext'))), [
      'plaintext    no question leaves this host in plaintext, except that',
      '             names of the zone lan.example, 1.168.192.in-addr.arpa are asked in plaintext at 192.168.1.1:53, [fd00::1]:54',
      '             names of the zone corp are asked in plaintext at 10.0.0.1:53',
    ]);
  });
});
