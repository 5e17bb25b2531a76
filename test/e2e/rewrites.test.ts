// Aliases that lead outside, with servers that compress names: unbound as upstream, unbound, dnsmasq and a BIND that does not recurse
// as resolvers of zones.
// dig and kdig read every record, so an answer that is put together wrong fails here.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DnsPeer } from '../peers/dns-peer.ts';
import { type Dnsmasq, startDnsmasq } from '../peers/dnsmasq.ts';
import { freePorts } from '../peers/free-ports.ts';
import { startNamed } from '../peers/named.ts';
import { startUnbound } from '../peers/unbound.ts';
import { findCommand } from '../setup/missing-components.ts';
import { hasCommands } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { type GatewayProcess, makeGatewayDirectory, startGatewayProcess } from './gateway-process.ts';
import { runCommand } from './run-command.ts';

const SERVERS = ['unbound', 'dnsmasq', 'named', 'openssl'];
const WWW = ['www.lab.example. A 192.0.2.1'];
const CHAIN = ['chain.lab.example. CNAME alias.lab.example.', 'alias.lab.example. CNAME www.lab.example.'];
const NAS = ['nas.lan.example. A 192.168.1.5'];

/** Question, and its answer without TTLs. */
const ANSWERS: readonly (readonly [question: string, ...records: string[]])[] = [
  ['old.example A', 'old.example. CNAME www.lab.example.', ...WWW],
  ['old.example AAAA', 'old.example. CNAME www.lab.example.', 'www.lab.example. AAAA 2001:db8::1'],
  ['x.dev.example A', 'x.dev.example. CNAME chain.lab.example.', ...CHAIN, ...WWW],
  ['one.example A', 'one.example. CNAME two.example.', 'two.example. CNAME alias.lab.example.', CHAIN[1]!, ...WWW],
  ['old.example TXT', 'old.example. CNAME www.lab.example.'],
  ['intranet.example A', 'intranet.example. CNAME nas.lan.example.', ...NAS],
  [
    'into.example A',
    'into.example. CNAME deep.lab.example.',
    'deep.lab.example. CNAME host.deep.lab.example.',
    'host.deep.lab.example. A 192.0.2.77',
  ],
  ['nas.lan.example A', ...NAS],
  ['nas.cut.lab.example A', 'nas.cut.lab.example. CNAME nas.lan.example.', ...NAS],
  [
    'web.cut.lab.example A',
    'web.cut.lab.example. CNAME next.cut.lab.example.',
    'next.cut.lab.example. CNAME old.example.',
    'old.example. CNAME www.lab.example.',
    ...WWW,
  ],
];

describe('aliases and real servers', () => {
  let upstream: DnsPeer | undefined;
  let corp: DnsPeer | undefined;
  let authority: DnsPeer | undefined;
  let home: Dnsmasq | undefined;
  let gateway: GatewayProcess | undefined;

  before(async () => {
    if (SERVERS.some((command) => findCommand(command) === undefined)) return;
    upstream = await startUnbound();
    corp = await startUnbound({ records: ['deep CNAME host.deep', 'host.deep A 192.0.2.77'] });
    const cut = ['nas.cut CNAME nas.lan.example.', 'web.cut CNAME next.cut', 'next.cut CNAME old.example.'];
    authority = await startNamed({
      recursion: false,
      records: [...cut, 'part.cut NS ns.part.cut', 'ns.part.cut A 127.0.0.2'],
    });
    const [port] = await freePorts(1);
    home = await startDnsmasq({ port: port!, domain: 'lan.example', hosts: ['192.168.1.5 nas.lan.example'] });
    const directory = makeGatewayDirectory();
    const extra = `[[zone]]
name = "lan.example"
forward = ["127.0.0.1:${home.port}"]
[[zone]]
name = "deep.lab.example"
forward = ["127.0.0.1:${corp.dnsPort}"]
[[zone]]
name = "cut.lab.example"
forward = ["127.0.0.1:${authority.dnsPort}"]
[resolve.rewrites]
"old.example" = "www.lab.example"
"*.dev.example" = "chain.lab.example"
"one.example" = "two.example"
"two.example" = "alias.lab.example"
"intranet.example" = "nas.lan.example"
"into.example" = "deep.lab.example"
"gone.example" = "none.lab.example"`;
    const config = gatewayConfig({ directory, upstreams: [upstream], extra });
    gateway = await startGatewayProcess({ directory, config });
  });
  after(async () => {
    await gateway?.stop();
    await home?.stop();
    await corp?.stop();
    await authority?.stop();
    await upstream?.stop();
  });

  for (const [question, ...records] of ANSWERS) {
    test(`${question}: cold and from the cache, in dig and kdig`, async (t) => {
      if (!hasCommands(t, ...SERVERS, 'dig', 'kdig')) return;
      for (const command of ['dig', 'kdig', 'dig']) {
        const { output } = await ask(command, question);
        assert.equal(statusOf(output), 'NOERROR', output);
        assert.deepEqual(answersOf(output), records);
      }
    });
  }

  test('an alias of a name that does not exist is NXDOMAIN, with the SOA of its zone', async (t) => {
    if (!hasCommands(t, ...SERVERS, 'dig')) return;
    for (const _ of ['cold', 'cached']) {
      const { output } = await ask('dig', 'gone.example A', '+authority');
      assert.equal(statusOf(output), 'NXDOMAIN', output);
      assert.match(output, /^gone\.example\.\s+\d+\s+IN\s+CNAME\s+none\.lab\.example\.$/m);
      assert.match(output, /^lab\.example\.\s+\d+\s+IN\s+SOA\s/m);
    }
  });

  test('a name that the resolver of its zone hands to others fails, which is said to the client and in the log', async (t) => {
    if (!hasCommands(t, ...SERVERS, 'dig')) return;
    const { output } = await ask('dig', 'x.part.cut.lab.example A', '+comments');
    assert.equal(statusOf(output), 'SERVFAIL', output);
    assert.match(output, /EDE: 22 .*gave a referral; it must be one that recurses/);
    const { level } = await gateway!.logged(
      /^the resolver of the zone cut\.lab\.example .* names other servers to ask/,
    );
    assert.equal(level, 40);
  });

  async function ask(command: string, question: string, ...more: string[]) {
    const server = ['@127.0.0.1', '-p', String(gateway!.ports.dns)];
    const result = await runCommand(
      command,
      ...server,
      '+noall',
      '+answer',
      HEADER_OF[command]!,
      ...more,
      ...question.split(' '),
    );
    assert.doesNotMatch(result.output + result.errors, /malformed|bad packet|WARNING|FORMERR/i);
    return result;
  }
});

const HEADER_OF: Readonly<Record<string, string>> = { dig: '+comments', kdig: '+header' };

function statusOf(output: string): string | undefined {
  return /status: (\w+)/.exec(output)?.[1];
}

function answersOf(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(';'))
    .map((line) => line.replace(/^(\S+)\s+\d+\s+IN\s+(\S+)\s+/, '$1 $2 '));
}
