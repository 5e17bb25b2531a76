// Android's Private DNS as its resolver behaves: one connection at a time for all apps, IDs counted from 0, padding, single-use
// tickets, 20 s of patience with silence, and the checks by which it decides whether a server works at all.

import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import tls from 'node:tls';
import { OPTION } from '../../src/wire/numbers.ts';
import { query } from '../conformance/messages.ts';
import { readMessages, udpClient } from '../fixtures/listener-clients.ts';
import { withLengthPrefix } from '../fixtures/dns-messages.ts';
import { readReply, type Reply } from '../scenarios/conversation.ts';

export interface AndroidOptions {
  readonly address: string;
  readonly dotPort: number;
  /** Of plain DNS: the network's resolver, as DHCP has given it. */
  readonly dnsPort: number;
  /** Private DNS provider host name with the system's CAs; "automatic" knows no name and checks no certificate. */
  readonly mode:
    | { readonly kind: 'strict'; readonly hostName: string; readonly ca: string }
    | { readonly kind: 'automatic' };
  /** The only version spoken; by default 1.2 and 1.3. */
  readonly tlsVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly idleMilliseconds?: number;
}

export type AddressType = 'A' | 'AAAA';
const TYPE: Readonly<Record<AddressType | 'TXT' | 'HTTPS', number>> = { A: 1, AAAA: 28, TXT: 16, HTTPS: 65 };

const PADDED_TO_BYTES = 128;
const REPLY_MAX_BYTES = 8192;
const TICKETS_MAX = 5;
const TRIES_MAX = 3;
const IDLE_MILLISECONDS = 20_000;
const UDP_PAYLOAD_BYTES = 8192;

interface Waiting {
  readonly resolve: (reply: Buffer) => void;
  readonly reject: (error: Error) => void;
}

interface Line {
  readonly socket: tls.TLSSocket;
  readonly waiting: Map<number, Waiting>;
  nextId: number;
  idleTimer: NodeJS.Timeout;
}

export class AndroidPrivateDns {
  /** IDs in the order in which they were sent, over all connections. */
  readonly idsSent: number[] = [];
  connections = 0;
  resumed = 0;
  /** Connections that the server ended first. */
  endedByServer = 0;
  readonly #options: AndroidOptions;
  /** The newest last. */
  readonly #tickets: Buffer[] = [];
  #line: Promise<Line> | undefined;

  constructor(options: AndroidOptions) {
    this.#options = options;
  }

