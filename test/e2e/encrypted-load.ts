// Clients of DoT and DoH that ask at a given rate: some stay connected, some come anew all the time, with and without a session of
// before. Each question has one right answer, and every failure is kept.

import { once } from 'node:events';
import http2 from 'node:http2';
import tls from 'node:tls';
import { requestHttp2, streamClient, type TestClient } from '../fixtures/listener-clients.ts';
import { blockedReplyFault, queryFor } from './load-question.ts';

export interface EncryptedLoadOptions {
  readonly dotPort: number;
  readonly dohPort: number;
  readonly ca: readonly string[];
  readonly serverName: string;
  /** Blocked by the gateway: the answer depends on nobody else. */
  readonly blockedName: string;
  readonly queriesPerSecond: number;
}

const TICK_MILLISECONDS = 20;
const LASTING_CLIENTS = 8;
/** Queries that come over a connection of their own. */
const NEWCOMERS_PER_SECOND = 30;
/** Clients live at 127.0.0.2 and on: the limits of one client are not what is tested. */
const CLIENT_ADDRESSES = 50;
const ANSWER_MILLISECONDS = 10_000;

export class EncryptedLoad {
  answered = 0;
  connections = 0;
  resumed = 0;
  readonly failures: string[] = [];
  readonly #options: EncryptedLoadOptions;
  readonly #lasting: TestClient[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #session: Buffer | undefined;
  #asked = 0;
  #isOver = false;

  constructor(options: EncryptedLoadOptions) {
    this.#options = options;
  }

  /** Resolves once all lasting clients are connected and asking. */
  async start(): Promise<void> {
    for (let i = 0; i < LASTING_CLIENTS; i++)
      this.#lasting.push(await (i % 2 === 0 ? this.#dotClient(i, true) : this.#dohClient(i, true)));
    const startedAt = performance.now();
    this.#timer = setInterval(() => {
      const due = ((performance.now() - startedAt) / 1000) * this.#options.queriesPerSecond;
      while (this.#asked < due) this.#askNext();
    }, TICK_MILLISECONDS);
  }

  /** Resolves once every question is answered, or has failed; then all clients leave. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    this.abandon();
  }

  /** All clients leave, whatever they wait for. */
  abandon(): void {
    clearInterval(this.#timer);
    this.#isOver = true;
    for (const client of this.#lasting.splice(0)) client.destroy();
  }

  #askNext(): void {
    const number = ++this.#asked;
    const oneIn = Math.max(2, Math.round(this.#options.queriesPerSecond / NEWCOMERS_PER_SECOND));
    const lasting = this.#lasting[number % LASTING_CLIENTS]!;
    const asking = (number % oneIn === 0 ? this.#askAsNewcomer(number / oneIn, number) : this.#ask(lasting, number))
      .then(() => void this.answered++)
      .catch((error: Error) => void this.failures.push(`query ${number}: ${error.message}`))
      .finally(() => this.#underWay.delete(asking));
    this.#underWay.add(asking);
  }

  async #askAsNewcomer(turn: number, number: number): Promise<void> {
    const client = await (turn % 2 === 0 ? this.#dotClient(turn, false) : this.#dohClient(turn, false));
    await this.#ask(client, number);
    client.destroy();
  }

  async #ask(client: TestClient, number: number): Promise<void> {
    const query = queryFor(this.#options.blockedName, number % 65_536);
    const reply = await Promise.race([client.ask(query), overdue()]);
    const fault = blockedReplyFault(query, reply);
    if (fault !== undefined) throw new Error(fault);
  }

  async #dotClient(number: number, isLasting: boolean): Promise<TestClient> {
    const socket = tls.connect({ ...this.#tlsOptions(number), port: this.#options.dotPort, ALPNProtocols: ['dot'] });
    socket.on('session', (session) => {
      this.#session = session;
    });
    await once(socket, 'secureConnect');
    this.#note(socket, isLasting);
    return streamClient(socket);
  }

  async #dohClient(number: number, isLasting: boolean): Promise<TestClient> {
    const session = http2.connect(`https://127.0.0.1:${this.#options.dohPort}`, this.#tlsOptions(number));
    await once(session, 'connect');
    session.on('error', (error) => this.failures.push(`DoH session: ${error.message}`));
    this.#note(session.socket as tls.TLSSocket, isLasting);
    return {
      async ask(query) {
        const headers = { ':method': 'POST', ':path': '/dns-query', 'content-type': 'application/dns-message' };
        const { status, body } = await requestHttp2(session, headers, query);
        if (status !== 200) throw new Error(`HTTP status ${status}`);
        return body;
      },
      destroy: () => session.destroy(),
    };
  }

  /** TLS 1.2 and 1.3 in turns; every third with the last session that a server gave to anybody. */
  #tlsOptions(number: number): tls.ConnectionOptions & { readonly localAddress: string } {
    const { ca, serverName: servername } = this.#options;
    const session = number % 3 === 0 ? this.#session : undefined;
    return {
      host: '127.0.0.1',
      localAddress: `127.0.0.${2 + (number % CLIENT_ADDRESSES)}`,
      ca: [...ca],
      servername,
      ...(session === undefined ? number % 4 < 2 && { maxVersion: 'TLSv1.2' } : { session }),
    };
  }

  #note(socket: tls.TLSSocket, isLasting: boolean): void {
    this.connections++;
    if (socket.isSessionReused()) this.resumed++;
    if (!isLasting) return;
    socket.on('close', () => {
      if (!this.#isOver) this.failures.push('a lasting connection was closed');
    });
  }
}

function overdue(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error('no answer in 10 s')), ANSWER_MILLISECONDS).unref();
  });
}
