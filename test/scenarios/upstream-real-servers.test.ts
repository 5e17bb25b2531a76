// Scenarios: unbound, BIND and Knot Resolver as upstream in turn, over HTTP/2 with a test CA. All three refuse HTTP/1.1.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, type TestContext, test } from 'node:test';
import { decode, type Packet } from 'dns-packet';
import { Client } from 'undici';
import { lookupThroughUpstream } from '../../src/upstream/lookup-through-upstream.ts';
import { resolveName } from '../../src/upstream/resolve-name.ts';
import { CLASS, TYPE } from '../../src/wire/numbers.ts';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { asUpstream, type DnsPeer } from '../peers/dns-peer.ts';
import { startKresd } from '../peers/kresd.ts';
import { startNamed } from '../peers/named.ts';
import { queryFor, watchedUpstream } from '../peers/scripted-upstream.ts';
import { startUnbound } from '../peers/unbound.ts';
import { findCommand } from '../setup/missing-components.ts';
import { hasCommands } from '../setup/require-components.ts';

const PEERS = [
  { name: 'unbound', commands: ['unbound', 'openssl'], start: startUnbound },
  { name: 'named', commands: ['named', 'openssl'], start: startNamed },
  { name: 'kresd', commands: ['kresd', 'named', 'openssl'], start: startKresd },
] as const;

for (const { name, commands, start } of PEERS) {
  describe(`${name} as upstream`, () => {
    let peer: DnsPeer | undefined;
    before(async () => {
      if (commands.every((command) => findCommand(command) !== undefined)) peer = await start();
    });
    after(() => peer?.stop());

    /** An upstream at the peer, or undefined after skipping the test. */
    function upstreamFor(t: TestContext) {
      return hasCommands(t, ...commands) ? watchedUpstream(t, [asUpstream(peer!)]) : undefined;
    }

    async function answerFor(
      t: TestContext,
      question: string,
      type: number,
      qclass: number = CLASS.IN,
    ): Promise<Packet> {
      const watched = upstreamFor(t);
      if (watched === undefined) return {};
      const outcome = await watched.upstream.exchange(queryFor(question, type, qclass));
      assert.ok(outcome.ok, outcome.ok ? '' : outcome.detail);
      return decode(Buffer.from(outcome.message));
    }

    test('answers A over HTTP/2, and the server is reported up', async (t) => {
      const watched = upstreamFor(t);
      if (watched === undefined) return;
      const outcome = await watched.ask('www.lab.example');
      assert.ok(outcome.ok);
      const { answers } = decode(Buffer.from(outcome.message));
      assert.deepEqual(
        answers?.map((answer) => 'data' in answer && answer.data),
        ['192.0.2.1'],
      );
      assert.deepEqual(
        watched.events.map(({ kind }) => kind),
        ['up'],
      );
    });

    test('answers AAAA through two CNAMEs', async (t) => {
      const { answers } = await answerFor(t, 'chain.lab.example', TYPE.AAAA);
      if (answers === undefined) return;
      assert.deepEqual(
        answers.map(({ type }) => type),
        ['CNAME', 'CNAME', 'AAAA'],
      );
    });

    test('answers what no datagram holds', async (t) => {
      const { answers } = await answerFor(t, 'big.lab.example', TYPE.TXT);
      if (answers !== undefined) assert.equal(answers.length, 40);
    });

    test('answers an unknown type, octet by octet (RFC 3597)', async (t) => {
      const { answers } = await answerFor(t, 'unknown.lab.example', 65_280);
      if (answers === undefined) return;
      assert.deepEqual('data' in answers[0]! && answers[0].data, Buffer.from([0x0a, 0, 0, 1]));
    });

    test('answers NXDOMAIN with its SOA', async (t) => {
      const packet = (await answerFor(t, 'nothing.lab.example', TYPE.A)) as Packet & { rcode?: string };
      if (packet.authorities === undefined) return;
      assert.equal(packet.rcode, 'NXDOMAIN');
      assert.equal(packet.authorities[0]!.type, 'SOA');
    });

    test('answers the probe at once, without asking anybody', async (t) => {
      const watched = upstreamFor(t);
      if (watched !== undefined) assert.equal(await watched.upstream.probe(), true);
    });

    test('answers five hundred questions at once', async (t) => {
      const watched = upstreamFor(t);
      if (watched === undefined) return;
      const outcomes = await Promise.all(
        Array.from({ length: 500 }, (_, index) => watched.ask(`n${index}.many.lab.example`)),
      );
      assert.deepEqual(
        outcomes.filter((outcome) => !outcome.ok),
        [],
      );
    });

    test('resolves the names that the process itself needs', async (t) => {
      const watched = upstreamFor(t);
      if (watched === undefined) return;
      assert.deepEqual(await resolveName(watched.upstream, 'chain.lab.example'), ['192.0.2.1', '2001:db8::1']);
      assert.deepEqual(await resolveName(watched.upstream, 'onlyv4.lab.example'), ['192.0.2.4']);
      await assert.rejects(resolveName(watched.upstream, 'nothing.lab.example'), {
        code: 'ENOTFOUND',
        message: 'nothing.lab.example: no such name',
      });
      await assert.rejects(resolveName(watched.upstream, 'text.lab.example'), {
        code: 'ENOTFOUND',
        message: 'text.lab.example: the name has no address',
      });
    });
  });
}

test('V03 a list is downloaded by a name that only our own upstream knows', async (t) => {
  if (!hasCommands(t, 'unbound', 'openssl')) return;
  const peer = await startUnbound({ records: ['lists A 127.0.0.1'] });
  t.after(() => peer.stop());
  const certificate = makeCertificate({ names: ['lists.lab.example'] });
  t.after(() => certificate.remove());
  const server: Server = createServer({ cert: certificate.certPem, key: certificate.keyPem }, (request, response) => {
    response.end(`ads.example.org # for ${request.headers.host}\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { upstream } = watchedUpstream(t, [asUpstream(peer)]);
  const client = new Client(`https://lists.lab.example:${(server.address() as AddressInfo).port}`, {
    connect: { ca: certificate.caPem, lookup: lookupThroughUpstream(upstream) },
  });
  t.after(() => client.destroy());
  const { body } = await client.request({ path: '/hosts', method: 'GET' });
  assert.match(await body.text(), /^ads\.example\.org # for lists\.lab\.example:/);
});
