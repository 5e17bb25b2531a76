// A server certificate signed by the local CA: kept while it fits, made anew when it does not.

import type { X509Certificate } from 'node:crypto';
import { OperatorError } from '../../errors.ts';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import { dayOf } from './certificate-files.ts';
import { namesOfCertificate } from './certificate-names.ts';
import { issueLeaf } from './issue-certificate.ts';
import { CLOCK_SKEW_MILLISECONDS, LEAF_LIFE_MILLISECONDS, leafRenewalTime } from './lifetimes.ts';
import type { LocalAuthority } from './local-authority.ts';
import { leafPaths, type PairPaths, readLocalPair, writeLocalPair } from './local-pair.ts';

export interface LocalLeaf {
  readonly snapshot: CertificateSnapshot;
  readonly renewAt: Date;
}

/** The certificate for `names` in `directory`, made or renewed where necessary. Throws OperatorError CERTIFICATE. */
export function loadLocalLeaf(
  directory: string,
  names: readonly string[],
  authority: LocalAuthority,
  now: Date,
  notices: string[],
): LocalLeaf {
  const paths = leafPaths(directory, names[0]!);
  const pair = readLocalPair(paths);
  if (pair.state === 'missing') return makeLeaf(paths, names, authority, now);
  let unfit: string;
  if (pair.state === 'usable') {
    const reason = whyUnfit(pair.certificate, names, authority, now);
    if (reason === undefined) {
      announceBegin(pair.certificate, paths, now, notices);
      return leafOf(names, pair.keyPem, pair.certificate, pair.certificatePem);
    }
    unfit = reason;
  } else unfit = pair.reason;
  notices.push(`the certificate for ${names[0]} was made anew, since ${unfit}`);
  return makeLeaf(paths, names, authority, now);
}

function announceBegin(certificate: X509Certificate, { certPath }: PairPaths, now: Date, notices: string[]): void {
  if (certificate.validFromDate > now)
    notices.push(`${certPath}: not valid before ${dayOf(certificate.validFromDate)}; check this machine's clock`);
}

function makeLeaf(paths: PairPaths, names: readonly string[], authority: LocalAuthority, now: Date): LocalLeaf {
  const begin = now.getTime() - CLOCK_SKEW_MILLISECONDS;
  const end = Math.min(begin + LEAF_LIFE_MILLISECONDS, authority.certificate.validToDate.getTime());
  writeLocalPair(paths, issueLeaf(names, authority, { notBefore: new Date(begin), notAfter: new Date(end) }));
  const made = readLocalPair(paths);
  if (made.state !== 'usable')
    throw new OperatorError('CERTIFICATE', `${paths.certPath}: was changed while it was made`);
  return leafOf(names, made.keyPem, made.certificate, made.certificatePem);
}

function leafOf(names: readonly string[], keyPem: string, certificate: X509Certificate, chainPem: string): LocalLeaf {
  return { snapshot: { names, keyPem, chainPem }, renewAt: leafRenewalTime(certificate) };
}

function whyUnfit(
  certificate: X509Certificate,
  names: readonly string[],
  authority: LocalAuthority,
  now: Date,
): string | undefined {
  if (!certificate.checkIssued(authority.certificate) || !certificate.verify(authority.publicKey))
    return 'the local CA has changed';
  const covered = namesOfCertificate(certificate);
  if (covered.size !== names.length || names.some((name) => !covered.has(name))) return 'its names have changed';
  if (certificate.validToDate <= now) return `it ended on ${dayOf(certificate.validToDate)}`;
  if (leafRenewalTime(certificate) <= now) return `it would end on ${dayOf(certificate.validToDate)}`;
  return undefined;
}
