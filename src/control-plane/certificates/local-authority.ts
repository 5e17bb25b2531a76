// The local CA: made at first start, kept for years, since every device that trusts it would have to be visited again.

import type { X509Certificate } from 'node:crypto';
import { OperatorError } from '../../errors.ts';
import { dayOf } from './certificate-files.ts';
import { type Issuer, issueAuthority } from './issue-certificate.ts';
import { CLOCK_SKEW_MILLISECONDS, DAY_MILLISECONDS } from './lifetimes.ts';
import { authorityPaths, keepReplacedPair, type PairPaths, readLocalPair, writeLocalPair } from './local-pair.ts';

export interface LocalAuthority extends Issuer {
  readonly certificate: X509Certificate;
  readonly certPath: string;
  /** When a new CA must be made. */
  readonly renewAt: Date;
}

const LIFE_DAYS = 3650;
/** A CA near its end could only sign leaves that end with it. */
const RENEWED_BEFORE_END_DAYS = 30;
const ANNOUNCED_BEFORE_END_DAYS = 365;

/** The CA in `directory`, made or made anew where necessary. Throws OperatorError CERTIFICATE. */
export function loadLocalAuthority(directory: string, hostName: string, now: Date, notices: string[]): LocalAuthority {
  const paths = authorityPaths(directory);
  const pair = readLocalPair(paths);
  if (pair.state === 'missing') {
    notices.push(`a local CA was made; devices that trust ${paths.certPath} accept this gateway`);
    return makeAuthority(paths, hostName, now);
  }
  let unusable: string;
  if (pair.state === 'usable') {
    refuseForeignAuthority(pair.certificate, paths);
    if (daysLeft(pair.certificate, now) >= RENEWED_BEFORE_END_DAYS) {
      announceDates(pair.certificate, paths, now, notices);
      return authorityOf(pair.certificate, pair.privateKey, paths);
    }
    unusable = `the old one ends on ${dayOf(pair.certificate.validToDate)}`;
  } else unusable = pair.reason;
  notices.push(
    `the local CA was made anew, since ${unusable}; devices must trust the new ${paths.certPath} (the old files end in .replaced)`,
  );
  keepReplacedPair(paths);
  return makeAuthority(paths, hostName, now);
}

function makeAuthority(paths: PairPaths, hostName: string, now: Date): LocalAuthority {
  const plain = hostName.replace(/[^A-Za-z0-9.-]/g, '');
  const notBefore = new Date(now.getTime() - CLOCK_SKEW_MILLISECONDS);
  const notAfter = new Date(now.getTime() + LIFE_DAYS * DAY_MILLISECONDS);
  writeLocalPair(paths, issueAuthority(`sotto local CA ${plain}`.trim(), { notBefore, notAfter }));
  const made = readLocalPair(paths);
  if (made.state !== 'usable')
    throw new OperatorError('CERTIFICATE', `${paths.certPath}: was changed while it was made`);
  return authorityOf(made.certificate, made.privateKey, paths);
}

function authorityOf(certificate: X509Certificate, privateKey: Issuer['privateKey'], paths: PairPaths): LocalAuthority {
  return {
    certificate,
    commonName: commonNameOf(certificate),
    publicKey: certificate.publicKey,
    privateKey,
    certPath: paths.certPath,
    renewAt: new Date(certificate.validToDate.getTime() - RENEWED_BEFORE_END_DAYS * DAY_MILLISECONDS),
  };
}

function daysLeft(certificate: X509Certificate, now: Date): number {
  return (certificate.validToDate.getTime() - now.getTime()) / DAY_MILLISECONDS;
}

/** A sound pair that is not ours may be somebody's: it is never overwritten. */
function refuseForeignAuthority(certificate: X509Certificate, { certPath, keyPath }: PairPaths): void {
  const isOurs =
    certificate.ca &&
    certificate.checkIssued(certificate) &&
    certificate.publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1' &&
    certificate.subject === `CN=${commonNameOf(certificate)}`;
  if (isOurs) return;
  throw new OperatorError(
    'CERTIFICATE',
    `${certPath}: not a CA that sotto made (self-signed, P-256); move it and ${keyPath} away, or name another certificate_dir`,
  );
}

function commonNameOf(certificate: X509Certificate): string {
  return /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? '';
}

function announceDates(certificate: X509Certificate, { certPath }: PairPaths, now: Date, notices: string[]): void {
  const end = dayOf(certificate.validToDate);
  if (certificate.validFromDate > now)
    notices.push(
      `${certPath}: not valid before ${dayOf(certificate.validFromDate)}; check this machine's clock (it says ${dayOf(now)})`,
    );
  else if (daysLeft(certificate, now) < ANNOUNCED_BEFORE_END_DAYS)
    notices.push(
      `${certPath}: the local CA ends on ${end}; ${RENEWED_BEFORE_END_DAYS} days before, a new one is made, which devices must learn to trust`,
    );
}
