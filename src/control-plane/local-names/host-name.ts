// The name a device gives itself, as DHCP servers write it down. Anybody on the network chooses it, so it may be anything.

/** Names that mean something to others: a device that took one would be asked in their place. */
const TAKEN: ReadonlySet<string> = new Set([
  ...['localhost', 'wpad', 'isatap', 'local', 'localdomain', 'broadcasthost', 'internal', 'home', 'lan', 'arpa'],
  ...['invalid', 'test', 'onion', 'alt', 'example', 'root', 'com', 'net', 'org'],
]);

/**
 * The first label in lower case; undefined for what is no host name (RFC 952, RFC 1123 section 2.1) or would mislead. An underscore,
 * as many small devices have one, is taken behind the first letter: in front it marks names of services.
 */
export function hostName(written: string): string | undefined {
  const [label = ''] = written.toLowerCase().split('.', 1);
  if (!/^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) return undefined;
  // Digits alone are read as an address by some; xn-- could look like any other name.
  if (/^\d+$/.test(label) || label.startsWith('xn--') || TAKEN.has(label)) return undefined;
  return label;
}
