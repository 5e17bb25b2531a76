// Makes P-256 certificates: the local CA, the leaves it signs (RFC 5280), and proofs for other CAs (RFC 8737). Structure by der.ts,
// signatures by node:crypto.

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { parseAddress } from '../../wire/ip-address.ts';
import * as der from './der.ts';

export interface IssuedCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Who signs: the name and key of the CA. */
export interface Issuer {
  readonly commonName: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const OID = {
  ecPublicKey: '1.2.840.10045.2.1',
  prime256v1: '1.2.840.10045.3.1.7',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  acmeIdentifier: '1.3.6.1.5.5.7.1.31',
} as const;

/** Upper bound ub-common-name. */
const COMMON_NAME_MAX_CHARACTERS = 64;
const DIGITAL_SIGNATURE = Uint8Array.of(0b1000_0000);
const PROOF_NAME = 'ACME challenge';

/** A self-signed CA that may sign leaves and nothing else. */
export function issueAuthority(commonName: string, validity: Validity): IssuedCertificate {
  const keys = newKeys();
  const issuer = { commonName: commonName.slice(0, COMMON_NAME_MAX_CHARACTERS), ...keys };
  const extensions = [
    extension(OID.basicConstraints, true, der.sequence(der.boolean(true), der.integer(Uint8Array.of(0)))),
    extension(OID.keyUsage, true, der.bitString(Uint8Array.of(0b0000_0110), 1)), // keyCertSign, cRLSign
    extension(OID.subjectKeyIdentifier, false, der.octetString(keyIdentifier(keys.publicKey))),
  ];
  return issue(issuer.commonName, keys, issuer, validity, extensions);
}

/** A TLS server certificate. `names`: DNS names, wildcards and textual addresses. */
export function issueLeaf(names: readonly string[], issuer: Issuer, validity: Validity): IssuedCertificate {
  const keys = newKeys();
  const extensions = [
    extension(OID.basicConstraints, true, der.sequence()),
    extension(OID.keyUsage, true, der.bitString(DIGITAL_SIGNATURE, 7)),
    extension(OID.extendedKeyUsage, false, der.sequence(der.objectIdentifier(OID.serverAuth))),
    extension(OID.subjectAltName, false, der.sequence(...names.map(alternativeName))),
    extension(OID.subjectKeyIdentifier, false, der.octetString(keyIdentifier(keys.publicKey))),
    extension(OID.authorityKeyIdentifier, false, der.sequence(der.taggedOctets(0, keyIdentifier(issuer.publicKey)))),
  ];
  return issue(names[0]!.slice(0, COMMON_NAME_MAX_CHARACTERS), keys, issuer, validity, extensions);
}

/**
 * What a CA looks for at this name or address (RFC 8737 section 3): signed by itself, with the hash of the key authorization. No CA's
 * own rights, which TLS 1.2 would not serve with.
 */
export function issueProof(name: string, keyAuthorization: string, validity: Validity): IssuedCertificate {
  const keys = newKeys();
  const proof = createHash('sha256').update(keyAuthorization).digest();
  const extensions = [
    extension(OID.basicConstraints, true, der.sequence()),
    extension(OID.keyUsage, true, der.bitString(DIGITAL_SIGNATURE, 7)),
    extension(OID.subjectAltName, false, der.sequence(alternativeName(name))),
    extension(OID.acmeIdentifier, true, der.octetString(proof)),
  ];
  return issue(PROOF_NAME, keys, { commonName: PROOF_NAME, ...keys }, validity, extensions);
}

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function newKeys(): Keys {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function issue(
  subject: string,
  keys: Keys,
  issuer: Issuer,
  { notBefore, notAfter }: Validity,
  extensions: der.Der[],
): IssuedCertificate {
  const algorithm = der.sequence(der.objectIdentifier(OID.ecdsaWithSha256));
  const toBeSigned = der.sequence(
    der.tagged(0, der.integer(Uint8Array.of(2))), // version 3
    der.integer(newSerialNumber()),
    algorithm,
    distinguishedName(issuer.commonName),
    der.sequence(der.time(notBefore), der.time(notAfter)),
    distinguishedName(subject),
    subjectPublicKeyInfo(keys.publicKey),
    der.tagged(3, der.sequence(...extensions)),
  );
  const signature = sign('sha256', der.derOctets(toBeSigned), issuer.privateKey);
  const certificate = der.sequence(toBeSigned, algorithm, der.bitString(signature));
  return {
    certificatePem: pemOf('CERTIFICATE', der.derOctets(certificate)),
    keyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** 16 random octets; the first neither negative nor zero (section 4.1.2.2). */
function newSerialNumber(): Uint8Array {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  return serial;
}

function distinguishedName(commonName: string): der.Der {
  return der.sequence(der.set(der.sequence(der.objectIdentifier(OID.commonName), der.utf8String(commonName))));
}

function subjectPublicKeyInfo(publicKey: KeyObject): der.Der {
  const algorithm = der.sequence(der.objectIdentifier(OID.ecPublicKey), der.objectIdentifier(OID.prime256v1));
  return der.sequence(algorithm, der.bitString(uncompressedPoint(publicKey)));
}

/** 0x04, x, y (RFC 5480 section 2.2). */
function uncompressedPoint(publicKey: KeyObject): Buffer {
  const { x, y } = publicKey.export({ format: 'jwk' });
  return Buffer.concat([Uint8Array.of(4), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')]);
}

/** The first 160 bits of the key's SHA-256 (RFC 7093 section 2, method 1). */
function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha256').update(uncompressedPoint(publicKey)).digest().subarray(0, 20);
}

function extension(identifier: string, critical: boolean, value: der.Der): der.Der {
  const content = der.octetString(der.derOctets(value));
  return critical
    ? der.sequence(der.objectIdentifier(identifier), der.boolean(true), content)
    : der.sequence(der.objectIdentifier(identifier), content);
}

function alternativeName(name: string): der.Der {
  const family = isIP(name);
  if (family === 0) return der.taggedOctets(2, new TextEncoder().encode(name));
  const octets = new Uint8Array(16);
  parseAddress(name, octets);
  return der.taggedOctets(7, family === 4 ? octets.subarray(12) : octets);
}

function pemOf(label: string, octets: Buffer): string {
  const lines = octets.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
