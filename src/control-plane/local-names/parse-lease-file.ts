// DHCP leases as three servers write them down. Which one it was shows in the file.

import { parseDhcpdLeases } from './lease-formats/dhcpd-leases.ts';
import { parseDnsmasqLeases } from './lease-formats/dnsmasq-leases.ts';
import { parseKeaLeases } from './lease-formats/kea-leases.ts';
import type { LeaseTable } from './lease-table.ts';
import type { Sliced } from './slices.ts';

export type LeaseFormat = 'dnsmasq' | 'dhcpd' | 'kea' | 'empty';

const PARSERS = { dnsmasq: parseDnsmasqLeases, dhcpd: parseDhcpdLeases, kea: parseKeaLeases };

/** Undefined if it is none of them. */
export function recognizeLeases(text: string): LeaseFormat | undefined {
  const first = /^[^\S\n]*([^#\s][^\n]{0,500})/m.exec(text.slice(0, 100_000))?.[1];
  if (first === undefined) return /^\s*(?:#|$)/.test(text) ? 'empty' : undefined;
  if (/^address,(?:hwaddr|duid),/.test(first)) return 'kea';
  if (/^(?:\d+ \S+ [\d.]+ \S+(?: |$)|\d+ \S+ [\da-fA-F:]+ \S+(?: |$)|duid [\da-fA-F:]+)/.test(first)) return 'dnsmasq';
  if (/^(?:lease [\d.]+ \{|ia-[a-z]+ "|authoring-byte-order |server-duid |(?:sub)?class |host |failover )/.test(first))
    return 'dhcpd';
  return undefined;
}

export function* parseLeases(text: string, format: LeaseFormat, table: LeaseTable): Sliced<void> {
  if (format !== 'empty') yield* PARSERS[format](text, table);
}
