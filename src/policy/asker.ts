// Who asks, as far as rules can tell askers apart. The data plane's Query is one.

export interface Asker {
  /** 16 octets; IPv4 as ::ffff:a.b.c.d. */
  readonly clientAddress: Uint8Array;
  /** From the name in TLS or the path of HTTPS; empty where there is none. */
  readonly clientId: string;
  /** Into the live settings' groups. */
  readonly groupIndex: number;
}
