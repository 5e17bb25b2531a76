// Which of this machine's addresses a device of the network can be given: not those of containers' bridges and tunnels, and none
// that is gone tomorrow. Main thread.

import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { parseAddress } from '../../wire/ip-address.ts';

/** As the programs that make them call them. */
const INTERFACE_OF_ITS_OWN_NETWORK = /^(?:docker|podman|cni|lxcbr|br-|veth|virbr|vmnet|tun|tap|wg|tailscale|utun)/;
const LINK_LOCAL = /^(?:fe[89ab][0-9a-f]:|169\.254\.)/i;
const LOOPBACK = /^(?:127\.|::1$)/;
/** Linux: an interface's IPv6 addresses, with their flags (IFA_F_TEMPORARY, IFA_F_DEPRECATED). */
const IPV6_ADDRESSES_FILE = '/proc/net/if_inet6';
const TEMPORARY = 0x01;
const DEPRECATED = 0x20;

type Interfaces = ReturnType<typeof networkInterfaces>;

/** Loopback included, in the system's order; link-local ones are not. All others, where nothing would be left. */
export function clientAddresses(
  interfaces: Interfaces = networkInterfaces(),
  ipv6Addresses: string = readIpv6Addresses(),
): readonly string[] {
  const passing = passingAddresses(ipv6Addresses);
  const all = Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ address }) => !LINK_LOCAL.test(address))
      .map(({ address }) => ({
        address,
        isLasting: !INTERFACE_OF_ITS_OWN_NETWORK.test(name) && !passing.has(hexOf(address)),
      })),
  );
  const lasting = all.filter(({ isLasting }) => isLasting);
  const isUsable = lasting.some(({ address }) => !LOOPBACK.test(address));
  return [...new Set((isUsable ? lasting : all).map(({ address }) => address))];
}

/** Of privacy extensions (RFC 8981), and of a prefix that the provider has taken back; as 32 hexadecimal digits. */
function passingAddresses(text: string): ReadonlySet<string> {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const isPassing = ([, , , , flags = '']: readonly string[]) =>
    (Number.parseInt(flags, 16) & (TEMPORARY | DEPRECATED)) !== 0;
  return new Set(lines.filter(isPassing).map(([address = '']) => address.toLowerCase()));
}

function hexOf(address: string): string {
  const octets = new Uint8Array(16);
  return parseAddress(address, octets) ? Buffer.from(octets).toString('hex') : '';
}

/** Empty where the system does not tell. */
function readIpv6Addresses(): string {
  try {
    return readFileSync(IPV6_ADDRESSES_FILE, 'latin1');
  } catch {
    return '';
  }
}
