// Whom `sotto query` trusts to vouch for a server: the usual roots, the CA of the local gateway where it is there, and --ca.

import type { SecureContext } from 'node:tls';
import { authorityPaths } from '../../control-plane/certificates/local-pair.ts';
import { certificatesInPem, readPemFile } from '../../control-plane/certificates/pem.ts';
import { OperatorError } from '../../errors.ts';
import { trustedRoots } from '../../upstream/trusted-roots.ts';

/** Throws OperatorError USAGE if --ca names a file without a certificate. A local CA that cannot be read is passed over. */
export function readTrust(caFile: string | undefined, certificateDirectory: string): SecureContext {
  const additional: string[] = [];
  if (caFile !== undefined) {
    const pem = readCertificates(caFile);
    if (pem.wrong !== undefined) throw new OperatorError('USAGE', `--ca ${caFile}: ${pem.wrong}`);
    additional.push(pem.value);
  }
  const localAuthority = readCertificates(authorityPaths(certificateDirectory).certPath).value;
  if (localAuthority !== undefined) additional.push(localAuthority);
  return trustedRoots(additional.length === 0 ? undefined : additional.join('\n'));
}

function readCertificates(path: string): ReturnType<typeof readPemFile> {
  const text = readPemFile(path);
  if (text.wrong !== undefined) return text;
  const certificates = certificatesInPem(text.value);
  return certificates.wrong === undefined ? text : { wrong: certificates.wrong };
}
