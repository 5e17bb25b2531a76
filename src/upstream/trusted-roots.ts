// Whom an upstream's certificate may be issued by: Node's roots, the system's, and one more CA where the settings name it.

import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

/**
 * TLS context of one upstream. `caPem` is trusted in addition, for this upstream alone. Throws if it is no PEM certificate.
 * Without anything to add, the store that all contexts of the process share is used: one of its own takes 20 ms to make.
 */
export function trustedRoots(caPem: string | undefined): SecureContext {
  const roots = getCACertificates('default');
  const known = new Set(roots);
  const additional = getCACertificates('system').filter((pem) => !known.has(pem));
  if (caPem !== undefined) additional.push(caPem);
  return additional.length === 0 ? createSecureContext() : createSecureContext({ ca: [...roots, ...additional] });
}
