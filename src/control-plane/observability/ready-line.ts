// What the `ready` line says: who answers where.

export interface ServedAddress {
  /** udp, tcp, dot, doh, http or acme-http. */
  readonly kind: string;
  readonly address: string;
  readonly port: number;
}

/** Addresses with ports, by kind. */
export function readyAddresses(addresses: readonly ServedAddress[]): Record<string, string[]> {
  const byKind: Record<string, string[]> = {};
  for (const { kind, address, port } of addresses) {
    const text = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    byKind[kind] = [...(byKind[kind] ?? []), text];
  }
  return byKind;
}
