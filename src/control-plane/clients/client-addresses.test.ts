import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { clientAddresses } from './client-addresses.ts';

function machine(interfaces: Readonly<Record<string, readonly string[]>>): ReturnType<typeof networkInterfaces> {
  const of = (address: string) =>
    ({ address, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as unknown as NetworkInterfaceInfo;
  return Object.fromEntries(Object.entries(interfaces).map(([name, addresses]) => [name, addresses.map(of)]));
}

test('bridges of containers, tunnels and link-local addresses are nothing to enter on a device', () => {
  const interfaces = machine({
    lo: ['127.0.0.1', '::1'],
    eth0: ['192.168.1.2', '2001:db8::2', 'fe80::2', '169.254.7.7'],
    wlan0: ['192.168.1.3'],
    docker0: ['172.17.0.1'],
    'br-0123456789ab': ['172.18.0.1'],
    br0: ['10.1.0.1'],
    veth1234: ['10.9.9.9'],
    virbr0: ['192.168.122.1'],
    tun0: ['10.8.0.1'],
    wg0: ['10.7.0.1', 'fd00::7'],
  });
  const usable = ['127.0.0.1', '::1', '192.168.1.2', '2001:db8::2', '192.168.1.3', '10.1.0.1'];
  assert.deepEqual(clientAddresses(interfaces, ''), usable);
});

test('temporary and deprecated IPv6 addresses are left out where the system tells them apart', () => {
  const interfaces = machine({ eth0: ['2001:db8::2', '2001:db8::aaaa', '2001:db8:0:1::2', 'fd00::2'] });
  const flags = [
    '20010db8000000000000000000000002 02 40 00 80     eth0',
    '20010db800000000000000000000aaaa 02 40 00 01     eth0',
    '20010db8000000010000000000000002 02 40 00 20     eth0',
    'fd000000000000000000000000000002 02 40 00 00     eth0',
  ];
  assert.deepEqual(clientAddresses(interfaces, flags.join('\n')), ['2001:db8::2', 'fd00::2']);
  assert.equal(clientAddresses(interfaces, '').length, 4);
});

test('a machine that has a tunnel alone gives its address', () => {
  const interfaces = machine({ lo: ['127.0.0.1'], wg0: ['10.7.0.1'] });
  assert.deepEqual(clientAddresses(interfaces, ''), ['127.0.0.1', '10.7.0.1']);
});

test('this machine has some', () => {
  assert.ok(clientAddresses().length > 0);
});
