// Names that can be entered on any device as it is: those whose certificate it trusts without being told to.

import { certificateCovers } from '../../../control-plane/certificates/certificate-names.ts';
import type { CertificateSettings } from '../../../control-plane/settings/settings.ts';
import type { Circumstances } from '../circumstances.ts';
import { publicNames } from '../client-names.ts';
import { shakeHands } from '../handshake.ts';
import { serverOnDisk, serversAtPorts } from './tls-servers.ts';

type Looking = Pick<Circumstances, 'settings' | 'gateway' | 'endpoints' | 'authorities'>;

/** Public ones, in the order of the settings. Where no certificate can be seen, one that is not of the local CA is believed. */
export async function trustedNames(circumstances: Looking): Promise<readonly string[]> {
  const { settings } = circumstances;
  const names = publicNames(settings);
  const verdicts = await Promise.all(
    names.map((name) => {
      const certificate = settings.certificates.find((it) => it.names.includes(name));
      return certificate !== undefined && isTrusted(name, certificate, circumstances);
    }),
  );
  return names.filter((_name, index) => verdicts[index]);
}

async function isTrusted(name: string, certificate: CertificateSettings, circumstances: Looking): Promise<boolean> {
  const { settings, gateway, endpoints, authorities } = circumstances;
  if (certificate.source.kind === 'local-ca') return false;
  const servers = gateway.kind === 'none' ? [serverOnDisk(certificate, settings)] : serversAtPorts(endpoints);
  const [place] = servers;
  if (place === undefined || 'wrong' in place) return true;
  const greeting = { serverName: name, alpn: place.alpn, trust: authorities.everywhere };
  const handshake = await shakeHands(place.server, greeting);
  if (!handshake.done) return true;
  return handshake.refusal === undefined && certificateCovers(handshake.chain[0]!, name);
}
