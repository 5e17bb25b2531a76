import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { test } from 'node:test';
import { ADDRESS_WORDS } from '../../sockets/datagram-slots.ts';
import { writeSocketAddress } from '../../sockets/socket-address.ts';
import { ClientOfSocketAddress } from './client-address.ts';

const skip = endianness() === 'LE' ? false : 'socket addresses are read so on little-endian machines alone';

function socketAddressOf(address: string, port: number): Int32Array {
  const words = new Int32Array(ADDRESS_WORDS);
  writeSocketAddress(address, port, () => 4, new Uint8Array(words.buffer));
  return words;
}

for (const [address, octets] of [
  ['192.0.2.200', '00000000000000000000ffffc00002c8'],
  ['2001:db8::ff', '20010db80000000000000000000000ff'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
] as const) {
  test(`the client at ${address} is known by its 16 octets`, { skip }, () => {
    const client = new ClientOfSocketAddress(address.includes(':'));
    for (const port of [1, 53, 255, 256, 65_535]) assert.equal(client.read(socketAddressOf(address, port)), true);
    assert.equal(Buffer.from(client.octets).toString('hex'), octets);
  });

  test(`${address} cannot be answered at port 0`, { skip }, () => {
    assert.equal(new ClientOfSocketAddress(address.includes(':')).read(socketAddressOf(address, 0)), false);
  });
}
