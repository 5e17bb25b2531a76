// HTTPS to servers outside (CAs, DNS providers) on the main thread. Host names go to the lookup that is handed in and to nothing
// else, proxies of the environment are ignored, nothing is redirected; time and octets are bounded. Owns its connections.

import { type LookupFunction, Socket } from 'node:net';
import { getCACertificates } from 'node:tls';
import { Agent, buildConnector, request } from 'undici';
import { isLoopback, withLoopbackNames } from '../../lists/loopback.ts';
import { AcmeFailure } from './acme-failure.ts';

const CONNECT_MILLISECONDS = 10_000;
const NEXT_ADDRESS_MILLISECONDS = 1_000;
const TOTAL_MILLISECONDS = 30_000;
/** Chains, orders and problem documents are a few kilobytes. */
const BODY_BYTES_MAX = 1_000_000;

export interface OutsideRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface OutsideResponse {
  readonly status: number;
  /** Names in lower case; of a repeated one the first value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface OutsideHttpOptions {
  readonly lookup: LookupFunction;
  /** One more CA to trust, PEM. */
  readonly caPem?: string | undefined;
  /** A URL that the operator wrote: its place alone may be spoken to without TLS, if it is on this machine. */
  readonly writtenUrl?: string | undefined;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

export class OutsideHttp {
  readonly #agent: Agent;
  readonly #signal: AbortSignal;
  readonly #writtenOrigin: string | undefined;
  readonly #sockets = new Set<Socket>();

  constructor({ lookup, caPem, writtenUrl, signal }: OutsideHttpOptions) {
    this.#signal = signal;
    this.#writtenOrigin = writtenUrl === undefined ? undefined : URL.parse(writtenUrl)?.origin;
    signal.addEventListener('abort', this.#endSockets, { once: true });
    const ca = caPem === undefined ? undefined : [...getCACertificates('default'), caPem];
    this.#agent = new Agent({
      allowH2: false,
      pipelining: 1,
      headersTimeout: TOTAL_MILLISECONDS,
      bodyTimeout: TOTAL_MILLISECONDS,
      connect: this.#rememberSockets(
        buildConnector({
          allowH2: false,
          lookup: withLoopbackNames(lookup),
          timeout: CONNECT_MILLISECONDS,
          autoSelectFamily: true,
          autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MILLISECONDS,
          ...(ca === undefined ? {} : { ca }),
        }),
      ),
    });
  }

  /** Any status is an answer. Rejects with an AcmeFailure of kind "network" where none came. */
  async request({ method, url, headers = {}, body }: OutsideRequest): Promise<OutsideResponse> {
    const place = this.#allowed(url);
    const late = AbortSignal.timeout(TOTAL_MILLISECONDS);
    try {
      const response = await request(place, {
        dispatcher: this.#agent,
        method,
        headers: { 'user-agent': 'sotto', ...headers },
        body: body ?? null,
        signal: AbortSignal.any([this.#signal, late]),
      });
      return {
        status: response.statusCode,
        headers: Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [
            name,
            String(Array.isArray(value) ? value[0] : value),
          ]),
        ),
        text: await textOf(response.body),
      };
    } catch (error) {
      const reason = late.aborted ? `no answer within ${TOTAL_MILLISECONDS / 1000} s` : reasonOf(error);
      throw new AcmeFailure('network', `${place.host}: ${reason}`);
    }
  }

  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#endSockets);
    this.#endSockets();
    await this.#agent.destroy();
  }

  /** https everywhere; what a server names on this machine is nobody's business but the operator's. */
  #allowed(url: string): URL {
    const place = URL.parse(url);
    if (place === null) throw new AcmeFailure('network', 'the server names something that is no URL');
    if (place.protocol === 'https:') return place;
    if (isLoopback(place.hostname) && place.origin === this.#writtenOrigin) return place;
    throw new AcmeFailure('network', `${place.protocol}//${place.host} is not https`);
  }

  /** Undici waits for those that are still connecting, whatever happens to their request. */
  readonly #endSockets = (): void => {
    for (const socket of this.#sockets) socket.destroy(new Error('ended from here'));
  };

  #rememberSockets(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) => {
      const socket: unknown = connect(options, callback);
      if (!(socket instanceof Socket)) return;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    };
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) throw new Error(`the answer is larger than ${BODY_BYTES_MAX} octets`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The innermost cause says most: "certificate has expired" rather than "fetch failed". */
function reasonOf(error: unknown): string {
  const { code, message, cause, errors } = error as {
    code?: string;
    message?: string;
    cause?: unknown;
    errors?: unknown[];
  };
  if (cause !== undefined) return reasonOf(cause);
  // An AggregateError of several addresses that were tried.
  if ((message === undefined || message === '') && errors?.[0] !== undefined) return reasonOf(errors[0]);
  return message || code || String(error);
}
