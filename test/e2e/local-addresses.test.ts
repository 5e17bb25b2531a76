// Listening on a wildcard: every address the machine has is served and answers for itself, also those that come later.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { canMakeNamespaces, hasCommands } from '../setup/require-components.ts';
import type { DnsClients, Server } from './dns-clients.ts';
import { gatewayConfig } from './gateway-config.ts';
import { makeGatewayDirectory, startGatewayProcess } from './gateway-process.ts';
import { makeHostWithUplink } from './host-with-uplink.ts';
import { BLOCKING_RULE, blocked } from './known-question.ts';
import { addAddress, NAMESPACE_COMMANDS, removeAddress } from './network-namespace.ts';
import { startRemote } from './remote-functions.ts';

const UPSTREAM = { hostName: 'dns.example.org', dohPort: 443, address: '192.0.2.53', caPem: '' };
const LISTEN = `[listen]
dns = ["0.0.0.0:53", "[::]:53"]
dot = []
doh = []`;
const QUESTION = blocked('x.tracker.example');
/** A change of addresses is followed within this. */
const FOLLOWED_MILLISECONDS = 5_000;

/** All but the first are addresses that the system would not choose as the source of an answer. */
const ADDRESSES = ['10.0.5.2', '10.0.5.3', '10.0.5.4', 'fd00:5::2', 'fd00:5::3', 'fd00:5::4'];
const LATE_ADDRESSES = ['10.0.5.9', 'fd00:5::9'];

test('W21 a wildcard serves every address of the machine', async (t) => {
  if (!canMakeNamespaces(t) || !hasCommands(t, ...NAMESPACE_COMMANDS)) return;
  const endings = new AsyncDisposableStack();
  t.after(() => endings.disposeAsync());
  const { host, hostEnd, world } = await makeHostWithUplink(endings);
  for (const address of ADDRESSES) await addAddress(host, hostEnd.device, withPrefix(address));
  const clients = startRemote<DnsClients>('dns-clients', world.enter);
  endings.defer(() => clients.stop());
  const directory = makeGatewayDirectory();
  const extra = `[policy]\nrules = ["${BLOCKING_RULE}"]`;
  const config = gatewayConfig({ directory, upstreams: [UPSTREAM], listen: LISTEN, extra }).replace(/^ca = .*$/m, '');
  const gateway = await startGatewayProcess({ directory, config, enter: host.enter });
  endings.defer(async () => void (await gateway.stop()));

  await t.test('W21 an answer leaves from the address that was asked', async () => {
    for (const address of ADDRESSES) {
      // Its socket is connected: what comes from another address never reaches the client.
      assert.equal(await clients.call('ask', udp(address), QUESTION), undefined, address);
      assert.equal(await clients.call('ask', { ...udp(address), transport: 'tcp' }, QUESTION), undefined, address);
    }
  });

  await t.test('an address added later is served within 5 s', async () => {
    for (const address of LATE_ADDRESSES) await addAddress(host, hostEnd.device, withPrefix(address));
    await Promise.all(
      LATE_ADDRESSES.map((address) => clients.call('askUntilRight', udp(address), QUESTION, FOLLOWED_MILLISECONDS)),
    );
  });

  await t.test('sockets of an address that is gone are given back, the others go on, and it can return', async () => {
    const [address] = LATE_ADDRESSES as [string];
    const isOpen = () => datagramSockets(gateway.child.pid!).includes(`${hexadecimal(address)}:0035`);
    assert.ok(isOpen());
    await removeAddress(host, hostEnd.device, withPrefix(address));
    const removedAt = performance.now();
    while (isOpen()) {
      assert.ok(performance.now() - removedAt < FOLLOWED_MILLISECONDS, 'the sockets are still open');
      await wait(100);
    }
    for (const other of ADDRESSES) assert.equal(await clients.call('ask', udp(other), QUESTION), undefined, other);
    await addAddress(host, hostEnd.device, withPrefix(address));
    await clients.call('askUntilRight', udp(address), QUESTION, FOLLOWED_MILLISECONDS);
  });
});

function udp(address: string): Server {
  return { transport: 'udp', address, port: 53 };
}

function withPrefix(address: string): string {
  return `${address}/${address.includes(':') ? 64 : 24}`;
}

/** Local addresses of IPv4 datagram sockets in the process's namespace, as the kernel writes them. */
function datagramSockets(pid: number): string[] {
  const [, ...lines] = readFileSync(`/proc/${pid}/net/udp`, 'utf8').trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/)[1]!);
}

/** As in /proc/net/udp: the octets as a number of this machine. */
function hexadecimal(address: string): string {
  const octets = Uint8Array.from(address.split('.').map(Number));
  return new Uint32Array(octets.buffer)[0]!.toString(16).toUpperCase().padStart(8, '0');
}
