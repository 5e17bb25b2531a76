// What certificate authorities find over plain HTTP (HTTP-01, RFC 8555 section 8.3), and nothing else: whatever is asked here that is
// no pending challenge does not exist. Main thread. It is open to the whole Internet at all times.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressRange } from '../../policy/access-list.ts';
import type { ListenerKind, ListeningSocket } from '../../sockets/listening-socket.ts';
import { BoundedHttpServer } from '../http/bounded-http-server.ts';

/** ::/0; IPv4 lies inside it, as ::ffff:0:0/96. */
const EVERYBODY: readonly AddressRange[] = [{ address: new Uint8Array(16), prefixBits: 0 }];
/** Authorities look from several places at once, and from a place once. */
const RATE = { perSecond: 60, perSecondOfClient: 20 };
const CHALLENGE_PATH = '/.well-known/acme-challenge/';

export class HttpChallengeServer {
  /** Token to key authorization, of the challenges that are pending. */
  readonly tokens: Map<string, string> = new Map();
  // Strangers use up what is heard of strangers: an authority that was told to look is heard in any case.
  readonly #server = new BoundedHttpServer(
    EVERYBODY,
    RATE,
    (request, response) => this.#answer(request, response),
    (target) => this.#proofAt(target) !== undefined,
  );

  /** Answers on these sockets too. Rejects with the system's error. */
  async listen(sockets: readonly ListeningSocket<ListenerKind>[]): Promise<void> {
    for (const socket of sockets) await this.#server.listen(socket);
  }

  /** Once nobody is told to look any more; cuts off whoever still does. */
  close(): void {
    this.#server.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = '' } = request;
    const keyAuthorization = method === 'GET' || method === 'HEAD' ? this.#proofAt(url) : undefined;
    const body = keyAuthorization ?? 'Nothing here.\n';
    response.writeHead(keyAuthorization === undefined ? 404 : 200, {
      'content-type': keyAuthorization === undefined ? 'text/plain' : 'application/octet-stream',
      'content-length': body.length,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  }

  #proofAt(target: string): string | undefined {
    return target.startsWith(CHALLENGE_PATH) ? this.tokens.get(target.slice(CHALLENGE_PATH.length)) : undefined;
  }
}
