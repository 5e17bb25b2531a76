// Can a certificate authority reach what it has to look at before it gives a certificate?

import type { CertificateSettings } from '../../../control-plane/settings/settings.ts';
import type { Circumstances } from '../circumstances.ts';
import type { Examination } from '../examination.ts';
import { type Finding, ok, skip, unknown } from '../finding.ts';

const HTTP_PORT = 80;
const HTTPS_PORT = 443;

export const challenges: Examination = {
  name: 'acme',
  subject: 'what a certificate authority must reach',
  examine(circumstances) {
    const ordered = circumstances.settings.certificates.filter(({ source }) => source.kind === 'acme');
    if (ordered.length === 0) return Promise.resolve([skip('no certificate comes from a public CA (source = "acme")')]);
    return Promise.resolve(ordered.map((certificate) => examineOne(certificate, circumstances)));
  },
};

function examineOne({ names, source }: CertificateSettings, { settings, endpoints }: Circumstances): Finding {
  const title = names.join(', ');
  if (source.kind !== 'acme') return skip(title);
  switch (source.challenge) {
    case 'dns-01':
      return ok(`${title}: proved by a TXT record (dns-01), for which no port has to be open`);
    case 'http-01': {
      const ports = settings.listen.acmeHttp.map(({ port }) => port);
      return reachableFrom(
        title,
        'http-01',
        HTTP_PORT,
        ports,
        `curl -sI http://${names[0]}/.well-known/acme-challenge/x`,
      );
    }
    case 'tls-alpn-01': {
      const ports = endpoints.filter(({ kind }) => kind === 'doh').map(({ port }) => port);
      const test = `openssl s_client -connect ${names[0]}:443 -servername ${names[0]} -brief </dev/null`;
      return reachableFrom(title, 'tls-alpn-01', HTTPS_PORT, [...new Set(ports)], test);
    }
  }
}

function reachableFrom(
  title: string,
  challenge: string,
  wanted: number,
  ports: readonly number[],
  test: string,
): Finding {
  const byHand = `test it from the mobile network: ${test}`;
  if (ports.includes(wanted))
    return unknown(
      `${title}: the CA connects to port ${wanted} (${challenge}); whether it gets here cannot be seen from inside`,
      byHand,
    );
  return unknown(
    `${title}: the CA connects to port ${wanted} (${challenge}), while the gateway listens on ${ports.join(', ')}`,
    `the router must forward its TCP port ${wanted} to port ${ports[0]} of this machine`,
    byHand,
  );
}
