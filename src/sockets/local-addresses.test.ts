import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import { isWildcard, lastKnown, localAddresses } from './local-addresses.ts';
import { probeAddress } from './probe-address.ts';

test('every local address is listed once, in a spelling that can be bound', async () => {
  const addresses = localAddresses();
  assert.ok(addresses.includes('127.0.0.1'), addresses.join(' '));
  assert.equal(new Set(addresses).size, addresses.length);
  for (const address of addresses) {
    assert.notEqual(isIP(address), 0, address);
    if (/^fe80:/i.test(address)) assert.match(address, /%./);
    const probe = await probeAddress('udp', address, 0);
    // One under duplicate detection is there and cannot be bound yet.
    assert.ok(probe.ok || probe.code === 'EADDRNOTAVAIL', `${address}: ${JSON.stringify(probe)}`);
  }
});

test('addresses that the system cannot list are those it listed before', () => {
  let answer: string[] | Error = new Error('no descriptors left');
  const addresses = lastKnown(() => {
    if (answer instanceof Error) throw answer;
    return answer;
  });
  assert.throws(addresses, /no descriptors left/);
  answer = ['192.0.2.1'];
  assert.deepEqual(addresses(), ['192.0.2.1']);
  answer = new Error('no descriptors left');
  assert.deepEqual(addresses(), ['192.0.2.1']);
  answer = ['192.0.2.2'];
  assert.deepEqual(addresses(), ['192.0.2.2']);
});

test('a wildcard is known in every spelling', () => {
  for (const text of ['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '::0']) assert.equal(isWildcard(text), true, text);
  for (const text of ['127.0.0.1', '::1', '::ffff:0.0.0.0', '0.0.0.1', 'example.org', '']) {
    assert.equal(isWildcard(text), false, text);
  }
});
