// Which Host header a request may have. A page elsewhere that has its own name point at this gateway (DNS rebinding) would send
// that name: it gets nothing. Addresses cannot be rebound.

import { isIP } from 'node:net';

/** `names`: lower-case; what this gateway is called. */
export function isTrustedHost(header: string | undefined, names: ReadonlySet<string>): boolean {
  const [, inBrackets, bare] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? '') ?? [];
  if (inBrackets !== undefined) return isIP(inBrackets) === 6;
  const name = (bare ?? '').toLowerCase().replace(/\.$/, '');
  return isIP(name) === 4 || name === 'localhost' || names.has(name);
}
