// Who gets which rules, from a real client to the real program: groups by address and client ID, safe search, services, schedules, pauses.

import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { DnsPeer } from '../peers/dns-peer.ts';
import { startUnbound } from '../peers/unbound.ts';
import { findCommand } from '../setup/missing-components.ts';
import { hasCommands } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { type GatewayProcess, makeGatewayDirectory, PROGRAM, startGatewayProcess } from './gateway-process.ts';
import { runCommand } from './run-command.ts';

const GROUPS = `
[access]
unknown_client_ids = "refuse"

[policy]
rules = ["||tracker.example^"]

[[group]]
name = "kids"
clients = ["127.0.0.2", "tablet"]
blocked_services = ["tiktok"]
safe_search = ["google"]
rules = ["||onlyv4.lab.example^"]

[[group]]
name = "night-owls"
clients = ["127.0.0.3"]

[[group.when]]
schedule = "always"
mode = "allowlist"
rules = ["@@||www.lab.example^"]

[[group]]
name = "narrow"
clients = ["127.0.0.4"]
allowed_types = ["A"]

[[group]]
name = "elsewhere"
clients = ["127.0.0.5"]
upstream = ["UPSTREAM"]
block_ttl = "77s"
extended_error_texts = false

[[schedule]]
name = "always"
time_zone = "UTC"
windows = [{ from = "00:00", to = "24:00" }]
`;

const ELSEWHERE = [
  'www.google.com A 192.0.2.1',
  'forcesafesearch.google.com A 192.0.2.120',
  'www.tiktok.com A 192.0.2.2',
  'x.tracker.example A 192.0.2.3',
  'which.example A 192.0.2.11',
];
/** What the second upstream says. */
const ELSEWHERE_STILL = ['which.example A 192.0.2.12'];

