// The set-up page on listen.http: what to enter on which device, what to download, and whether the browser asks this gateway.
// Main thread. It only reads, and knows no secrets.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { CHECK_ZONE, Sightings } from '../../memory/sightings/sightings.ts';
import type { AddressRange } from '../../policy/access-list.ts';
import type { ListenerKind, ListeningSocket } from '../../sockets/listening-socket.ts';
import type { ClientFactParts, ClientFacts } from '../clients/client-facts.ts';
import { makeProfile } from '../clients/profile/make-profile.ts';
import { BoundedHttpServer } from '../http/bounded-http-server.ts';
import { isWildcard } from '../settings/listen-address.ts';
import { deviceIn } from './page/device-cards.ts';
import { KeptContent } from './kept-content.ts';
import { page } from './page/page.ts';
import { isLoopback, type PagePlace, pageValues } from './page/page-values.ts';
import { SCRIPT } from './page/script.ts';
import { STYLE } from './page/style.ts';
import { isTrustedHost } from './trusted-host.ts';

export interface SetUpParts {
  readonly clients: ClientFactParts;
  /** Of createSightings. */
  readonly sightings: SharedArrayBuffer;
  readonly permitted: readonly AddressRange[];
  readonly hostName: string;
  warn(message: string): void;
  nowSeconds(): number;
}

interface Answer {
  readonly status: 200 | 404;
  readonly type: string;
  readonly body: string | Uint8Array;
  /** Saved under this name rather than shown. */
  readonly fileName?: string;
}

/** A browser that opens the page asks for four things. */
const RATE = { perSecond: 40, perSecondOfClient: 20 };

/** Whoever may ask could fill the log. */
const FAULT_SILENCE_SECONDS = 60;

const TRANSPORTS = ['udp', 'tcp', 'dot', 'doh'] as const;

/** Nothing from elsewhere; the one request to another host is the check, which nobody answers. */
const HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self' http://*.${CHECK_ZONE}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

export class SetUpServer {
  readonly #parts: SetUpParts;
  readonly #server: BoundedHttpServer;
  readonly #sightings: Sightings;
  readonly #content: KeptContent;
  readonly #sockets: ListeningSocket<ListenerKind>[] = [];
  #faultToldAtSeconds = Number.NEGATIVE_INFINITY;

