// IP addresses as octets. IPv4 is carried as ::ffff:a.b.c.d so that one comparison serves both families.

/** Parses textual IPv4 or IPv6 (a %zone is ignored) into 16 octets of `out`; false if it is neither. No allocation. */
export function parseAddress(_text: string, _out: Uint8Array): boolean {
  throw new Error('not built');
}

/** Textual form: dotted quad for mapped IPv4, RFC 5952 for IPv6. `bytes`: 16 octets. */
export function addressToText(_bytes: Uint8Array): string {
  throw new Error('not built');
}
