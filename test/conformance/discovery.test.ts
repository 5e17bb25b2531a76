// Section R: what the gateway tells of itself, and service bindings of others.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EMITTED_EXTENDED_ERRORS } from '../../src/control-plane/local-names/discovery-records.ts';
import { localSettings } from '../fixtures/local-settings.ts';
import { Conversation } from '../scenarios/conversation.ts';
import { rdataFromText } from '../../src/wire/rdata-from-text.ts';
import { typeFromText } from '../../src/wire/type-text.ts';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, decoded, query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, EVERY } from './over-transports.ts';

const A = 1;
const SVCB = 64;
const HTTPS = 65;
const RESINFO = 261;
const NAME = 'dns.lab.example';

const stage = gatewayUnderTest({
  extra: `[resolve]
info_url = "https://www.lab.example/dns"
[[certificate]]
names = ["${NAME}", "*.${NAME}", "localhost", "127.0.0.1", "::1"]
source = "local-ca"
`,
});
const conforms = conformsWith(stage);

function svcb(text: string): Buffer {
  return Buffer.from(rdataFromText(SVCB, text) as Uint8Array);
}

/** RDATA of every answer, octet for octet. */
function rdataOf(reply: Buffer | undefined): Buffer[] {
  return (decoded(reply).packet.answers ?? []).map((record) => (record as unknown as { data: Buffer }).data);
}

conforms('R01', EVERY, 'SVCB and HTTPS pass octet for octet', async ({ exchange, name, upstream }) => {
  const service = Buffer.from('000103777777076578616d706c65000001000302683200050004deadbeef' + 'fde80003010203', 'hex');
  const alias = Buffer.from('00000363646e076578616d706c6500', 'hex');
  for (const [type, rdata] of [
    [SVCB, service],
    [HTTPS, service],
    [HTTPS, alias],
  ] as const) {
    const asked = `t${type}-${rdata.length}.${name}`;
    upstream.answer(asked, typeFromText('HTTPS') === type ? 'HTTPS' : 'SVCB', {
      answers: [{ type: `UNKNOWN_${type}`, name: asked, ttl: 300, data: rdata } as never],
    });
    for (const round of ['fetched', 'cached'])
      assert.deepEqual(rdataOf(await exchange(query({ name: asked, type }))), [rdata], `${asked} ${round}`);
  }
});

conforms(
  'R02',
  EVERY,
  'the encrypted listeners are named, with addresses and a short TTL',
  async ({ exchange, stage }) => {
    const reply = await exchange(query({ name: '_dns.resolver.arpa', type: SVCB }));
    assert.deepEqual(rdataOf(reply), [
      svcb(`1 ${NAME} alpn=dot port=${stage.dot.port} ipv4hint=127.0.0.1`),
      svcb(`2 ${NAME} alpn=h2 port=${stage.doh.port} ipv4hint=127.0.0.1 dohpath=/dns-query{?dns}`),
    ]);
    const { answers = [], additionals = [] } = decoded(reply).packet;
    for (const record of [...answers, ...additionals]) assert.ok('ttl' in record && record.ttl! <= 300);
    assert.deepEqual(
      additionals.map((record) => `${record.name} ${record.type}`),
      [`${NAME} A`],
    );
  },
);

conforms('R03', EVERY, 'other types and names there have no data, with SOA', async ({ exchange, upstream }) => {
  for (const [name, type] of [
    ['_dns.resolver.arpa', A],
    ['_dns.resolver.arpa', HTTPS],
    ['x._dns.resolver.arpa', SVCB],
    ['other.resolver.arpa', SVCB],
  ] as const) {
    const reply = await exchange(query({ name, type }));
    assert.deepEqual([rcodeOf(reply), answersOf(reply)], [RCODE.NOERROR, []], name);
    assert.equal(decoded(reply).packet.authorities?.[0]?.type, 'SOA');
    assert.deepEqual(upstream.queriesFor(name), []);
  }
});

conforms('R05', EVERY, 'the hints are the address at which the gateway is asked', async ({ exchange, stage }) => {
  assert.equal(stage.dns.address, '127.0.0.1');
  const hint = Buffer.from('0004' + '0004' + '7f000001', 'hex');
  for (const rdata of rdataOf(await exchange(query({ name: '_dns.resolver.arpa', type: SVCB }))))
    assert.ok(rdata.includes(hint));
});

conforms('R06', EVERY, '_dns below the name of the gateway is answered likewise', async ({ exchange }) => {
  const byName = rdataOf(await exchange(query({ name: `_dns.${NAME}`, type: SVCB })));
  assert.ok(byName.length > 0);
  assert.deepEqual(byName, rdataOf(await exchange(query({ name: '_dns.resolver.arpa', type: SVCB }))));
});

