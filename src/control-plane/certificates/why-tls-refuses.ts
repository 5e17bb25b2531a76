// Whether query threads can serve a certificate, found out as they do it: whatever they are given has passed this.

import { createSecureContext } from 'node:tls';

/** OpenSSL's reason, such as a key in the chain that is too weak; undefined where it takes them. */
export function whyTlsRefuses(keyPem: string, chainPem: string): string | undefined {
  try {
    createSecureContext({ key: keyPem, cert: chainPem });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
