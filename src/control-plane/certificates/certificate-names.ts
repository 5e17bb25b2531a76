// The names and addresses a certificate stands for (subjectAltName, RFC 5280 section 4.2.1.6).

import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { canonicalAddress } from '../settings/canonical-address.ts';

/** Lower-case names and canonical addresses. */
export function namesOfCertificate(certificate: X509Certificate): Set<string> {
  const names = new Set<string>();
  for (const entry of (certificate.subjectAltName ?? '').split(', ')) {
    if (entry.startsWith('DNS:')) names.add(entry.slice('DNS:'.length).toLowerCase());
    if (entry.startsWith('IP Address:')) names.add(canonicalAddress(entry.slice('IP Address:'.length)) ?? entry);
  }
  return names;
}

/** Whether a client that asked for `name` (a wildcard too, literally) accepts this certificate. */
export function certificateCovers(certificate: X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined;
  if (name.startsWith('*.')) return namesOfCertificate(certificate).has(name);
  return certificate.checkHost(name, { subject: 'never' }) !== undefined;
}
