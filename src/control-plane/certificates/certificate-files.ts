// source = "files": a certificate chain and a key of the operator's own, checked before anything is served with them.

import type { X509Certificate } from 'node:crypto';
import { certificateCovers } from './certificate-names.ts';
import { certificatesInPem, privateKeyInPem, readPemFile } from './pem.ts';
import { whyTlsRefuses } from './why-tls-refuses.ts';

export interface CertificateFiles {
  /** Leaf first, each issued by the next. */
  readonly chain: readonly X509Certificate[];
  readonly chainPem: string;
  readonly keyPem: string;
  /** Others than the owner can read the key's file. */
  readonly keyIsExposed: boolean;
}

export type CertificateFilesReading =
  | { readonly ok: true; readonly files: CertificateFiles }
  | { readonly ok: false; readonly file: 'cert' | 'key'; readonly wrong: string };

/** Reads and checks the pair; a fault names the file it is in. Dates and names are no faults: see `certificateDoubts`. */
export function readCertificateFiles(certPath: string, keyPath: string): CertificateFilesReading {
  const certWrong = (wrong: string) => ({ ok: false, file: 'cert', wrong: `${certPath}: ${wrong}` }) as const;
  const keyWrong = (wrong: string) => ({ ok: false, file: 'key', wrong: `${keyPath}: ${wrong}` }) as const;

  const certText = readPemFile(certPath);
  if (certText.wrong !== undefined) return certWrong(certText.wrong);
  const chain = certificatesInPem(certText.value);
  if (chain.wrong !== undefined) return certWrong(chain.wrong);
  const keyText = readPemFile(keyPath);
  if (keyText.wrong !== undefined) return keyWrong(keyText.wrong);
  const key = privateKeyInPem(keyText.value);
  if (key.wrong !== undefined) return keyWrong(key.wrong);

  const owner = chain.value.findIndex((certificate) => certificate.checkPrivateKey(key.value));
  if (owner < 0) return keyWrong(`the key does not belong to the certificate in ${certPath}`);
  if (owner > 0) return certWrong(`the certificate of the key stands at place ${owner + 1}; it must come first`);
  const misplaced = misplacedIssuer(chain.value);
  if (misplaced !== undefined) return certWrong(misplaced);

  const chainPem = chain.value.map((certificate) => certificate.toString()).join('');
  const keyPem = key.value.export({ type: 'pkcs8', format: 'pem' }).toString();
  const refusal = whyTlsRefuses(keyPem, chainPem);
  if (refusal !== undefined) return certWrong(`TLS refuses this certificate and key: ${refusal}`);
  const keyIsExposed = process.platform !== 'win32' && (keyText.mode & 0o077) !== 0;
  return { ok: true, files: { chain: chain.value, chainPem, keyPem, keyIsExposed } };
}

/** Servers must send each certificate before its issuer (RFC 5246 section 7.4.2); many clients insist. */
function misplacedIssuer(chain: readonly X509Certificate[]): string | undefined {
  for (const [index, certificate] of chain.entries()) {
    const next = chain[index + 1];
    if (next === undefined || certificate.checkIssued(next)) continue;
    const issuer = chain.findIndex((other, place) => place !== index && certificate.checkIssued(other));
    if (issuer >= 0)
      return `certificate ${index + 1} is issued by certificate ${issuer + 1}, which must follow it directly`;
  }
  return undefined;
}

const DAY_MILLISECONDS = 86_400_000;
const ENDS_SOON_DAYS = 14;

/** Why clients refuse it: one whose dates are wrong all of them, one that does not cover a name those that ask for it. */
export function refusalsOf(leaf: X509Certificate, names: readonly string[], now: Date) {
  return {
    isExpired: leaf.validToDate < now,
    isEarly: leaf.validFromDate > now,
    uncovered: names.filter((name) => !certificateCovers(leaf, name)),
  };
}

/** The same in words. */
export function whyRefused(leaf: X509Certificate, names: readonly string[], now: Date): string[] {
  const { isExpired, isEarly, uncovered } = refusalsOf(leaf, names, now);
  const reasons: string[] = [];
  if (isExpired) reasons.push(`the certificate expired on ${dayOf(leaf.validToDate)}; clients refuse it`);
  if (isEarly) reasons.push(`the certificate is not valid before ${dayOf(leaf.validFromDate)}`);
  if (uncovered.length > 0)
    reasons.push(`the certificate does not cover ${uncovered.join(', ')}; clients asking for them refuse it`);
  return reasons;
}

/** What clients may stumble over, although it can be served. */
export function certificateDoubts(files: CertificateFiles, names: readonly string[], now: Date): string[] {
  const leaf = files.chain[0]!;
  const doubts = whyRefused(leaf, names, now);
  const daysLeft = (leaf.validToDate.getTime() - now.getTime()) / DAY_MILLISECONDS;
  if (daysLeft >= 0 && daysLeft < ENDS_SOON_DAYS)
    doubts.push(`the certificate ends on ${dayOf(leaf.validToDate)}; replace it before`);

  const stranger = files.chain.findIndex(
    (certificate, index) => index > 0 && !files.chain[index - 1]!.checkIssued(certificate),
  );
  if (stranger > 0) doubts.push(`certificate ${stranger + 1} of the chain did not issue the one before it`);
  if (files.chain.length === 1 && !leaf.checkIssued(leaf))
    doubts.push('the file holds no intermediate certificate; clients that do not know the issuer refuse it');
  if (files.keyIsExposed) doubts.push('others than its owner can read the key; set its mode to 0600');
  return doubts;
}

export function dayOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'an unknown day' : date.toISOString().slice(0, 10);
}