conforms('R11', EVERY, '_dns below the name of a client names that client', async ({ exchange, stage, upstream }) => {
  const client = `Phone.${NAME}`;
  const reply = await exchange(query({ name: `_dns.${client}`, type: SVCB }));
  assert.deepEqual(rdataOf(reply), [
    svcb(`1 phone.${NAME} alpn=dot port=${stage.dot.port} ipv4hint=127.0.0.1`),
    svcb(`2 phone.${NAME} alpn=h2 port=${stage.doh.port} ipv4hint=127.0.0.1 dohpath=/dns-query{?dns}`),
  ]);
  assert.deepEqual(upstream.queriesFor(client), []);
});

conforms('R08', EVERY, 'the path is a template, and nothing is named that is not served', async ({ exchange }) => {
  const [dot, doh, ...others] = rdataOf(await exchange(query({ name: '_dns.resolver.arpa', type: SVCB })));
  assert.deepEqual(others, []);
  assert.ok(dot!.includes(Buffer.from('00010004' + '03646f74', 'hex')));
  assert.ok(doh!.includes(Buffer.from('00010003' + '026832', 'hex')));
  assert.ok(doh!.toString('latin1').endsWith('/dns-query{?dns}'));
});

conforms('R09', EVERY, 'RESINFO names the errors in use and the page', async ({ exchange }) => {
  for (const name of ['resolver.arpa', NAME]) {
    const [rdata, ...others] = rdataOf(await exchange(query({ name, type: RESINFO })));
    assert.deepEqual(others, []);
    const [, errors, , page] = /^(?:.)exterr=([\d,-]+)(.)infourl=(.*)$/s.exec(rdata!.toString('latin1')) ?? [];
    assert.equal(page, 'https://www.lab.example/dns');
    const codes = errors!.split(',').flatMap((part) => {
      const [from, to = from] = part.split('-').map(Number);
      return Array.from({ length: to! - from! + 1 }, (_unused, index) => from! + index);
    });
    assert.deepEqual(
      codes,
      EMITTED_EXTENDED_ERRORS.toSorted((a, b) => a - b),
    );
    assert.ok(!rdata!.includes('qnamemin'));
  }
});

test('R04 without encrypted listeners _dns.resolver.arpa SVCB has no data, and is not asked for', async () => {
  const talk = new Conversation();
  const { packet } = await talk.ask({ name: '_dns.resolver.arpa', type: 'UNKNOWN_64' });
  assert.deepEqual([packet.rcode, packet.answers], ['NOERROR', []]);
  assert.equal(packet.authorities?.[0]?.type, 'SOA');
  assert.deepEqual(talk.asked, []);
});

test('R07 resolve.ddr makes discovery NODATA or NXDOMAIN', async () => {
  for (const [ddr, rcode] of [
    ['nodata', 'NOERROR'],
    ['nxdomain', 'NXDOMAIN'],
  ] as const) {
    const settings = localSettings(`[resolve]\nddr = "${ddr}"`);
    const talk = new Conversation([], {}, ['loopback'], {}, settings);
    const { packet } = await talk.ask({ name: '_dns.resolver.arpa', type: 'UNKNOWN_64' });
    assert.deepEqual([packet.rcode, packet.answers], [rcode, []]);
    assert.deepEqual(talk.asked, []);
  }
});

test('R10 the manual announces the gateway by DHCP and router advertisements in the form of RFC 9463', () => {
  const manual = readFileSync(join(import.meta.dirname, '../../docs/clients/dnr.md'), 'utf8');
  const option = (code: string): Buffer =>
    Buffer.from(new RegExp(`${code},([\\da-f:]+)`).exec(manual)![1]!.replaceAll(':', ''), 'hex');
  const name = Buffer.from('\x03dns\x07example\x03org\x00', 'latin1');
  const parameters = svcb('1 . alpn=dot port=853').subarray(3);
  const v4 = Buffer.concat([Buffer.of(0, 1, name.length), name, Buffer.of(4, 192, 0, 2, 53), parameters]);
  assert.deepEqual(option('dhcp-option=162'), Buffer.concat([Buffer.of(0, v4.length), v4]));
  const address = rdataFromText(28, '2001:db8::53') as Uint8Array;
  const v6 = Buffer.concat([Buffer.of(0, 1, 0, name.length), name, Buffer.of(0, 16), address, parameters]);
  assert.deepEqual(option('dhcp-option=option6:144'), v6);
});
