// Addresses to listen on as text: "127.0.0.1:53", "[::1]:53", ":53" (every address of the machine).

import { isIP } from 'node:net';
import { canonicalAddress } from './canonical-address.ts';
import type { ListenAddress } from './settings.ts';
import { quote, type Reading } from './settings-fault.ts';

export const LISTEN_ADDRESS_FORM = '"127.0.0.1:53", "[::1]:53", or ":53" for every address of this machine';

/** One or two addresses: ":53" stands for 0.0.0.0 and ::, of which the second is skipped where a machine has no IPv6. */
export function readListenAddress(text: string): Reading<readonly ListenAddress[]> {
  const match = /^(?:\[([^[\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  if (match === null) return { wrong: `${quote(text)} is not an address with a port; ${correction(text)}` };
  const port = Number(match[3]);
  if (port > 65_535) return { wrong: `${quote(text)}: port ${port} does not exist; ports go up to 65535` };
  const [, inBrackets, bare] = match;
  if (bare === '')
    return {
      value: [
        { address: '0.0.0.0', port, optional: false },
        { address: '::', port, optional: true },
      ],
    };
  const host = (inBrackets ?? bare)!;
  const address = canonicalAddress(host);
  if (address === undefined) {
    const advice = host === '*' ? `write ":${port}" for every address` : 'names are not looked up, write an address';
    return { wrong: `${quote(text)}: ${quote(host)} is not an IP address; ${advice}` };
  }
  if (inBrackets !== undefined && isIP(host) === 4)
    return { wrong: `${quote(text)}: write "${host}:${port}", brackets are for IPv6` };
  return { value: [{ address, port, optional: false }] };
}

function correction(text: string): string {
  if (isIP(text) === 4) return `write "${text}:53", with the port wanted`;
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const unbracketed = host !== undefined && isIP(host) === 6 ? `"[${host}]:${port}"` : undefined;
  if (isIP(text) === 6) return `write ${unbracketed === undefined ? '' : `${unbracketed} or `}"[${text}]:53"`;
  if (unbracketed !== undefined) return `write ${unbracketed}`;
  if (/^\d{1,5}$/.test(text)) return `write ":${text}" for every address, or "127.0.0.1:${text}"`;
  return `write ${LISTEN_ADDRESS_FORM}`;
}

/** Whether both cannot be opened at once: the same port, and the same address or the wildcard of its family. */
export function listenAddressesOverlap(a: ListenAddress, b: ListenAddress): boolean {
  if (a.port !== b.port || a.port === 0 || isIP(a.address) !== isIP(b.address)) return false;
  return a.address === b.address || isWildcard(a.address) || isWildcard(b.address);
}

export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** `192.0.2.1:53`, `[2001:db8::1]:53`. */
export function listenAddressToText({ address, port }: ListenAddress): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