  constructor(parts: SetUpParts) {
    this.#parts = parts;
    this.#sightings = new Sightings(parts.sightings);
    this.#content = new KeptContent(parts.clients, parts.nowSeconds);
    this.#server = new BoundedHttpServer(
      parts.permitted,
      RATE,
      (request, response) => this.#respond(request, response),
      undefined,
      (error) => this.#tell(error),
    );
  }

  /** Rejects with the system's error. */
  async listen(sockets: readonly ListeningSocket<ListenerKind>[]): Promise<void> {
    for (const socket of sockets) {
      await this.#server.listen(socket);
      this.#sockets.push(socket);
    }
  }

  close(): void {
    this.#server.close();
  }

  /** Where the page listens, as addresses of this machine. */
  #places(): PagePlace[] {
    return this.#sockets.flatMap(({ address, port }) => {
      if (!isWildcard(address)) return [{ address, port }];
      const isIpv6 = address.includes(':');
      const own = this.#parts.clients.localAddresses().filter((it) => it.includes(':') === isIpv6);
      return own.map((it) => ({ address: it, port }));
    });
  }

  /** Whether a device that reached the page by this address finds the service there as well. */
  #isServedAt(kind: ListenerKind, port: number, address: string): boolean {
    return this.#parts.clients.listening.some(
      (it) =>
        it.kind === kind &&
        it.port === port &&
        (it.address === address || (isWildcard(it.address) && it.address.includes(':') === address.includes(':'))),
    );
  }

  #tell(error: unknown): void {
    const now = this.#parts.nowSeconds();
    if (now - this.#faultToldAtSeconds < FAULT_SILENCE_SECONDS) return;
    this.#faultToldAtSeconds = now;
    const why = error instanceof Error ? error.message : String(error);
    this.#parts.warn(`the set-up page could not be given (${why}); it is tried anew with each request`);
  }

  #respond(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (!isTrustedHost(request.headers.host, this.#names())) {
      const advice = 'This gateway is not called so. Open the page by its address.\n';
      response.writeHead(421, { 'content-type': 'text/plain' }).end(advice);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    const { status, type, body, fileName } = this.#answer(request);
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      ...(fileName === undefined ? {} : { 'content-disposition': `attachment; filename="${fileName}"` }),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  #names(): Set<string> {
    const { clients, hostName } = this.#parts;
    const own = clients.certificates().flatMap(({ names }) => names);
    return new Set([...own, hostName.toLowerCase(), `${hostName.toLowerCase()}.local`]);
  }

  #answer(request: IncomingMessage): Answer {
    const url = URL.parse(request.url ?? '/', 'http://gateway');
    switch (url?.pathname) {
      case '/':
        return this.#page(request);
      case '/style.css':
        return { status: 200, type: 'text/css; charset=utf-8', body: STYLE };
      case '/script.js':
        return { status: 200, type: 'text/javascript; charset=utf-8', body: SCRIPT };
      case '/check':
        return this.#check(url.searchParams.get('token') ?? '');
      case '/sotto.mobileconfig':
        return this.#profile(url.searchParams.has('dot'));
      case '/local-ca.cer':
        return this.#localCa('application/x-x509-ca-cert', (ca) => ca.raw, 'sotto-local-ca.cer');
      case '/local-ca.cert.pem':
        return this.#localCa('application/x-pem-file', (ca) => ca.toString(), 'local-ca.cert.pem');
      default:
        return notFound('There is no such page.');
    }
  }

  #page({ headers, socket }: IncomingMessage): Answer {
    const device = deviceIn(headers['user-agent'] ?? '');
    const cameTo = { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
    const body = this.#content.make(`page ${device} ${cameTo.address} ${cameTo.port}`, (facts) => {
      const isUsable = cameTo.address !== '' && !isLoopback(cameTo.address);
      const places = isUsable ? [cameTo, ...this.#places()] : this.#places();
      const isServed = (kind: ListenerKind, port: number) => this.#isServedAt(kind, port, cameTo.address);
      return page(pageValues(facts, places, isUsable ? { address: cameTo.address, isServed } : undefined), device);
    });
    return { status: 200, type: 'text/html; charset=utf-8', body };
  }

  #check(token: string): Answer {
    const askedBy = TRANSPORTS[this.#sightings.find(token, this.#parts.nowSeconds())] ?? 'nobody';
    return { status: 200, type: 'application/json', body: JSON.stringify({ askedBy }) };
  }

  #profile(isDot: boolean): Answer {
    return this.#content.make(`profile ${isDot}`, (facts) => this.#makeProfile(isDot, facts));
  }

  #makeProfile(isDot: boolean, facts: ClientFacts): Answer {
    const none: readonly string[] = [];
    const order = { name: undefined, clientId: undefined, addresses: none, isSigned: true } as const;
    const lists = { onlyNetworks: none, exceptNetworks: none, exceptDomains: none, onlyDomains: none };
    const made = makeProfile({ protocol: isDot ? 'dot' : 'doh', ...order, ...lists }, facts, new Date());
    if ('wrong' in made) return notFound(made.wrong);
    const type = 'application/x-apple-aspen-config';
    return { status: 200, type, body: made.octets, fileName: 'sotto.mobileconfig' };
  }

  #localCa(type: string, form: (ca: LocalCa) => string | Uint8Array, fileName: string): Answer {
    const { localCa } = this.#content.facts;
    if (localCa === undefined) return notFound('This gateway has no CA of its own.');
    return { status: 200, type, body: form(localCa), fileName };
  }
}

type LocalCa = NonNullable<ClientFacts['localCa']>;

function notFound(text: string): Answer {
  return { status: 404, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}
