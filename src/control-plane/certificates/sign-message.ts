// Signed messages with their content inside (CMS SignedData, RFC 5652), as configuration profiles are signed: with the
// gateway's own certificate, ECDSA (RFC 5753 section 2.1) or RSA. forge's own PKCS#7 knows RSA alone.

import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { identityOf } from './certificate-identity.ts';
import * as der from './der.ts';
import { certificatesInPem } from './pem.ts';

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  rsaEncryption: '1.2.840.113549.1.1.1',
} as const;

/** Whether the key is of a kind that devices take signatures of. */
export function canSign(keyPem: string): boolean {
  return signatureAlgorithm(createPrivateKey(keyPem)) !== undefined;
}

/** DER. `chainPem`: the signer's certificate first. Throws if key and chain cannot sign: see `canSign`. */
export function signMessage(
  content: Uint8Array,
  { keyPem, chainPem }: { readonly keyPem: string; readonly chainPem: string },
  now: Date,
): Buffer {
  const chain = certificatesInPem(chainPem);
  if (chain.wrong !== undefined) throw new TypeError(`the chain ${chain.wrong}`);
  const key = createPrivateKey(keyPem);
  const algorithm = signatureAlgorithm(key);
  if (algorithm === undefined) throw new TypeError(`no signatures with a key of the type ${key.asymmetricKeyType}`);
  const attributes = signedAttributes(content, now);
  const signature = sign('sha256', der.derOctets(der.set(...attributes)), key);
  const { issuer, serialNumber } = identityOf(chain.value[0]!);
  const digestAlgorithm = der.sequence(der.objectIdentifier(OID.sha256));
  const signerInfo = der.sequence(
    der.integer(Uint8Array.of(1)),
    der.sequence(der.encoded(issuer), der.encoded(serialNumber)),
    digestAlgorithm,
    der.tagged(0, ...attributes),
    algorithm,
    der.octetString(signature),
  );
  const signedData = der.sequence(
    der.integer(Uint8Array.of(1)),
    der.set(digestAlgorithm),
    der.sequence(der.objectIdentifier(OID.data), der.tagged(0, der.octetString(content))),
    der.tagged(0, ...chain.value.map(({ raw }) => der.encoded(raw))),
    der.set(signerInfo),
  );
  return der.derOctets(der.sequence(der.objectIdentifier(OID.signedData), der.tagged(0, signedData)));
}

/** In the order of a DER set: by their octets (section 5.4). */
function signedAttributes(content: Uint8Array, now: Date): der.Der[] {
  const attribute = (type: string, value: der.Der) => der.sequence(der.objectIdentifier(type), der.set(value));
  return [
    attribute(OID.contentType, der.objectIdentifier(OID.data)),
    attribute(OID.signingTime, der.time(now)),
    attribute(OID.messageDigest, der.octetString(createHash('sha256').update(content).digest())),
  ].sort((a, b) => Buffer.compare(der.derOctets(a), der.derOctets(b)));
}

function signatureAlgorithm(key: KeyObject): der.Der | undefined {
  if (key.asymmetricKeyType === 'ec') return der.sequence(der.objectIdentifier(OID.ecdsaWithSha256));
  // Section 3.2 of RFC 3370: the key's own identifier, with NULL.
  if (key.asymmetricKeyType === 'rsa') return der.sequence(der.objectIdentifier(OID.rsaEncryption), der.nothing());
  return undefined;
}
