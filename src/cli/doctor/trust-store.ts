// CAs that a client knows, ready for handshakes.

import { createSecureContext, type SecureContext, type SecureVersion } from 'node:tls';

export class TrustStore {
  readonly #authorities: string[];
  readonly #contexts = new Map<SecureVersion | undefined, SecureContext>();

  /** `authorities`: PEM. */
  constructor(authorities: readonly string[]) {
    this.#authorities = [...authorities];
  }

  /** For this version of TLS alone; undefined: 1.2 or 1.3. Made once each: hundreds of CAs take a while. */
  context(version: SecureVersion | undefined): SecureContext {
    let context = this.#contexts.get(version);
    if (context === undefined) {
      const [minVersion, maxVersion] = [version ?? 'TLSv1.2', version ?? 'TLSv1.3'] as const;
      context = createSecureContext({ ca: this.#authorities, minVersion, maxVersion });
      this.#contexts.set(version, context);
    }
    return context;
  }
}

/** Trusts no CA. */
export const NOBODY = new TrustStore([]);
