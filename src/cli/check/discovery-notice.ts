// Whether clients that find the encrypted listeners by discovery could check that they belong to the address they asked
// (RFC 9462 section 4.2), for `sotto check`.

import { isIP } from 'node:net';
import { isAuthenticationName } from '../../control-plane/local-names/discovery-records.ts';
import type { Settings } from '../../control-plane/settings/settings.ts';

export function discoveryNotices({
  resolve,
  certificates,
  listen,
}: Pick<Settings, 'resolve' | 'certificates' | 'listen'>): string[] {
  const names = certificates.flatMap((certificate) => certificate.names);
  const isTold = resolve.discovery === 'answer' && listen.dot.length + listen.doh.length > 0;
  if (!isTold || !names.some(isAuthenticationName) || names.some((name) => isIP(name) !== 0)) return [];
  return [
    'resolve.ddr: no certificate names an address, so clients that look for encrypted resolvers by themselves cannot verify this one; write the addresses they ask at into certificate.names',
  ];
}
