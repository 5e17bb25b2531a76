// The challenge certificates of one query thread (RFC 8737): which are pending, for all its TLS listeners, and how they are shown.

import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import { TLS_RULES } from './certificate-chooser.ts';
import { CHALLENGE_PROTOCOL } from './client-hello.ts';
import { ignoreError } from './connection.ts';

/** As the control plane hands it over. */
export interface TlsChallenge {
  readonly serverName: string;
  readonly keyPem: string;
  readonly chainPem: string;
}

export class PendingChallenges {
  #byName: ReadonlyMap<string, SecureContext> = new Map();

  /** Puts these in the place of those before. Throws, and changes nothing, if one cannot be used. */
  replace(challenges: readonly TlsChallenge[]): void {
    this.#byName = new Map(
      challenges.map(({ serverName, keyPem, chainPem }) => [
        serverName.toLowerCase(),
        createSecureContext({ ...TLS_RULES, key: keyPem, cert: chainPem }),
      ]),
    );
  }

  get isNone(): boolean {
    return this.#byName.size === 0;
  }

  /** Shows the certificate for this name to the authority at the other end; false if there is none, and nothing was done. */
  show(socket: Socket, serverName: string, lingerMilliseconds: number): boolean {
    const context = this.#byName.get(serverName);
    if (context === undefined) return false;
    showTo(socket, context, lingerMilliseconds);
    return true;
  }
}

/** RFC 8737 section 3: the handshake is all there is; not one octet of application data goes either way. */
function showTo(socket: Socket, secureContext: SecureContext, lingerMilliseconds: number): void {
  const overdue = setTimeout(() => socket.destroy(), lingerMilliseconds);
  socket.once('close', () => clearTimeout(overdue));
  const shown = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: [CHALLENGE_PROTOCOL] });
  shown.on('error', ignoreError);
  // Whatever it sends is not kept.
  shown.on('secure', () => shown.resume().end());
  shown.on('close', () => socket.destroy());
}
