// Whether query threads can serve a certificate, as far as that shows before a client comes: whatever they are given has passed this.

import { createPrivateKey } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** With others, such as secp256k1 or DSA, OpenSSL takes the certificate, and then no client's offer suits. */
const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const KINDS: ReadonlySet<string | undefined> = new Set(['rsa', 'rsa-pss', 'ed25519', 'ed448']);

/** OpenSSL's reason, such as a key in the chain that is too weak, or the key's kind; undefined where clients can be served. */
export function whyTlsRefuses(keyPem: string, chainPem: string): string | undefined {
  try {
    createSecureContext({ key: keyPem, cert: chainPem });
  } catch (error) {
    return (error as Error).message;
  }
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = createPrivateKey(keyPem);
  if (KINDS.has(kind) || (kind === 'ec' && CURVES.has(details?.namedCurve))) return undefined;
  return `no client takes a key of the kind ${details?.namedCurve ?? kind}; P-256 is what everybody takes`;
}
