// Real clients through the real program to real upstreams: unbound, BIND and Knot Resolver in turn, over HTTP/2.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DnsPeer } from '../peers/dns-peer.ts';
import { startKresd } from '../peers/kresd.ts';
import { startNamed } from '../peers/named.ts';
import { startUnbound } from '../peers/unbound.ts';
import { findCommand } from '../setup/missing-components.ts';
import { hasCommands, hasPython } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { type GatewayProcess, makeGatewayDirectory, startGatewayProcess } from './gateway-process.ts';
import { runCommand } from './run-command.ts';

const UPSTREAMS = [
  { command: 'unbound', start: startUnbound },
  { command: 'named', start: startNamed },
  { command: 'kresd', start: startKresd },
] as const;

const PYTHON = `
import dns.message, dns.query, ssl, sys
dns_port, dot_port, doh_port, ca = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
context = ssl.create_default_context(cafile=ca)
query = lambda: dns.message.make_query('www.lab.example', 'A', use_edns=True)
url = 'https://127.0.0.1:%d/dns-query' % doh_port
for answer in (
    dns.query.udp(query(), '127.0.0.1', port=dns_port, timeout=5),
    dns.query.tcp(query(), '127.0.0.1', port=dns_port, timeout=5),
    dns.query.tls(query(), '127.0.0.1', port=dot_port, timeout=5, ssl_context=context, server_hostname='localhost'),
    dns.query.https(query(), url, timeout=5, verify=ca, post=True),
    dns.query.https(query(), url, timeout=5, verify=ca, post=False),
):
    print(answer.answer[0][0].address)
`;

for (const { command, start } of UPSTREAMS) {
  describe(`clients with ${command} as upstream`, () => {
    let peer: DnsPeer | undefined;
    let gateway: GatewayProcess | undefined;

    before(async () => {
      if (findCommand(command) === undefined) return;
      peer = await start();
      const directory = makeGatewayDirectory();
      gateway = await startGatewayProcess({ directory, config: gatewayConfig({ directory, upstreams: [peer] }) });
    });
    after(async () => {
      await gateway?.stop();
      await peer?.stop();
    });

    test('dig over UDP, TCP, TLS and HTTPS', async (t) => {
      if (!hasCommands(t, command, 'dig')) return;
      const { ports } = gateway!;
      const plain = ['@127.0.0.1', '-p', String(ports.dns), 'www.lab.example', '+short'];
      assert.equal((await runCommand('dig', ...plain)).output, '192.0.2.1\n');
      assert.equal((await runCommand('dig', ...plain, '+tcp')).output, '192.0.2.1\n');
      const tls = [`+tls-ca=${gateway!.caPath}`, '+tls-hostname=localhost', '+short', 'www.lab.example', '@127.0.0.1'];
      assert.equal((await runCommand('dig', '-p', String(ports.dot), '+tls', ...tls)).output, '192.0.2.1\n');
      assert.equal((await runCommand('dig', '-p', String(ports.doh), '+https', ...tls)).output, '192.0.2.1\n');
      assert.equal((await runCommand('dig', '-p', String(ports.doh), '+https-get', ...tls)).output, '192.0.2.1\n');
    });

    test('kdig over TLS and HTTPS, several questions on one connection', async (t) => {
      if (!hasCommands(t, command, 'kdig')) return;
      const { ports } = gateway!;
      const trust = [`+tls-ca=${gateway!.caPath}`, '+tls-hostname=localhost', '+short', '@127.0.0.1'];
      const dot = await runCommand(
        'kdig',
        '-p',
        String(ports.dot),
        '+tls',
        '+keepopen',
        ...trust,
        'www.lab.example',
        'alias.lab.example',
        'AAAA',
      );
      assert.equal(dot.output, '192.0.2.1\nwww.lab.example.\n2001:db8::1\n');
      for (const form of ['+https', '+https-get']) {
        assert.equal(
          (await runCommand('kdig', '-p', String(ports.doh), form, ...trust, 'www.lab.example')).output,
          '192.0.2.1\n',
        );
      }
    });

    test('dnspython over every transport', async (t) => {
      if (!hasCommands(t, command) || !hasPython(t)) return;
      const { ports, caPath } = gateway!;
      const { output, errors } = await runCommand(
        '/usr/bin/python3',
        '-c',
        PYTHON,
        String(ports.dns),
        String(ports.dot),
        String(ports.doh),
        caPath,
      );
      assert.equal(output, '192.0.2.1\n'.repeat(5), errors);
    });

    test('curl resolves a host through the gateway with --doh-url', async (t) => {
      if (!hasCommands(t, command, 'curl')) return;
      const url = `https://localhost:${gateway!.ports.doh}/dns-query`;
      const { errors } = await runCommand(
        'curl',
        '--verbose',
        '--max-time',
        '5',
        '--connect-timeout',
        '1',
        '--cacert',
        gateway!.caPath,
        '--doh-url',
        url,
        'http://onlyv4.lab.example:9/',
      );
      assert.match(errors, /192\.0\.2\.4/);
    });

    test('C22 unknown types, HTTPS records, CNAME chains and answers larger than a datagram come through', async (t) => {
      if (!hasCommands(t, command, 'kdig')) return;
      const ask = async (...parameters: string[]) =>
        (await runCommand('kdig', '@127.0.0.1', '-p', String(gateway!.ports.dns), '+short', ...parameters)).output;
      for (let round = 0; round < 2; round++) {
        assert.match(await ask('unknown.lab.example', 'TYPE65280'), /0A000001/i);
        assert.match(await ask('service.lab.example', 'HTTPS'), /alpn="?h2,h3/);
        assert.equal(await ask('chain.lab.example', 'A'), 'alias.lab.example.\nwww.lab.example.\n192.0.2.1\n');
        assert.equal((await ask('big.lab.example', 'TXT')).trim().split('\n').length, 40);
      }
    });
  });
}
