// One address of the server, with what every transport needs to ask there.

import type { SecureContext } from 'node:tls';

export interface Destination {
  /** Textual address; nothing is looked up. */
  readonly address: string;
  readonly port: number;
  /** The server as a URL, for sentences. */
  readonly where: string;
  readonly timeoutMilliseconds: number;
}

/** For transports with TLS. */
export interface VerifiedDestination extends Destination {
  /** What the certificate must be for. */
  readonly host: string;
  readonly hostIsName: boolean;
  readonly secureContext: SecureContext;
}
