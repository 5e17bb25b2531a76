// What clients dislike about a server's certificate itself: its dates, its key, what it demands.

import type { X509Certificate } from 'node:crypto';
import { fail, type Finding, warn } from '../finding.ts';

const DAY_MILLISECONDS = 86_400_000;
const ENDS_SOON_DAYS = 14;
/** Apple takes no longer ones, not even of a CA that the user has installed. */
const APPLE_MAX_DAYS = 825;
/** OBJECT IDENTIFIER 1.3.6.1.5.5.7.1.24, TLS feature (RFC 7633), as it stands in the certificate. */
const TLS_FEATURE = Buffer.from('06082b06010505070118', 'hex');

export function judgeLeaf(leaf: X509Certificate, now: Date): readonly Finding[] {
  return [...judgeDates(leaf, now), ...judgeKey(leaf), ...judgeDemands(leaf)];
}

function judgeDates({ validFromDate, validToDate }: X509Certificate, now: Date): readonly Finding[] {
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()];
  if (now.getTime() > to)
    return [
      fail(
        `it expired on ${momentText(validToDate)}; every client refuses it`,
        'renew it; "sotto cert" says when a certificate of a CA is renewed and what went wrong',
        `or is this machine's clock (${momentText(now)}) fast?`,
      ),
    ];
  if (now.getTime() < from)
    return [
      fail(
        `it is not valid before ${momentText(validFromDate)}`,
        `is this machine's clock (${momentText(now)}) slow? See the findings under "clock"`,
      ),
    ];
  const findings: Finding[] = [];
  const [left, whole] = [daysBetween(now, validToDate), daysBetween(validFromDate, validToDate)];
  // Short-lived ones end soon by design.
  if (left < Math.min(ENDS_SOON_DAYS, whole / 4))
    findings.push(warn(`it ends on ${momentText(validToDate)}`, 'renew it before; see: sotto cert'));
  if (whole > APPLE_MAX_DAYS)
    findings.push(warn(`it is valid for ${Math.round(whole)} days; Apple's devices take at most ${APPLE_MAX_DAYS}`));
  return findings;
}

function judgeKey({ publicKey }: X509Certificate): readonly Finding[] {
  const { modulusLength = 0, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  const advice = 'use an EC key on P-256, or an RSA key of 2048 bits';
  switch (publicKey.asymmetricKeyType) {
    case 'rsa':
      return modulusLength >= 2048
        ? []
        : [fail(`its RSA key has ${modulusLength} bits, too few for any client`, advice)];
    case 'ec':
      if (namedCurve === 'prime256v1' || namedCurve === 'secp384r1') return [];
      return [warn(`its key is on the curve ${namedCurve}, which browsers and Android refuse`, advice)];
    default:
      return [fail(`its key is of the type ${publicKey.asymmetricKeyType}, which hardly any client takes`, advice)];
  }
}

function judgeDemands(leaf: X509Certificate): readonly Finding[] {
  if (!leaf.raw.includes(TLS_FEATURE)) return [];
  return [
    warn(
      'it demands a stapled OCSP answer (RFC 7633), which sotto does not send: strict clients refuse it',
      'order it again without "must staple"',
    ),
  ];
}

/** `EC P-256`, `RSA 2048`. */
export function keyText({ publicKey }: X509Certificate): string {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  if (publicKey.asymmetricKeyType === 'rsa') return `RSA ${modulusLength}`;
  if (namedCurve === 'prime256v1') return 'EC P-256';
  return namedCurve === 'secp384r1' ? 'EC P-384' : (namedCurve ?? publicKey.asymmetricKeyType ?? 'a key');
}

export function daysBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / DAY_MILLISECONDS;
}

/** `2026-11-22 11:21 UTC`. */
export function momentText(date: Date): string {
  if (Number.isNaN(date.getTime())) return 'an unknown time';
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
