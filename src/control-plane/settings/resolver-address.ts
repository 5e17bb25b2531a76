// Addresses of LAN resolvers as text: "192.168.1.1", "192.168.1.1:53", "fd00::1", "[fd00::1]:53". What is asked there goes out in
// plain text, so it has to be an address that is not reached over the Internet.

import { isIP } from 'node:net';
import { AccessList, parseAccessEntry } from '../../policy/access-list.ts';
import type { DatagramPeer } from '../../sockets/datagram-exchange.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { canonicalAddress } from './canonical-address.ts';
import { quote, type Reading } from './settings-fault.ts';

export const RESOLVER_ADDRESS_FORM = '"192.168.1.1", "192.168.1.1:53" or "[fd00::1]:53"';
const DNS_PORT = 53;

const LOCAL = new AccessList(
  ['loopback', 'private'].flatMap((word) => {
    const ranges = parseAccessEntry(word);
    return typeof ranges === 'string' ? [] : ranges;
  }),
);

export function readResolverAddress(text: string): Reading<DatagramPeer> {
  const { host, port } = split(text);
  const address = canonicalAddress(host);
  if (address === undefined || !(port >= 1 && port <= 65_535))
    return { wrong: `${quote(text)} is not an IP address, or one with a port; allowed: ${RESOLVER_ADDRESS_FORM}` };
  const octets = new Uint8Array(16);
  if (!parseAddress(address, octets) || !LOCAL.permits(octets))
    return {
      wrong: `${quote(text)} is not in a local network: names would cross the Internet in plain text; allowed are private, link-local and loopback addresses`,
    };
  if (/^fe[89ab]/.test(address) && !address.includes('%'))
    return { wrong: `${quote(text)} is link-local, so its interface must be told: "[${address}%eth0]:${port}"` };
  return { value: { address, port } };
}

function split(text: string): { readonly host: string; readonly port: number } {
  if (isIP(text) !== 0) return { host: text, port: DNS_PORT };
  const [, inBrackets, bare, port] = /^(?:\[([^[\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const isRight = isIP(inBrackets ?? '') === 6 || isIP(bare ?? '') === 4;
  return { host: isRight ? (inBrackets ?? bare)! : '', port: port === undefined ? DNS_PORT : Number(port) };
}
