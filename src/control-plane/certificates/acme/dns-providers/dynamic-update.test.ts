// Dynamic updates against BIND, read back with dig.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { acmeSource, keeperPlace, testKeeper } from '../../../../../test/fixtures/acme/keeper-on-a-clock.ts';
import { localFailureOf } from '../../../../../test/fixtures/acme/local-failure.ts';
import { startPebble } from '../../../../../test/peers/pebble.ts';
import { startUpdatableNamed, type UpdatableNamed } from '../../../../../test/peers/updatable-named.ts';
import { hasCommands } from '../../../../../test/setup/require-components.ts';
import { dynamicUpdate } from './dynamic-update.ts';

const NAME = '_acme-challenge.www.home.test';
const { signal } = new AbortController();

async function named(
  t: TestContext,
  ...more: Parameters<typeof startUpdatableNamed> extends [string, ...infer Rest] ? Rest : never
) {
  const peer = await startUpdatableNamed('home.test', ...more);
  t.after(() => peer.stop());
  return peer;
}

const settingsFor = ({ address, port, key }: UpdatableNamed) =>
  ({ kind: 'rfc2136', server: { address, port }, zone: undefined, key }) as const;

function textsAt({ address, port }: UpdatableNamed, name: string): string[] {
  const words = [`@${address}`, '-p', String(port), name, 'TXT', '+short', '+tries=1'];
  return execFileSync('dig', words, { encoding: 'utf8' }).trim().split('\n').filter(Boolean).sort();
}

for (const algorithm of ['hmac-sha256', 'hmac-sha512'] as const)
  test(`values are added to a name and taken away again, one by one, signed by ${algorithm}`, async (t) => {
    if (!hasCommands(t, 'named', 'dig')) return;
    const peer = await named(t, algorithm);
    const provider = dynamicUpdate(settingsFor(peer), signal);
    await provider.present(NAME, 'one');
    await provider.present(NAME, 'two');
    assert.deepEqual(textsAt(peer, NAME), ['"one"', '"two"']);
    await provider.remove(NAME, 'one');
    await provider.remove(NAME, 'never there');
    assert.deepEqual(textsAt(peer, NAME), ['"two"']);
    await provider.remove(NAME, 'two');
    assert.deepEqual(textsAt(peer, NAME), []);
  });

test('a wrong secret, an unknown key, no key and a name that is not allowed are told apart', async (t) => {
  if (!hasCommands(t, 'named', 'dig')) return;
  const peer = await named(t);
  const right = settingsFor(peer);
  const present = (more: Partial<Parameters<typeof dynamicUpdate>[0]>, name = NAME) =>
    localFailureOf(dynamicUpdate({ ...right, ...more }, signal).present(name, 'v'));
  assert.match(
    await present({ key: { ...peer.key, secret: 'd3Jvbmc=' } }),
    /cannot be trusted \(NOTAUTH\): the signature is wrong there \(BADSIG\); is the secret right\?/,
  );
  assert.match(await present({ key: { ...peer.key, name: 'other.key' } }), /\(BADKEY\)/);
  assert.match(
    await present({ key: undefined }),
    /answers the update of home\.test with REFUSED; does it allow this key/,
  );
  assert.match(
    await present({ zone: 'elsewhere.test' }, '_acme-challenge.elsewhere.test'),
    /answers the update of elsewhere\.test with NOTAUTH/,
  );
  assert.deepEqual(textsAt(peer, NAME), []);
});

test('an answer that is not signed, or by somebody else, is not believed; nobody there is told', async (t) => {
  const server = createServer((socket) => {
    socket.once('data', (request: Buffer) => {
      // NOERROR to whatever was asked, without a signature.
      const answer = Buffer.alloc(14);
      answer.writeUInt16BE(12);
      request.copy(answer, 2, 2, 4);
      answer.writeUInt16BE(0xa800, 4);
      socket.end(answer);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const place = { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const key = { name: 'update.key', algorithm: 'hmac-sha256', secret: 'c2VjcmV0' } as const;
  const settings = { kind: 'rfc2136', server: place, zone: 'home.test', key } as const;
  assert.match(
    await localFailureOf(dynamicUpdate(settings, signal).present(NAME, 'v')),
    /cannot be trusted: it is not signed/,
  );
  server.close();
  await once(server, 'close');
  assert.match(
    await localFailureOf(dynamicUpdate(settings, signal).present(NAME, 'v')),
    /127\.0\.0\.1:\d+ does not answer \(ECONNREFUSED\)/,
  );
});

test('a zone that does not hold the name, as behind an alias, is not updated', async (t) => {
  const asked: number[] = [];
  const server = createServer((socket) => {
    socket.once('data', (request: Buffer) => {
      asked.push(request.readUInt16BE(4) & 0x7800);
      // What was asked, with an SOA record of another zone, without data.
      const answer = Buffer.concat([request.subarray(2), Buffer.from('\x05other\x04test\0'), Buffer.alloc(10)]);
      answer.writeUInt16BE(0x8400, 2);
      answer.writeUInt16BE(1, 6);
      answer.writeUInt16BE(6, answer.length - 10);
      answer.writeUInt16BE(1, answer.length - 8);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      socket.end(Buffer.concat([length, answer]));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const place = { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const settings = { kind: 'rfc2136', server: place, zone: undefined, key: undefined } as const;
  assert.match(
    await localFailureOf(dynamicUpdate(settings, signal).present(NAME, 'v')),
    /names no zone for _acme-challenge\.www\.home\.test; set dns\.zone/,
  );
  assert.deepEqual(asked, [0], 'a question and no update');
});

test('a CA that asks that server issues a wildcard', async (t) => {
  if (!hasCommands(t, 'named', 'pebble', 'pebble-challtestsrv', 'openssl')) return;
  const peer = await named(t);
  const pebble = await startPebble({ dnsServer: `${peer.address}:${peer.port}` });
  t.after(() => pebble.stop());
  const source = acmeSource({
    directory: pebble.directoryUrl,
    directoryCaPath: pebble.caPath,
    challenge: 'dns-01',
    dns: { provider: settingsFor(peer), propagationSeconds: 0, delaySeconds: 0 },
  });
  const run = testKeeper(t, { place: keeperPlace(t), certificates: [{ names: ['home.test', '*.home.test'], source }] });
  run.keeper.start();
  await run.resting();
  assert.equal(run.given.length, 1, run.log.join('\n'));
  assert.deepEqual(textsAt(peer, '_acme-challenge.home.test'), []);
});
