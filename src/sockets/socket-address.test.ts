import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { test } from 'node:test';
import { socketAddress } from './socket-address.ts';

const INTERFACES: Record<string, number> = { eth0: 4, lo: 1 };
const interfaceIndex = (name: string): number => INTERFACES[name] ?? 0;
const skip = endianness() === 'LE' ? false : 'the expected octets are written for little-endian machines';

const CASES: readonly (readonly [address: string, port: number, octets: string | undefined])[] = [
  ['127.0.0.1', 53, '0200 0035 7f000001 0000000000000000'],
  ['0.0.0.0', 65535, '0200 ffff 00000000 0000000000000000'],
  ['::', 853, '0a00 0355 00000000 00000000000000000000000000000000 00000000'],
  ['2001:db8::1:0', 443, '0a00 01bb 00000000 20010db8000000000000000000010000 00000000'],
  ['fe80::fc:ff:fe00:1%eth0', 53, '0a00 0035 00000000 fe8000000000000000fc00fffe000001 04000000'],
  ['fe80::1%300', 53, '0a00 0035 00000000 fe800000000000000000000000000001 2c010000'],
  ['::ffff:192.0.2.1', 53, '0a00 0035 00000000 00000000000000000000ffffc0000201 00000000'],
  ['fe80::1%wlan9', 53, undefined],
  ['localhost', 53, undefined],
  ['127.0.0.1:53', 53, undefined],
];

for (const [address, port, octets] of CASES) {
  test(`${address} port ${port} is ${octets === undefined ? 'no socket address' : 'laid out as the system reads it'}`, {
    skip,
  }, () => {
    const built = socketAddress(address, port, interfaceIndex);
    const used = built && Buffer.from(built.bytes.subarray(0, built.length)).toString('hex');
    assert.equal(used, octets?.replaceAll(' ', ''));
  });
}
