// Where the certificates are looked at: at the ports of a running gateway, else in the files it would serve.

import { readCertificateFiles } from '../../../control-plane/certificates/certificate-files.ts';
import { storedCertificatePath } from '../../../control-plane/certificates/acme/stored-certificate.ts';
import { leafPaths, type PairPaths } from '../../../control-plane/certificates/local-pair.ts';
import type { CertificateSettings, Settings } from '../../../control-plane/settings/settings.ts';
import type { Endpoint } from '../endpoints.ts';
import type { TlsServer } from '../handshake.ts';

export interface NamedTlsServer {
  /** `DNS over TLS`, or a file. */
  readonly title: string;
  readonly alpn: 'dot' | 'h2';
  readonly server: TlsServer;
}

/** One of each kind: all ports of a kind have the same certificates. */
export function serversAtPorts(endpoints: readonly Endpoint[]): readonly NamedTlsServer[] {
  const kinds = [
    ['dot', 'dot', 'DNS over TLS'],
    ['doh', 'h2', 'DNS over HTTPS'],
  ] as const;
  return kinds.flatMap(([kind, alpn, title]) => {
    const endpoint = endpoints.find((it) => it.kind === kind && it.isHere);
    return endpoint === undefined ? [] : [{ title, alpn, server: endpoint }];
  });
}

/** What a gateway would serve; `wrong` where it could not. */
export function serverOnDisk(
  { names, source }: CertificateSettings,
  { certificateDirectory }: Settings,
): NamedTlsServer | { readonly wrong: string } {
  const paths = pathsOf(names[0]!, source, certificateDirectory);
  const reading = readCertificateFiles(paths.certPath, paths.keyPath);
  if (!reading.ok) return { wrong: reading.wrong };
  const { chainPem, keyPem } = reading.files;
  return { title: paths.certPath, alpn: 'h2', server: { chainPem, keyPem } };
}

function pathsOf(firstName: string, source: CertificateSettings['source'], certificateDirectory: string): PairPaths {
  switch (source.kind) {
    case 'files':
      return source;
    case 'local-ca':
      return leafPaths(certificateDirectory, firstName);
    case 'acme': {
      const path = storedCertificatePath(certificateDirectory, firstName);
      return { certPath: path, keyPath: path };
    }
  }
}
