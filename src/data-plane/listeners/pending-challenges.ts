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

/** Making one costs a fraction of a millisecond, in which nobody is answered: it is made once. */
interface Shown extends TlsChallenge {
  readonly context: SecureContext;
}

export class PendingChallenges {
  #byName: ReadonlyMap<string, Shown> = new Map();

  /** Puts these in the place of those before. Throws, and changes nothing, if one cannot be used. */
  replace(challenges: readonly TlsChallenge[]): void {
    const shown = challenges.map((challenge) => this.#kept(challenge) ?? makeReady(challenge));
    this.#byName = new Map(shown.map((one) => [one.serverName.toLowerCase(), one]));
  }

  #kept({ serverName, keyPem, chainPem }: TlsChallenge): Shown | undefined {
    const before = this.#byName.get(serverName.toLowerCase());
    return before?.keyPem === keyPem && before.chainPem === chainPem ? before : undefined;
  }

  get isNone(): boolean {
    return this.#byName.size === 0;
  }

  /** Shows the certificate for this name to the authority at the other end; false if there is none, and nothing was done. */
  show(socket: Socket, serverName: string, lingerMilliseconds: number): boolean {
    const shown = this.#byName.get(serverName);
    if (shown === undefined) return false;
    showTo(socket, shown.context, lingerMilliseconds);
    return true;
  }
}

function makeReady(challenge: TlsChallenge): Shown {
  const context = createSecureContext({ ...TLS_RULES, key: challenge.keyPem, cert: challenge.chainPem });
  return { ...challenge, context };
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
