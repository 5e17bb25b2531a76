// Who may have signed a certificate: a CA that every phone knows, one that this machine alone knows, or the gateway's own.

import { authorityPaths } from '../../control-plane/certificates/local-pair.ts';
import { certificatesInPem, readPemFile } from '../../control-plane/certificates/pem.ts';
import type { Surroundings } from './surroundings.ts';
import { TrustStore } from './trust-store.ts';

export interface Authorities {
  /** Every phone and browser knows them. */
  readonly everywhere: TrustStore;
  /** Those, and what this machine was told to trust. */
  readonly onThisMachine: TrustStore;
  /** The gateway's own CA alone; undefined where there is none, or none that this user may read. */
  readonly local: TrustStore | undefined;
  readonly localCaPath: string;
}

export function authoritiesOf({ publicRoots, systemRoots }: Surroundings, certificateDirectory: string): Authorities {
  const { certPath } = authorityPaths(certificateDirectory);
  const localCa = readPemFile(certPath).value;
  const isCertificate = localCa !== undefined && certificatesInPem(localCa).wrong === undefined;
  return {
    everywhere: new TrustStore(publicRoots),
    onThisMachine: new TrustStore([...publicRoots, ...systemRoots]),
    local: isCertificate ? new TrustStore([localCa]) : undefined,
    localCaPath: certPath,
  };
}
