// PEM files: the blocks in them, and why one cannot be used. Foreign data is decoded by node:crypto alone.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';

/** A value, or what is wrong with the file. */
export type PemReading<T> =
  | { readonly value: T; readonly wrong?: undefined }
  | { readonly value?: undefined; readonly wrong: string };

const PEM_FILE_MAX_BYTES = 1_000_000;
const CHAIN_MAX_CERTIFICATES = 20;

/** `mode`: of the file that was read, whichever has its name by now. */
export type FileReading =
  | { readonly value: string; readonly mode: number; readonly wrong?: undefined; readonly missing?: undefined }
  | { readonly value?: undefined; readonly wrong: string; readonly missing?: boolean };

export function readPemFile(path: string): FileReading {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const { size, mode } = fstatSync(descriptor);
    if (size > PEM_FILE_MAX_BYTES) return { wrong: 'the file is larger than 1MB; a PEM file is expected' };
    return { value: readFileSync(descriptor, 'utf8'), mode };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { wrong: 'the file does not exist', missing: true };
    if (code === 'ENOTDIR') return { wrong: 'a part of the path is not a directory' };
    if (code === 'EISDIR') return { wrong: 'this is a directory; a PEM file is expected' };
    if (code === 'EACCES' || code === 'EPERM') return { wrong: 'this user may not read the file' };
    return { wrong: `the file cannot be read (${code ?? (error as Error).message})` };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const CERTIFICATE_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** What a file that was cut off, in the middle of its writing or for good, has left beside the whole blocks. */
const CUT_BLOCK = /-----(?:BEGIN|END) CERTIF|-----BEGIN[^-]*$/;

/** The certificates in the order they stand in. */
export function certificatesInPem(pem: string): PemReading<X509Certificate[]> {
  const blocks = pem.match(CERTIFICATE_BLOCK);
  if (CUT_BLOCK.test(pem.replace(CERTIFICATE_BLOCK, '').trimEnd()))
    return { wrong: 'a certificate in it is cut off; is the file whole?' };
  if (blocks === null) {
    if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
      return { wrong: 'holds a private key but no certificate; are the two files swapped?' };
    return {
      wrong: 'holds no PEM certificate ("-----BEGIN CERTIFICATE-----"); DER is converted by: openssl x509 -inform DER',
    };
  }
  if (blocks.length > CHAIN_MAX_CERTIFICATES)
    return { wrong: `holds ${blocks.length} certificates; at most ${CHAIN_MAX_CERTIFICATES} are read` };
  const certificates: X509Certificate[] = [];
  for (const [index, block] of blocks.entries()) {
    try {
      certificates.push(new X509Certificate(block));
    } catch {
      return { wrong: `certificate ${index + 1} in the file is damaged` };
    }
  }
  return { value: certificates };
}

export function privateKeyInPem(pem: string): PemReading<KeyObject> {
  const block = /-----BEGIN ((?:EC |RSA |ENCRYPTED )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/.exec(pem)?.[0];
  if (block === undefined) {
    if (pem.includes('-----BEGIN CERTIFICATE-----'))
      return { wrong: 'holds a certificate but no private key; are the two files swapped?' };
    return {
      wrong: 'holds no PEM private key ("-----BEGIN PRIVATE KEY-----"); DER is converted by: openssl pkey -inform DER',
    };
  }
  if (block.includes('ENCRYPTED'))
    return { wrong: 'the private key is encrypted; store it without a passphrase: openssl pkey -in OLD -out NEW' };
  try {
    return { value: createPrivateKey(block) };
  } catch {
    return { wrong: 'the private key is damaged' };
  }
}
