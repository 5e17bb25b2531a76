// The zone that all test servers serve. Names outside it get NXDOMAIN or REFUSED: nothing leaves the machine.

export const ZONE_ORIGIN = 'lab.example';

/** Asked until it is answered: then the server is ready. */
export const ZONE_READY_NAME = `www.${ZONE_ORIGIN}`;

/** Zone file text; `records` are further lines with names relative to the origin. */
export function zoneFile(records: readonly string[] = []): string {
  return [
    `$ORIGIN ${ZONE_ORIGIN}.`,
    '$TTL 300',
    '@ SOA ns hostmaster 1 3600 600 86400 60',
    '@ NS ns',
    'ns A 127.0.0.1',
    'www A 192.0.2.1',
    'www AAAA 2001:db8::1',
    'alias CNAME www',
    'chain CNAME alias',
    'onlyv4 A 192.0.2.4',
    'text TXT "a text"',
    'service HTTPS 1 . alpn="h2,h3"',
    'unknown TYPE65280 \\# 4 0a000001',
    // Larger than any datagram, smaller than a message.
    ...Array.from({ length: 40 }, (_, index) => `big TXT "${String(index).padStart(3, '0')}${'x'.repeat(200)}"`),
    // As many different names as a load test wants.
    '*.many A 192.0.2.9',
    ...records,
    // A server that follows RFC 1035 to the letter repeats the last TTL on the lines below it.
    'short 5 A 192.0.2.5',
    '',
  ].join('\n');
}