  /** Over the connection that is there, or a new one; tried again where it is lost. Rejects as the apps would see it. */
  async ask(name: string, type: keyof typeof TYPE = 'A'): Promise<Reply> {
    for (let tries = 1; ; tries++) {
      try {
        return readReply(await this.#askOnce(name, TYPE[type]));
      } catch (error) {
        if (tries === TRIES_MAX) throw error;
      }
    }
  }

  /** The resolver's own check: any answer to a name of its own counts, if it is an answer to that. */
  async probe(): Promise<{ readonly works: boolean; readonly milliseconds: number }> {
    this.leave();
    const name = `${randomText(6)}-dnsotls-ds.metric.gstatic.com`;
    const startedAt = performance.now();
    const reply = await this.#askOnce(name, TYPE.AAAA).catch(() => undefined);
    const isAnswer = reply !== undefined && reply.readUInt16BE(4) === 1 && (reply[2]! & 0x80) !== 0;
    return { works: isAnswer, milliseconds: performance.now() - startedAt };
  }

  /** "Automatic" moves to TLS only where that is not much slower than UDP. */
  async isAcceptedAutomatically(): Promise<boolean> {
    const overTls = await this.probe();
    if (!overTls.works) return false;
    const client = await udpClient({ address: this.#options.address, port: this.#options.dnsPort });
    const startedAt = performance.now();
    await client.ask(this.#message(`${randomText(6)}-dnsotls-ds.metric.gstatic.com`, TYPE.AAAA, 1));
    client.destroy();
    return overTls.milliseconds < 3 * (performance.now() - startedAt) + 100;
  }

  /** What "strict" asks for before the network counts as one: undefined, or why the phone shows "couldn't connect". */
  async whyRefused(): Promise<string | undefined> {
    const { mode } = this.#options;
    if (mode.kind !== 'strict') return undefined;
    if ((await this.addressesInNetwork(mode.hostName)).length === 0) return `${mode.hostName} has no address`;
    if (!(await this.probe()).works) return 'the resolver’s probe got no answer';
    const name = `${randomBytes(4).toString('hex')}-dnsotls-ds.metric.gstatic.com`;
    const replies = await Promise.all((['A', 'AAAA'] as const).map((type) => this.ask(name, type)));
    return replies.some(({ packet }) => packet.answers!.length > 0) ? undefined : `${name} has no address`;
  }

  /** As the network's plain DNS knows them. */
  async addressesInNetwork(name: string): Promise<string[]> {
    const client = await udpClient({ address: this.#options.address, port: this.#options.dnsPort });
    const addresses: string[] = [];
    for (const type of ['A', 'AAAA'] as const) {
      const { packet } = readReply(await client.ask(query({ name, type: TYPE[type] })));
      for (const answer of packet.answers!) if (answer.type === type) addresses.push(String(answer.data));
    }
    client.destroy();
    return addresses;
  }

  /** Ends the connection, as after 20 s of silence; tickets are kept. */
  leave(): void {
    const line = this.#line;
    this.#line = undefined;
    void line?.then(({ socket, idleTimer }) => {
      clearTimeout(idleTimer);
      socket.end();
    });
  }

  get ticketCount(): number {
    return this.#tickets.length;
  }

  async #askOnce(name: string, type: number): Promise<Buffer> {
    this.#line ??= this.#connect();
    const line = await this.#line;
    const id = line.nextId++ & 0xffff;
    this.idsSent.push(id);
    line.idleTimer.refresh();
    return new Promise((resolve, reject) => {
      line.waiting.set(id, { resolve, reject });
      line.socket.write(withLengthPrefix(this.#message(name, type, id)));
    });
  }

  async #connect(): Promise<Line> {
    const { address: host, dotPort: port, mode, tlsVersion, idleMilliseconds = IDLE_MILLISECONDS } = this.#options;
    const session = this.#tickets.pop();
    const trust =
      mode.kind === 'strict'
        ? { servername: mode.hostName, ca: mode.ca }
        : { servername: '', rejectUnauthorized: false };
    const versions = { minVersion: tlsVersion ?? 'TLSv1.2', maxVersion: tlsVersion ?? 'TLSv1.3' } as const;
    const socket = tls.connect({ host, port, ...trust, ...versions, ...(session && { session }) });
    socket.on('session', (ticket) => {
      this.#tickets.push(ticket);
      if (this.#tickets.length > TICKETS_MAX) this.#tickets.shift();
    });
    const line: Line = {
      socket,
      waiting: new Map(),
      nextId: 0,
      idleTimer: setTimeout(() => this.leave(), idleMilliseconds),
    };
    try {
      await once(socket, 'secureConnect');
    } catch (error) {
      clearTimeout(line.idleTimer);
      this.#line = undefined;
      throw error;
    }
    this.connections++;
    if (socket.isSessionReused()) this.resumed++;
    readMessages(socket, (message) => this.#onReply(line, message));
    socket.on('error', () => {});
    socket.on('end', () => {
      if (!socket.writableEnded) this.endedByServer++;
    });
    socket.on('close', () => this.#onClose(line));
    return line;
  }

  #onReply(line: Line, reply: Buffer): void {
    const id = reply.readUInt16BE(0);
    const waiting = line.waiting.get(id);
    if (waiting === undefined) {
      // Nobody has asked for that: the connection is not to be trusted.
      line.socket.destroy();
      return;
    }
    line.waiting.delete(id);
    if (reply.length > REPLY_MAX_BYTES) waiting.reject(new Error(`a reply of ${reply.length} octets`));
    else waiting.resolve(reply);
  }

  #onClose(line: Line): void {
    clearTimeout(line.idleTimer);
    void this.#line?.then((current) => {
      if (current === line) this.#line = undefined;
    });
    for (const { reject } of line.waiting.values()) reject(new Error('the connection was lost'));
  }

  /** EDNS with padding, to 128 octets in all. */
  #message(name: string, type: number, id: number): Buffer {
    const padded = (bytes: number) =>
      query({
        name,
        type,
        id,
        opt: { udpPayloadSize: UDP_PAYLOAD_BYTES, options: [[OPTION.PADDING, new Uint8Array(bytes)]] },
      });
    return padded(Math.max(0, PADDED_TO_BYTES - padded(0).length));
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function randomText(characters: number): string {
  return Array.from({ length: characters }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
