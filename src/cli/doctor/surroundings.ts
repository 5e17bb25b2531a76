// The machine the doctor stands on, apart from the gateway: clock, interfaces, trusted CAs, /proc. Tests put others here.

import { networkInterfaces } from 'node:os';
import { getCACertificates } from 'node:tls';

export interface InterfaceAddress {
  /** Without a zone. */
  readonly address: string;
  readonly isLinkLocal: boolean;
}

export interface Surroundings {
  now(): Date;
  interfaceAddresses(): readonly InterfaceAddress[];
  /** PEM. The CAs that phones and browsers ship with. */
  readonly publicRoots: readonly string[];
  /** PEM. What this machine trusts, which may be more. */
  readonly systemRoots: readonly string[];
  readonly procDirectory: string;
  /** Undefined where the system has no users of this kind. */
  readonly userId: number | undefined;
}

export function thisMachine(): Surroundings {
  return {
    now: () => new Date(),
    interfaceAddresses,
    publicRoots: getCACertificates('bundled'),
    systemRoots: getCACertificates('system'),
    procDirectory: '/proc',
    userId: process.getuid?.(),
  };
}

function interfaceAddresses(): readonly InterfaceAddress[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => ({ address, isLinkLocal: /^fe[89ab]/i.test(address) }));
}
