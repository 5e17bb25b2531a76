// One look at what the CA suggests for a certificate (RFC 9773), from its directory on.

import type { X509Certificate } from 'node:crypto';
import type { AcmeSettings } from '../../settings/acme-settings.ts';
import { certificateIdentifier } from './certificate-identifier.ts';
import { directoryUrl, readDirectory } from './directory.ts';
import { askRenewalInformation, type RenewalInformation } from './renewal-information.ts';
import { directoryHttp, type OrderParts } from './run-order.ts';

/** Undefined where the CA has no such information, or the certificate cannot be named. Rejects with an AcmeFailure. */
export async function askRenewalWindow(
  certificate: X509Certificate,
  source: AcmeSettings,
  parts: Pick<OrderParts, 'lookup' | 'signal'>,
  now: Date,
): Promise<RenewalInformation | undefined> {
  const identifier = certificateIdentifier(certificate);
  if (identifier === undefined) return undefined;
  const http = directoryHttp(source.directory, source, parts);
  try {
    const { renewalInfoUrl } = await readDirectory(http, directoryUrl(source.directory));
    if (renewalInfoUrl === undefined) return undefined;
    return await askRenewalInformation(http, renewalInfoUrl, identifier, now);
  } finally {
    await http.close();
  }
}
