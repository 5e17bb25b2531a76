// [listen]: the addresses of each listener. No two of them may want the same port of the same address.

import * as z from 'zod';
import { list } from '../fields.ts';
import {
  LISTEN_ADDRESS_FORM,
  listenAddressesOverlap,
  listenAddressToText,
  readListenAddress,
} from '../listen-address.ts';
import type { ListenAddress, Settings } from '../settings.ts';
import { quote, type SettingsPath } from '../settings-fault.ts';
import { readTable, readTexts, type TableContext } from '../table-reader.ts';

const ADDRESSES_MAX = 256;

export const LISTEN_SHAPE = z.strictObject({
  dns: list(`a list of ${LISTEN_ADDRESS_FORM}`),
  dot: list(`a list of ${LISTEN_ADDRESS_FORM}`),
  doh: list(`a list of ${LISTEN_ADDRESS_FORM}`),
  http: list(`a list of ${LISTEN_ADDRESS_FORM}`),
  acme_http: list(`a list of ${LISTEN_ADDRESS_FORM}`),
});
type Listener = keyof typeof LISTEN_SHAPE.shape;

const LISTENERS = Object.keys(LISTEN_SHAPE.shape) as readonly Listener[];

const loopback = (port: number): readonly ListenAddress[] => [
  { address: '127.0.0.1', port, optional: false },
  { address: '::1', port, optional: true },
];

const DEFAULTS: Readonly<Record<Listener, readonly ListenAddress[]>> = {
  dns: loopback(5300),
  dot: loopback(8853),
  doh: loopback(8443),
  http: [{ address: '127.0.0.1', port: 8053, optional: true }],
  acme_http: [],
};

interface PlacedAddress {
  readonly listener: Listener;
  readonly address: ListenAddress;
  /** Undefined for a built-in default. */
  readonly written: { readonly path: SettingsPath; readonly text: string } | undefined;
}

export function readListen(raw: unknown, context: TableContext): Settings['listen'] {
  const table = readTable(LISTEN_SHAPE, raw, ['listen'], context);
  const placed = LISTENERS.flatMap((listener) => readListener(listener, table[listener], context));
  reportOverlaps(placed, context);
  const {
    dns = [],
    dot = [],
    doh = [],
    http = [],
    acme_http = [],
  } = Object.groupBy(placed, ({ listener }) => listener);
  const addresses = (entries: readonly PlacedAddress[]) => entries.map(({ address }) => address);
  return {
    dns: addresses(dns),
    dot: addresses(dot),
    doh: addresses(doh),
    http: addresses(http),
    acmeHttp: addresses(acme_http),
  };
}

function readListener(listener: Listener, elements: unknown[] | undefined, context: TableContext): PlacedAddress[] {
  const path = ['listen', listener];
  if (elements === undefined) {
    if (context.faults.isFaulty(path)) return [];
    return DEFAULTS[listener].map((address) => ({ listener, address, written: undefined }));
  }
  return readTexts(elements, path, LISTEN_ADDRESS_FORM, ADDRESSES_MAX, context).flatMap((written) => {
    const addresses = context.faults.accept(written.path, readListenAddress(written.text)) ?? [];
    return addresses.map((address) => ({ listener, address, written }));
  });
}

function reportOverlaps(placed: readonly PlacedAddress[], context: TableContext): void {
  const onPort = Map.groupBy(placed, ({ address }) => address.port);
  for (const neighbors of onPort.values())
    for (const [index, later] of neighbors.entries()) {
      const earlier = neighbors.slice(0, index).find((other) => areInTheWay(other, later));
      if (earlier !== undefined) reportOverlap(earlier, later, context);
    }
}

function areInTheWay(a: PlacedAddress, b: PlacedAddress): boolean {
  if (a.written === undefined && b.written === undefined) return false;
  // The built-in address of listen.http gives way to whoever else wants it.
  if ([a, b].some(({ listener, written }) => listener === 'http' && written === undefined)) return false;
  return listenAddressesOverlap(a.address, b.address);
}

function reportOverlap(earlier: PlacedAddress, later: PlacedAddress, context: TableContext): void {
  if (earlier.written !== undefined && later.written !== undefined) {
    if (earlier.written === later.written) return;
    const [listener, index] = [`listen.${earlier.listener}`, earlier.written.path.at(-1)];
    const message = `${quote(later.written.text)} is taken by ${listener}[${index}] (${quote(earlier.written.text)}); give each listener an address and port of its own`;
    context.faults.fault(later.written.path, message);
    return;
  }
  const [builtIn, own] = earlier.written === undefined ? [earlier, later] : [later, earlier];
  const advice = `give listen.${builtIn.listener} another address, or [] to switch it off`;
  const message = `${quote(own.written!.text)} is taken by the built-in ${listenAddressToText(builtIn.address)} of listen.${builtIn.listener}; ${advice}`;
  context.faults.fault(own.written!.path, message);
}
