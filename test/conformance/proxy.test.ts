// Section X: what a DNS proxy is to its clients.

import assert from 'node:assert/strict';
import { AUTHENTIC_DATA } from 'dns-packet';
import { test } from 'node:test';
import { readSettings } from '../../src/control-plane/settings/load-settings.ts';
import { AccessList } from '../../src/policy/access-list.ts';
import { addressOf } from '../scenarios/conversation.ts';
import { tcpClient, udpClient } from '../fixtures/listener-clients.ts';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, DO, query, RCODE, rcodeOf, wireName } from './messages.ts';
import { conformsWith, EVERY, EVERY_WAY } from './over-transports.ts';
import type { ScriptedAnswers } from './scripted-answers.ts';

const COOKIE = 10;
const IXFR = 251;
const AXFR = 252;
const MAILB = 253;
const MAILA = 254;
const ANY = 255;
const OPCODE_DSO = 6 << 11;
const AD = 0x0020;
const CD = 0x0010;

const stage = gatewayUnderTest({
  listen: '[listen]\ndns = ["127.0.0.1:0", "127.0.0.2:0"]\ndot = ["127.0.0.1:0"]\ndoh = ["127.0.0.1:0"]\nhttp = []',
});
const conforms = conformsWith(stage);

conforms(
  'X01',
  EVERY_WAY,
  'the same question gets the same RCODE and records',
  async ({ exchange, name, upstream }) => {
    // More than 512 octets, and few enough for a datagram.
    const addresses = Array.from({ length: 40 }, (_unused, index) => `192.0.2.${index}`);
    upstream.answer(name, 'A', { answers: addresses.map((data) => ({ type: 'A', name, ttl: 300, data })) });
    upstream.answer(`no.${name}`, 'A', { rcode: RCODE.NXDOMAIN });
    for (const round of ['fetched', 'cached']) {
      const reply = await exchange(query({ name, opt: {} }));
      assert.deepEqual(
        answersOf(reply),
        addresses.map((data) => `${name} A "${data}"`),
        round,
      );
      assert.equal(rcodeOf(await exchange(query({ name: `no.${name}` }))), RCODE.NXDOMAIN, round);
    }
  },
);

conforms('X02', ['udp', 'tcp'], 'every address of [listen] dns is served', async ({ transport, name, stage }) => {
  const { udp, tcp } = await stage.gateway.logged(/^ready$/);
  const addresses = udp as string[];
  assert.equal(addresses.length, 2);
  assert.deepEqual(tcp, addresses);
  for (const [index, text] of addresses.entries()) {
    const [address, port] = text.split(':') as [string, string];
    const endpoint = { address, port: Number(port) };
    const client = transport === 'udp' ? await udpClient(endpoint) : await tcpClient(endpoint);
    const reply = await client.ask(query({ name: `n${index}.${name}` }));
    client.destroy();
    assert.equal(rcodeOf(reply), RCODE.NOERROR);
  }
});

