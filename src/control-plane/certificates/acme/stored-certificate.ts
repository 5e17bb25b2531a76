// A certificate that a CA gave us, with its key, in one file of certificate_dir: they can never be of different orders. The lines in
// front say which directory it is from, what was ordered there, and by which account.

import { createHash, type X509Certificate } from 'node:crypto';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificateDirectory, writeCertificateFile } from '../certificate-directory.ts';
import { namesOfCertificate } from '../certificate-names.ts';
import { certificatesInPem, privateKeyInPem, readPemFile } from '../pem.ts';
import { whyTlsRefuses } from '../why-tls-refuses.ts';
import { AcmeFailure } from './acme-failure.ts';
import type { OrderedCertificate } from './order-certificate.ts';

export interface StoredCertificate {
  readonly leaf: X509Certificate;
  readonly keyPem: string;
  readonly chainPem: string;
  /** URL of the directory it was ordered from; undefined where the file does not say. */
  readonly directoryUrl: string | undefined;
  /** What was ordered: a CA may add names of its own. Undefined where the file does not say. */
  readonly orderedNames: readonly string[] | undefined;
  /** Of the account that it was ordered by; undefined where the file does not say. */
  readonly accountId: string | undefined;
}

export interface IssuedCertificate extends OrderedCertificate {
  readonly accountId: string;
}

const FILE_NAME_MAX_CHARACTERS = 100;

/** For file names and kept state: a certificate goes by its first name. */
export function certificateId(firstName: string): string {
  const name = firstName.toLowerCase().replace(/[^a-z0-9.-]/g, '_');
  if (name.length <= FILE_NAME_MAX_CHARACTERS) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${name.slice(0, FILE_NAME_MAX_CHARACTERS)}_${hash}`;
}

export function storedCertificatePath(directory: string, firstName: string): string {
  return join(directory, `acme-${certificateId(firstName)}.pem`);
}

export type StoredReading =
  | { readonly state: 'missing' }
  | { readonly state: 'damaged'; readonly reason: string }
  | { readonly state: 'usable'; readonly stored: StoredCertificate };

export function readStoredCertificate(path: string): StoredReading {
  const text = readPemFile(path);
  if (text.wrong !== undefined)
    return text.missing === true ? { state: 'missing' } : { state: 'damaged', reason: `${path}: ${text.wrong}` };
  const reading = parse(text.value);
  if (typeof reading === 'string') return { state: 'damaged', reason: `${path}: ${reading}` };
  closeToOthers(path);
  return { state: 'usable', stored: reading };
}

/** What the file of a certificate holds. */
export function storedText(
  { keyPem, chainPem, accountId }: IssuedCertificate,
  names: readonly string[],
  directoryUrl: string,
): string {
  const origin = [`# sotto, from ${directoryUrl}`, `# for ${names.join(' ')}`, `# by account ${accountId}`];
  return [...origin, keyPem.trim(), chainPem.trim(), ''].join('\n');
}

/** Throws an OperatorError CERTIFICATE; the old file stays then. */
export function writeStoredCertificate(directory: string, firstName: string, text: string): void {
  makeCertificateDirectory(directory);
  writeCertificateFile(storedCertificatePath(directory, firstName), text, 0o600);
}

/** What would be stored. Throws an AcmeFailure where the CA sent something else than was ordered. */
export function checkOrdered(text: string, names: readonly string[]): StoredCertificate {
  const stored = parse(text);
  if (typeof stored === 'string')
    throw new AcmeFailure('refused', `the CA sent a chain that cannot be used: ${stored}`);
  const missing = names.filter((name) => !namesOfCertificate(stored.leaf).has(name));
  if (missing.length > 0) throw new AcmeFailure('refused', `the CA sent a certificate without ${missing.join(', ')}`);
  return stored;
}

/** Whether it was ordered from this directory, for these names, no more and no fewer. */
export function isOrderOf(stored: StoredCertificate, names: readonly string[], directoryUrl: string): boolean {
  const { leaf, orderedNames } = stored;
  if (stored.directoryUrl !== undefined && stored.directoryUrl !== directoryUrl) return false;
  const covered = namesOfCertificate(leaf);
  if (!names.every((name) => covered.has(name))) return false;
  return orderedNames === undefined || orderedNames.length === names.length;
}

function parse(text: string): StoredCertificate | string {
  const chain = certificatesInPem(text);
  // Both are in one file, so that advice for two of them is out of place.
  if (chain.wrong !== undefined) return text.includes('BEGIN CERTIFICATE') ? chain.wrong : 'it holds no certificate';
  const key = privateKeyInPem(text);
  if (key.wrong !== undefined) return text.includes('PRIVATE KEY') ? key.wrong : 'it holds no private key';
  const leaf = chain.value[0]!;
  if (!leaf.checkPrivateKey(key.value)) return 'the key does not belong to the certificate';
  const keyPem = key.value.export({ type: 'pkcs8', format: 'pem' }).toString();
  const chainPem = chain.value.map((certificate) => certificate.toString()).join('');
  const refusal = whyTlsRefuses(keyPem, chainPem);
  if (refusal !== undefined) return `TLS refuses it: ${refusal}`;
  return {
    leaf,
    keyPem,
    chainPem,
    directoryUrl: /^# sotto, from (\S+)$/m.exec(text)?.[1],
    orderedNames: /^# for (.+)$/m.exec(text)?.[1]?.split(' '),
    accountId: /^# by account (\S+)$/m.exec(text)?.[1],
  };
}

function closeToOthers(path: string): void {
  try {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  } catch {
    // The file of another owner: readable for us, so its owner decides about its mode.
  }
}
