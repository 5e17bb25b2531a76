// A certificate and key that sotto made: where they are kept, and whether they can still be used.

import { createHash, type KeyObject, type X509Certificate } from 'node:crypto';
import { chmodSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../errors.ts';
import { writeCertificateFile } from './certificate-directory.ts';
import type { IssuedCertificate } from './issue-certificate.ts';
import { certificatesInPem, type FileReading, privateKeyInPem, readPemFile } from './pem.ts';

export interface PairPaths {
  readonly certPath: string;
  readonly keyPath: string;
}

export type LocalPair =
  | { readonly state: 'missing' }
  | { readonly state: 'damaged'; readonly reason: string }
  | {
      readonly state: 'usable';
      readonly certificate: X509Certificate;
      readonly certificatePem: string;
      readonly privateKey: KeyObject;
      readonly keyPem: string;
    };

export function authorityPaths(directory: string): PairPaths {
  return { certPath: join(directory, 'local-ca.cert.pem'), keyPath: join(directory, 'local-ca.key.pem') };
}

const FILE_NAME_MAX_CHARACTERS = 100;

/** Named after the certificate's first name; characters that no host name has stand for those a file name cannot have. */
export function leafPaths(directory: string, firstName: string): PairPaths {
  let name = firstName.toLowerCase().replace(/[^a-z0-9.-]/g, '_');
  if (name === 'ca') name = 'ca_'; // local-ca is the CA itself
  if (name.length > FILE_NAME_MAX_CHARACTERS)
    name = `${name.slice(0, FILE_NAME_MAX_CHARACTERS)}_${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
  return { certPath: join(directory, `local-${name}.cert.pem`), keyPath: join(directory, `local-${name}.key.pem`) };
}

/** Throws OperatorError CERTIFICATE for a file that is there and cannot be read: it may be sound, so it is not replaced. */
export function readLocalPair({ certPath, keyPath }: PairPaths): LocalPair {
  const certText = readOwnFile(certPath);
  const keyText = readOwnFile(keyPath);
  if (certText.missing && keyText.missing) return { state: 'missing' };
  if (certText.wrong !== undefined) return { state: 'damaged', reason: `${certPath} is missing` };
  if (keyText.wrong !== undefined) return { state: 'damaged', reason: `${keyPath} is missing` };
  const certificates = certificatesInPem(certText.value);
  if (certificates.wrong !== undefined) return { state: 'damaged', reason: `${certPath}: ${certificates.wrong}` };
  const key = privateKeyInPem(keyText.value);
  if (key.wrong !== undefined) return { state: 'damaged', reason: `${keyPath}: ${key.wrong}` };
  const certificate = certificates.value[0]!;
  if (!certificate.checkPrivateKey(key.value))
    return { state: 'damaged', reason: `${keyPath} does not belong to ${certPath}` };
  closeToOthers(keyPath);
  return {
    state: 'usable',
    certificate,
    certificatePem: certificate.toString(),
    privateKey: key.value,
    keyPem: key.value.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Key first: a certificate without its key is noticed as damage at the next start. */
export function writeLocalPair({ certPath, keyPath }: PairPaths, issued: IssuedCertificate): void {
  writeCertificateFile(keyPath, issued.keyPem, 0o600);
  writeCertificateFile(certPath, issued.certificatePem, 0o644);
}

/** Moves what is there aside, so that replacing a CA that devices trust can be undone by hand. */
export function keepReplacedPair({ certPath, keyPath }: PairPaths): void {
  for (const path of [certPath, keyPath]) {
    try {
      renameSync(path, `${path}.replaced`);
    } catch {
      // One half may be missing; if the directory cannot be written, the writing that follows says so.
    }
  }
}

function readOwnFile(path: string): FileReading {
  const reading = readPemFile(path);
  if (reading.wrong !== undefined && !reading.missing)
    throw new OperatorError('CERTIFICATE', `${path}: ${reading.wrong}`);
  return reading;
}

function closeToOthers(keyPath: string): void {
  try {
    if ((statSync(keyPath).mode & 0o077) !== 0) chmodSync(keyPath, 0o600);
  } catch {
    // The key of another owner: readable for us, so its owner decides about its mode.
  }
}