conforms('X03', EVERY_WAY, 'a transfer is refused and never forwarded', async ({ exchange, name, upstream }) => {
  for (const type of [IXFR, AXFR]) {
    assert.equal(rcodeOf(await exchange(query({ name, type }))), RCODE.REFUSED);
    assert.equal(rcodeOf(await exchange(query({ name, type, opt: {} }))), RCODE.REFUSED);
  }
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms(
  'X04',
  EVERY,
  'ANY is refused in few octets and changes no later answer',
  async ({ exchange, name, upstream, transport }) => {
    for (const short of ['', 'org', name]) {
      for (const opt of [undefined, {}, { options: [[COOKIE, Buffer.alloc(8, 1)]] as const }]) {
        const asked = query({ name: short, type: ANY, ...(opt && { opt }) });
        const reply = await exchange(asked);
        assert.equal(rcodeOf(reply), RCODE.REFUSED);
        if (transport === 'udp') assert.ok(reply!.length <= 1.5 * asked.length, `${reply!.length}: ${asked.length}`);
      }
    }
    assert.deepEqual(upstream.queriesFor(name), []);
    assert.deepEqual(answersOf(await exchange(query({ name }))), [`${name} A "192.0.2.1"`]);
  },
);

conforms('X05', EVERY, 'MAILA and MAILB are refused and never forwarded', async ({ exchange, name, upstream }) => {
  for (const type of [MAILA, MAILB]) assert.equal(rcodeOf(await exchange(query({ name, type }))), RCODE.REFUSED);
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms('X06', EVERY, 'DSO is NOTIMP', async ({ exchange, name, upstream }) => {
  // As sessions begin: no question, and a keepalive TLV behind the header.
  const keepalive = Buffer.from('000100080001d4c00001d4c0', 'hex');
  const session = query({ name: new Uint8Array(0), flags: OPCODE_DSO, counts: [0, 0, 0, 0] }).subarray(0, 12);
  assert.equal(rcodeOf(await exchange(Buffer.concat([session, keepalive]))), RCODE.NOTIMP);
  assert.equal(rcodeOf(await exchange(query({ name, flags: OPCODE_DSO }))), RCODE.NOTIMP);
  assert.deepEqual(upstream.queriesFor(name), []);
});

conforms('X06', EVERY, 'the SRV of DNS push is data like any other', async ({ exchange, name, upstream }) => {
  const owner = `_dns-push-tls._tcp.${name}`;
  const target = { priority: 0, weight: 0, port: 853, target: 'push.example.org' };
  upstream.answer(owner, 'SRV', { answers: [{ type: 'SRV', name: owner, ttl: 300, data: target }] });
  const reply = await exchange(query({ name: owner, type: 33 }));
  assert.deepEqual(answersOf(reply), [`${owner} SRV {"priority":0,"weight":0,"port":853,"target":"push.example.org"}`]);
});

/** None of the names above this one was asked for; the gateway's own probes ask for the root. */
function assertNothingAbove(upstream: ScriptedAnswers, name: string): void {
  for (let above = name; above.includes('.'); ) {
    above = above.slice(above.indexOf('.') + 1);
    assert.deepEqual(upstream.queriesFor(above), [], above);
  }
}

conforms(
  'X07',
  ['udp'],
  'the question goes upstream whole, and nothing else does',
  async ({ exchange, name, upstream }) => {
    const deep = `a.b.c.d.${name}`;
    await exchange(query({ name: deep }));
    const asked = upstream.queriesFor(deep);
    assert.equal(asked.length, 1);
    assertNothingAbove(upstream, deep);
    const question = Buffer.concat([wireName(deep), Buffer.of(0, 1, 0, 1)]);
    assert.deepEqual(asked[0]!.subarray(12, 12 + question.length), question);
  },
);

conforms(
  'X08',
  EVERY,
  'what the upstream says of validation is what the client hears',
  async ({ exchange, name, upstream }) => {
    // No signature stands behind this AD: who validated would find out, and ask for DNSKEY.
    upstream.answer(name, 'A', { answers: [{ type: 'A', name, ttl: 300, data: '192.0.2.1' }], flags: AUTHENTIC_DATA });
    const reply = await exchange(query({ name, opt: { flags: DO } }));
    assert.equal(rcodeOf(reply), RCODE.NOERROR);
    assert.equal(reply!.readUInt16BE(2) & AD, AD);
    const asked = upstream.queriesFor(name);
    assert.equal(asked.length, 1);
    assertNothingAbove(upstream, name);
    assert.equal(asked[0]!.readUInt16BE(2) & CD, 0, 'the upstream is to validate');
  },
);

test('X09 strangers may not use plain DNS by default, also where encrypted DNS is open to all', () => {
  const environment = {
    workingDirectory: '/',
    cores: 1,
    hostName: 'gateway',
    platform: 'linux',
    localAddresses: [],
  } as const;
  for (const toml of ['', '[access]\nencrypted = ["any"]', '[listen]\ndns = ["0.0.0.0:53"]\ndoh = ["0.0.0.0:443"]']) {
    const result = readSettings(toml, '/config.toml', environment);
    assert.ok(result.ok);
    const plain = new AccessList(result.settings.access.plain);
    for (const stranger of ['198.51.100.1', '8.8.8.8', '2001:db8::1', '2a00::1']) {
      assert.equal(plain.permits(addressOf(stranger)), false, stranger);
    }
    for (const known of ['127.0.0.1', '192.168.1.2', '::1', 'fd00::1']) {
      assert.equal(plain.permits(addressOf(known)), true, known);
    }
  }
});
