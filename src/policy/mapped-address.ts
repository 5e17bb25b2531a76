// Addresses of answers in the form in which they are judged: 16 octets, IPv4 as ::ffff:a.b.c.d.

const ADDRESS_BYTES = 16;
const IPV4_BYTES = 4;
const MARK_AT = 10;
const IPV4_AT = 12;

/** Copies the address of `bytes` octets (4 or 16) at `offset`. */
export function readMappedAddress(octets: Uint8Array, offset: number, bytes: number, into: Uint8Array): void {
  if (bytes === IPV4_BYTES) mapIpv4(octets, offset, into);
  else for (let i = 0; i < ADDRESS_BYTES; i++) into[i] = octets[offset + i]!;
}

export function mapIpv4(octets: Uint8Array, offset: number, into: Uint8Array): void {
  for (let i = 0; i < IPV4_AT; i++) into[i] = i < MARK_AT ? 0 : 0xff;
  for (let i = 0; i < IPV4_BYTES; i++) into[IPV4_AT + i] = octets[offset + i]!;
}
