// An Android phone with Private DNS, "automatic" and with the gateway's name, against the whole program.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, describe, test } from 'node:test';
import { testQueryName } from '../fixtures/dns-messages.ts';
import { gatewayUnderTest } from '../conformance/gateway.ts';
import { buildAnswer } from '../conformance/scripted-answers.ts';
import { AndroidPrivateDns, type AndroidOptions } from './android-private-dns.ts';

const HOST_NAME = 'dns.example.org';
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

const under = gatewayUnderTest({
  threads: 2,
  files: { 'zealous.txt': 'gstatic.com\nads.example\n' },
  extra: `[[certificate]]
names = ["${HOST_NAME}", "*.${HOST_NAME}"]
source = "local-ca"

[[certificate]]
names = ["gateway.home.arpa"]
source = "local-ca"

[[record]]
name = "${HOST_NAME}"
type = "A"
value = "192.168.1.10"

[[record]]
name = "*.${HOST_NAME}"
type = "A"
value = "192.168.1.10"

[[list]]
name = "zealous"
file = "zealous.txt"
format = "domains"
subdomains = true`,
});

const phones: AndroidPrivateDns[] = [];
afterEach(() => {
  for (const phone of phones.splice(0)) phone.leave();
});

function phone(options: Partial<AndroidOptions> & { readonly hostName?: string } = {}): AndroidPrivateDns {
  const { hostName = HOST_NAME, ...others } = options;
  const made = new AndroidPrivateDns({
    address: '127.0.0.1',
    dotPort: under.dot.port,
    dnsPort: under.dns.port,
    mode: { kind: 'strict', hostName, ca: readFileSync(under.gateway.caPath, 'utf8') },
    ...others,
  });
  phones.push(made);
  return made;
}

describe('an Android phone', () => {
  for (const tlsVersion of VERSIONS) {
    test(`set to "automatic" takes the gateway, without SNI and whatever its certificate, ${tlsVersion}`, async () => {
      const android = phone({ mode: { kind: 'automatic' }, tlsVersion });
      // It asks again with every network: one busy moment of this machine is not the answer.
      let tries = 1;
      while (!(await android.isAcceptedAutomatically())) assert.ok(++tries <= 5, 'much slower than UDP, five times');
      assert.equal((await android.ask('www.example.org')).packet.answers!.length, 1);
    });

    test(`set to the gateway’s name takes it, ${tlsVersion}`, async () => {
      const android = phone({ tlsVersion });
      assert.equal(await android.whyRefused(), undefined);
      assert.equal((await android.ask('www.example.org')).packet.answers!.length, 1);
    });

    test(`is resumed whenever it comes back with a ticket, none of them used twice, ${tlsVersion}`, async () => {
      const android = phone({ tlsVersion });
      await android.ask('www.example.org');
      let expected = 0;
      for (let round = 1; round <= 6; round++) {
        if (android.ticketCount > 0) expected++;
        android.leave();
        await android.ask('www.example.org');
        assert.equal(android.resumed, expected);
      }
      assert.equal(android.connections, 7);
      assert.ok(expected >= 3, 'every other time at least');
    });
  }

  test('set to a name of its own under the wildcard certificate takes the gateway', async () => {
    const android = phone({ hostName: `phone.${HOST_NAME}` });
    assert.deepEqual(await android.addressesInNetwork(`phone.${HOST_NAME}`), ['192.168.1.10']);
    assert.equal(await android.whyRefused(), undefined);
    assert.equal((await android.ask('www.example.org')).packet.answers!.length, 1);
  });

  test('set to a name that nobody finds in the network’s DNS has no DNS, wildcard certificate or not', async () => {
    assert.match((await phone({ hostName: 'nobody.invalid' }).whyRefused())!, /has no address/);
  });

  test('set to a name that the certificate does not have refuses the gateway', async () => {
    const android = phone({ hostName: 'other.example.net' });
    await assert.rejects(android.ask('www.example.org'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  test('finds the gateway’s name in the network’s DNS: by a record, and by itself in a zone of this network', async () => {
    assert.deepEqual(await phone().addressesInNetwork(HOST_NAME), ['192.168.1.10']);
    assert.deepEqual(await phone().addressesInNetwork('gateway.home.arpa'), ['127.0.0.1']);
  });

  test('gets its probes answered although a list names them, and the operator is told', async () => {
    assert.equal(await phone().whyRefused(), undefined);
    const line = await under.gateway.logged(/metric\.gstatic\.com/);
    assert.match(line.msg, /^the list "zealous" blocks .* answered all the same$/);
    // The list holds for everything else there.
    assert.equal((await phone().ask('www.gstatic.com')).packet.answers!.length, 0);
  });

  test('sends the questions of all apps over one connection, and gets each its own answer in whatever order they are ready', async () => {
    const android = phone();
    const late: (() => void)[] = [];
    const { promise: allLate, resolve: onAllLate } = Promise.withResolvers<void>();
    for (let app = 0; app < 10; app++)
      under.upstream.answer(`slow${app}.example.org`, 'A', (request) => {
        const name = testQueryName(request.query);
        const data = `192.0.2.${100 + Number(name.charAt(4))}`;
        late.push(() => request.answer(buildAnswer(request.query, { answers: [{ type: 'A', name, ttl: 300, data }] })));
        if (late.length === 10) onAllLate();
      });
    const slow = Array.from({ length: 10 }, (_unused, app) => android.ask(`slow${app}.example.org`));
    const quick = Array.from({ length: 40 }, (_unused, app) =>
      android.ask(`quick${app % 13}.example.org`, app % 2 === 0 ? 'A' : 'AAAA'),
    );
    for (const reply of await Promise.all(quick)) assert.equal(reply.packet.answers!.length, 1);
    await allLate;
    for (const release of late.reverse()) release();
    for (const [app, reply] of (await Promise.all(slow)).entries()) {
      const [answer] = reply.packet.answers!;
      assert.equal(answer?.type === 'A' && answer.data, `192.0.2.${100 + app}`);
    }
    assert.deepEqual(
      android.idsSent,
      Array.from({ length: 50 }, (_unused, id) => id),
    );
    assert.equal(android.connections, 1);
  });

  test('gets replies that are padded, and none that padding has made too long for it', async () => {
    const android = phone();
    const ordinary = await android.ask('www.example.org');
    assert.equal(ordinary.bytes.length, 468);
    const texts = (bytes: number) =>
      Array.from({ length: 32 }, (_unused, index) => String(index).padEnd(Math.floor(bytes / 32) - 13, 'x'));
    for (const bytes of [7_000, 7_900, 8_050]) {
      const name = `large${bytes}.example.org`;
      under.upstream.answer(name, 'TXT', {
        answers: texts(bytes).map((data) => ({ type: 'TXT', name, ttl: 300, data })),
      });
      const reply = await android.ask(name, 'TXT');
      assert.equal(reply.packet.answers!.length, 32);
      assert.ok(reply.bytes.length <= 8_192, `${reply.bytes.length}`);
    }
  });

  test('is silent for 20 s and finds its connection as it was', { timeout: 60_000 }, async () => {
    const android = phone({ idleMilliseconds: 40_000 });
    await android.ask('www.example.org');
    await new Promise((resolve) => setTimeout(resolve, 20_500));
    await android.ask('www.example.org');
    assert.deepEqual([android.connections, android.endedByServer], [1, 0]);
  });
});
