// How all certificates stand, put together from those who keep them and from the certificates in force themselves.

import { X509Certificate } from 'node:crypto';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import type { CertificateSettings, Settings } from '../settings/settings.ts';
import type { AcmeKeeper } from './acme/acme-keeper.ts';
import type { CertificateState } from './certificate-state.ts';
import type { FilesWatch } from './files-watch.ts';
import { leafRenewalTime } from './lifetimes.ts';

/** In the order of the settings. */
export function certificateStates(
  { certificates }: Pick<Settings, 'certificates'>,
  inForce: readonly CertificateSnapshot[],
  acme: Pick<AcmeKeeper, 'report'>,
  files: Pick<FilesWatch, 'faultAt'>,
): CertificateState[] {
  return certificates.map((settings, index) => ({
    ...stateOf(settings, inForce[index]!, acme.report(index)),
    ...(settings.source.kind === 'files' && { lastError: files.faultAt(index) }),
  }));
}

function stateOf(
  { names, source }: CertificateSettings,
  { chainPem }: CertificateSnapshot,
  report: ReturnType<AcmeKeeper['report']>,
): CertificateState {
  const leaf = new X509Certificate(chainPem);
  return {
    names,
    source: source.kind,
    directory: source.kind === 'acme' ? source.directory : undefined,
    issuer: issuerOf(leaf),
    notAfter: leaf.validToDate.getTime(),
    isStandIn: false,
    nextRenewal: source.kind === 'local-ca' ? leafRenewalTime(leaf).getTime() : undefined,
    lastError: undefined,
    order: undefined,
    rehearsal: undefined,
    ...report,
  };
}

/** Organization and common name, as people know a CA: "Let's Encrypt R11". */
function issuerOf({ issuer }: X509Certificate): string {
  const part = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(issuer)?.[1] ?? '';
  const [organization, commonName] = [part('O'), part('CN')];
  return commonName.startsWith(organization) ? commonName : `${organization} ${commonName}`.trim();
}
