// What dig and kdig make of cookies, keepalive, padding and Extended DNS Errors: they look at them more closely than our own tests.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { runCommand } from '../e2e/run-command.ts';
import { hasCommands } from '../setup/require-components.ts';
import { gatewayUnderTest } from './gateway.ts';

const answering = gatewayUnderTest({ extra: '[policy]\nrules = ["||blocked.example^"]' });
const requiring = gatewayUnderTest({ server: 'cookies = "require"', threads: 2 });

async function dig(t: TestContext, port: number, ...words: string[]): Promise<string> {
  if (!hasCommands(t, 'dig')) return '';
  const { output, errors } = await runCommand('dig', '@127.0.0.1', '-p', String(port), '+tries=1', ...words);
  assert.equal(errors, '');
  return output;
}

test('E12 E13 dig takes our cookie for a good one', async (t) => {
  const { ports } = answering.gateway;
  for (const transport of ['+notcp', '+tcp']) {
    const output = await dig(t, ports.dns, '+cookie', transport, 'dig.example.org');
    if (output === '') return;
    assert.match(output, /COOKIE: [0-9a-f]{16}01000000[0-9a-f]{24} \(good\)/);
    const [, cookie] = /COOKIE: ([0-9a-f]+)/.exec(output)!;
    assert.match(await dig(t, ports.dns, `+cookie=${cookie}`, transport, 'dig.example.org'), /\(good\)/);
  }
});

test('E14 dig comes again by itself with the cookie it was given, and has its answer', async (t) => {
  const { ports } = requiring.gateway;
  const output = await dig(t, ports.dns, '+cookie', 'dig.example.org');
  if (output === '') return;
  assert.match(output, /BADCOOKIE, retrying/);
  assert.match(output, /status: NOERROR/);
  assert.match(output, /192\.0\.2\.1/);
  const refused = await dig(t, ports.dns, '+cookie', '+nobadcookie', 'dig.example.org');
  assert.match(refused, /status: BADCOOKIE/);
  assert.match(refused, /EDE: 0 \(Other\)/);
});

test('P10 dig reads our idle time over TCP and TLS, and finds none over UDP', async (t) => {
  const { ports } = answering.gateway;
  const encrypted = [`+tls-ca=${answering.gateway.caPath}`, '+tls-hostname=localhost', '+tls'];
  const words = ['+keepalive', '+nocookie', 'dig.example.org'];
  const overTcp = await dig(t, ports.dns, '+tcp', ...words);
  if (overTcp === '') return;
  assert.match(overTcp, /TCP.KEEPALIVE: 30\.0 secs/);
  assert.match(await dig(t, ports.dot, ...encrypted, ...words), /TCP.KEEPALIVE: 30\.0 secs/);
  assert.doesNotMatch(await dig(t, ports.dns, ...words), /KEEPALIVE/);
});

test('A01 kdig gets 468 octets over TLS and HTTPS, whatever it asks for', async (t) => {
  if (!hasCommands(t, 'kdig')) return;
  const { caPath, ports } = answering.gateway;
  for (const [port, form] of [
    [ports.dot, '+tls'],
    [ports.doh, '+https'],
  ] as const) {
    for (const name of ['kdig.example.org', 'blocked.example', 'localhost']) {
      const words = [
        '@127.0.0.1',
        '-p',
        String(port),
        form,
        `+tls-ca=${caPath}`,
        '+tls-hostname=localhost',
        '+padding',
        name,
      ];
      assert.match((await runCommand('kdig', ...words)).output, /Received 468 B/, `${form} ${name}`);
    }
  }
});

test('F01 dig and kdig show why they were refused', async (t) => {
  const { ports } = answering.gateway;
  const output = await dig(t, ports.dns, 'dig.example.org', 'ANY', '+notcp');
  if (output === '' || !hasCommands(t, 'kdig')) return;
  assert.match(output, /EDE: 21 \(Not Supported\)/);
  assert.match(await dig(t, ports.dns, 'blocked.example'), /EDE: 15 \(Blocked\)/);
  assert.match(await dig(t, ports.dns, '+tcp', '+norecurse', 'dig.example.org'), /EDE: 20 .*only recursive queries/);
  // Over UDP without words, but for a client that shows a cookie of ours.
  const overUdp = await dig(t, ports.dns, '+norecurse', 'dig.example.org');
  assert.match(overUdp, /EDE: 20 \(Not Authoritative\)\n/);
  const [, cookie] = /COOKIE: ([0-9a-f]+)/.exec(overUdp)!;
  const known = await dig(t, ports.dns, `+cookie=${cookie}`, '+norecurse', 'dig.example.org');
  assert.match(known, /EDE: 20 .*only recursive queries/);
  assert.match(await dig(t, ports.dns, '+opcode=2', 'dig.example.org'), /status: NOTIMP[\s\S]*EDE: 21/);
  assert.match(await dig(t, ports.dns, '+edns=1', '+noednsnegotiation', 'dig.example.org'), /status: BADVERS/);
  const kdig = ['@127.0.0.1', '-p', String(ports.dns), '+edns', '+tcp', 'version.bind', 'CH', 'TXT'];
  assert.match((await runCommand('kdig', ...kdig)).output, /EDE: 21 \(Not Supported\): 'only class IN is answered'/);
});