describe('groups', () => {
  let peer: DnsPeer | undefined;
  let secondPeer: DnsPeer | undefined;
  let gateway: GatewayProcess | undefined;

  before(async () => {
    if (findCommand('unbound') === undefined) return;
    peer = await startUnbound({ elsewhere: ELSEWHERE });
    secondPeer = await startUnbound({ elsewhere: ELSEWHERE_STILL });
    const directory = makeGatewayDirectory();
    const extra = GROUPS.replace('UPSTREAM', `${secondPeer.hostName}:${secondPeer.dohPort}`);
    const config = gatewayConfig({ directory, upstreams: [peer, secondPeer], extra });
    gateway = await startGatewayProcess({ directory, config });
  });
  after(async () => {
    await gateway?.stop();
    await peer?.stop();
    await secondPeer?.stop();
  });

  const ready = (t: TestContext) => hasCommands(t, 'unbound', 'kdig');

  /** Asks in plain DNS from an address of the loopback network. */
  async function from(client: string, name: string, type = 'A'): Promise<string> {
    const port = String(gateway!.ports.dns);
    const { output } = await runCommand(
      'kdig',
      '@127.0.0.1',
      '-p',
      port,
      '-b',
      client,
      '+edns',
      '+timeout=6',
      name,
      type,
    );
    return output;
  }

  /** Asks over HTTPS under a client ID. */
  async function as(clientId: string, name: string): Promise<string> {
    const { ports, caPath } = gateway!;
    const tls = [`+https=localhost/dns-query${clientId}`, `+tls-ca=${caPath}`, '+tls-hostname=localhost'];
    const { output } = await runCommand(
      'kdig',
      '@127.0.0.1',
      '-p',
      String(ports.doh),
      ...tls,
      '+edns',
      '+timeout=6',
      name,
    );
    return output;
  }

  async function sotto(...args: string[]): Promise<string> {
    const { output, errors } = await runCommand(process.execPath, PROGRAM, ...args, '--config', gateway!.configPath);
    return output + errors;
  }

  test('block a service and have rules of their own, for their clients alone', async (t) => {
    if (!ready(t)) return;
    assert.match(await from('127.0.0.2', 'www.tiktok.com'), /status: NXDOMAIN/);
    assert.match(await from('127.0.0.1', 'www.tiktok.com'), /192\.0\.2\.2/);
    assert.match(await from('127.0.0.2', 'onlyv4.lab.example'), /status: NXDOMAIN/);
    assert.match(await from('127.0.0.1', 'onlyv4.lab.example'), /status: NOERROR/);
    for (const client of ['127.0.0.1', '127.0.0.2']) assert.match(await from(client, 'x.tracker.example'), /NXDOMAIN/);
  });

  test('know a client by its ID, and refuse an ID that nobody has', async (t) => {
    if (!ready(t)) return;
    assert.match(await as('/tablet', 'www.tiktok.com'), /status: NXDOMAIN/);
    assert.match(await as('/TABLET', 'www.tiktok.com'), /status: NXDOMAIN/);
    assert.match(await as('', 'www.tiktok.com'), /192\.0\.2\.2/);
    assert.match(await as('/stranger', 'www.tiktok.com'), /status: REFUSED/);
  });

  test('lead to safe search, also where the usual answer is in the cache', async (t) => {
    if (!ready(t)) return;
    assert.match(await from('127.0.0.1', 'www.google.com'), /192\.0\.2\.1\n/);
    const safe = await from('127.0.0.2', 'www.google.com');
    assert.match(safe, /www\.google\.com\.\s+\d+\s+IN\s+CNAME\s+forcesafesearch\.google\.com\./);
    assert.match(safe, /forcesafesearch\.google\.com\.\s+\d+\s+IN\s+A\s+192\.0\.2\.120/);
    assert.match(await from('127.0.0.1', 'www.google.com'), /192\.0\.2\.1\n/);
  });

  test('have what the schedule says that holds', async (t) => {
    if (!ready(t)) return;
    assert.match(await from('127.0.0.3', 'www.lab.example'), /status: NOERROR/);
    assert.match(await from('127.0.0.3', 'onlyv4.lab.example'), /status: NXDOMAIN/);
    assert.ok(gateway!.lines().some(({ msg }) => msg === 'the schedule always holds for the group night-owls'));
    assert.match(await sotto('pause'), /^night-owls +filtering, schedule always/m);
  });

  test('get the types of records that they may have', async (t) => {
    if (!ready(t)) return;
    assert.match(await from('127.0.0.4', 'www.lab.example', 'AAAA'), /status: NOERROR;.*\n.*ANSWER: 0;/);
    assert.match(await from('127.0.0.4', 'www.lab.example'), /ANSWER: [1-9]/);
    assert.match(await from('127.0.0.1', 'www.lab.example', 'AAAA'), /ANSWER: [1-9]/);
  });

  test('ask the upstreams that they have chosen, and no other', async (t) => {
    if (!ready(t)) return;
    for (let round = 0; round < 2; round++) {
      assert.match(await from('127.0.0.5', 'which.example'), /192\.0\.2\.12\n/);
      assert.match(await from('127.0.0.1', 'which.example'), /192\.0\.2\.11\n/);
    }
  });

  test('are told of a block for as long, and as much, as they want', async (t) => {
    if (!ready(t)) return;
    const soa = (seconds: number) => new RegExp(`AUTHORITY SECTION:\\n\\S+\\s+${seconds}\\s+IN\\s+SOA\\s`);
    const [own, everybodys] = [await from('127.0.0.5', 'tracker.example'), await from('127.0.0.1', 'tracker.example')];
    assert.match(own, soa(77));
    assert.match(own, /EDE: 15 \(Blocked\)\n/);
    assert.match(everybodys, soa(60));
    assert.match(everybodys, /EDE: 15 \(Blocked\): 'blocked by a rule of this gateway: \|\|tracker\.example\^'/);
  });

  test('are paused one by one or all, and filtered again at once', async (t) => {
    if (!ready(t)) return;
    assert.match(await sotto('pause', '1h', '--group', 'kids'), /^filtering is paused for kids until/);
    await gateway!.logged(/^filtering is paused for the group kids/);
    assert.match(await from('127.0.0.2', 'www.tiktok.com'), /192\.0\.2\.2/);
    assert.match(await from('127.0.0.1', 'x.tracker.example'), /NXDOMAIN/);
    await sotto('pause', '1h');
    assert.match(await from('127.0.0.1', 'x.tracker.example'), /192\.0\.2\.3/);
    assert.match(await sotto('resume'), /^filtering goes on for default, kids, night-owls, narrow, elsewhere$/m);
    assert.match(await from('127.0.0.2', 'www.tiktok.com'), /status: NXDOMAIN/);
    assert.match(await from('127.0.0.1', 'x.tracker.example'), /NXDOMAIN/);
  });
});
