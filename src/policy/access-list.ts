// Who may ask: address ranges, compared as numbers.

export interface AddressRange {
  /** 16 octets; IPv4 as ::ffff:a.b.c.d. */
  readonly address: Uint8Array;
  /** 0 to 128, counted in the 16-octet form. */
  readonly prefixBits: number;
}

/** `loopback`, `private`, `any`, an address, or address/prefix; a sentence saying what is wrong otherwise. */
export function parseAccessEntry(_text: string): readonly AddressRange[] | string {
  throw new Error('not built');
}

export class AccessList {
  constructor(_ranges: readonly AddressRange[]) {
    throw new Error('not built');
  }

  /** `address`: 16 octets. Allocates nothing. */
  permits(_address: Uint8Array): boolean {
    throw new Error('not built');
  }
}
