// DNS over one TCP or TLS connection (RFC 7766, RFC 7858): pipelined queries in, replies out in any order, everything that one
// turn of the event loop produced in one write.
//
//   'data', 'data', ...   kept: a client that sends each query in a TLS record of its own causes one event for each
//   end of the turn       splitter -> handler -> answer(), and one write
//   answer() of a miss    later: written at the end of that turn
//
// Reading stops, and with it by TCP the client, while the in-flight limit is reached or the client does not read its replies.

import type { Duplex } from 'node:stream';
import { ClientInput, joinChunks } from './client-input.ts';
import { type Connection, ignoreError } from './connection.ts';
import { IdleTimer } from './idle-timer.ts';
import type { ReplySink } from './listener.ts';
import { MessageSplitter } from './message-splitter.ts';
import { ReplyBatch } from './reply-batch.ts';
import type { StreamService } from './stream-service.ts';

/** With as many octets of replies on their way to the client no more queries are read. */
const WAITING_REPLY_BYTES = 65_536;

export class LengthPrefixedStream {
  readonly #service: StreamService;
  readonly #connection: Connection;
  readonly #socket: Duplex;
  readonly #input: ClientInput;
  readonly #splitter = new MessageSplitter();
  readonly #batch: ReplyBatch;
  readonly #idleTimer: IdleTimer;
  #readTimer: NodeJS.Timeout | undefined;
  /** Ordinal of the unfinished message that the read timer runs for, or -1. */
  #timedMessage = -1;

  /** What came and waits for the end of the turn, or until there is room for its replies; the first from #unreadOffset on. */
  #unread: Buffer[] | undefined;
  #unreadOffset = 0;

  /** The client has closed its direction: once what it sent is read, nothing more comes. */
  #hasInputEnded = false;
  #isReading = false;
  #isSettlingLater = false;
  /** No query is read any more; the connection ends when the replies in flight are out. */
  #isFinishing = false;
  #isEnded = false;
  #isClosed = false;

  /** Takes over `socket`, which is `connection.socket` or TLS on top of it. */
  constructor(service: StreamService, connection: Connection, socket: Duplex) {
    this.#service = service;
    this.#connection = connection;
    this.#socket = socket;
    this.#batch = new ReplyBatch(socket, service.slabs);
    this.#idleTimer = new IdleTimer(connection, service.transport, service.limits, service.counters);
    connection.finish = () => this.finish();
    socket.on('error', ignoreError);
    socket.on('close', () => this.#onClose());
    socket.on('end', () => this.#onEnd());
    socket.on('drain', () => this.#onDrain());
    this.#input = new ClientInput(socket, (chunk) => this.#onData(chunk));
  }

  answer(reply: Uint8Array, length: number): void {
    this.#connection.inFlight -= 1;
    if (this.#isClosed) return;
    this.#batch.append(reply, length);
    if (!this.#isReading) this.#settleLater();
  }

  drop(): void {
    this.#connection.inFlight -= 1;
    if (!this.#isClosed && !this.#isReading) this.#settleLater();
  }

  get clientId(): string {
    return this.#connection.clientId;
  }

  keepaliveDeciseconds(): number {
    return this.#service.keepaliveDeciseconds(this.#connection);
  }

  /** Reads no more queries than those that came already; replies in flight are still sent, then the connection ends. */
  finish(): void {
    if (this.#isClosed || this.#isReading) {
      this.#isFinishing = true;
      return;
    }
    // They came before the end. What does not find room is not read: a client cannot put the end off by sending on.
    if (this.#unread !== undefined) this.#read(this.#unread);
    this.#isFinishing = true;
    this.#timedMessage = -1;
    // What the client still sends is read and thrown away: octets left unread would turn our FIN into a reset.
    this.#unread = undefined;
    this.#input.letGo();
    this.settle();
  }

  /** Reads what came and writes what was gathered, and goes on or ends as the replies that left allow. */
  settle(): void {
    this.#isSettlingLater = false;
    if (this.#isClosed || this.#isReading) return;
    this.#idleTimer.touch();
    // A stream that was held got replies: once they are out there is room for more.
    if (this.#input.isHeld) this.#flush();
    if (this.#unread !== undefined) this.#read(this.#unread);
    this.#flush();
    this.#updateState();
  }

  /** The read time of the unfinished message is over, unless it has been completed since. */
  readTimeIsOver(): void {
    if (this.#timedMessage < 0 || this.#isClosed) return;
    this.#service.counters.limitHit(this.#service.transport, 'readMilliseconds');
    this.#destroy();
  }

  #onData(chunk: Buffer): void {
    if (this.#isFinishing || this.#isClosed) return;
    if (this.#unread === undefined) this.#unread = [chunk];
    else this.#unread.push(chunk);
    this.#settleLater();
    this.#service.hold(chunk.length);
  }

  /** After every write that the system did not take at once. */
  #onDrain(): void {
    if (this.#input.isHeld) this.settle();
    else if (!this.#isClosed) this.#idleTimer.touch();
  }

  /** Comes also while something is unread. */
  #onEnd(): void {
    this.#hasInputEnded = true;
    if (this.#unread === undefined) this.finish();
  }

  /** Gives the messages in `chunks` to the handler, as far as there is room for their replies. */
  #read(chunks: Buffer[]): void {
    this.#unread = undefined;
    this.#isReading = true;
    let index = 0;
    let offset = this.#unreadOffset;
    while (index < chunks.length && !this.#isFinishing) {
      const chunk = chunks[index]!;
      offset = this.#readChunk(chunk, offset);
      if (offset < chunk.length) break;
      index += 1;
      offset = 0;
    }
    this.#isReading = false;
    this.#unreadOffset = offset;
    if (index < chunks.length && !this.#isFinishing) this.#hold(chunks, index);
    else this.#input.letGo();
    this.#watchUnfinishedMessage();
  }

  /** Returns where there was no more room, or the end of the chunk. */
  #readChunk(chunk: Buffer, start: number): number {
    const { handler, sink, counters, transport } = this.#service;
    const splitter = this.#splitter;
    let offset = start;
    while (offset < chunk.length && !this.#isFinishing && this.#hasRoom()) {
      offset = splitter.feed(chunk, offset);
      if (splitter.length > 0) {
        this.#connection.inFlight += 1;
        handler(sink as ReplySink, this, splitter.message, splitter.length, this.#connection.clientAddress);
        splitter.release();
      } else if (splitter.isBroken) {
        counters.protocolError(transport);
        this.#isFinishing = true;
      }
    }
    return offset;
  }

  /** What waits did not find room. Joined: it may have come in thousands of pieces, and waits for as long as it takes. */
  #hold(chunks: Buffer[], first: number): void {
    const waiting = first === 0 ? chunks : chunks.slice(first);
    if (waiting.length === 1) {
      this.#unread = waiting;
    } else {
      this.#unread = [joinChunks(waiting, this.#unreadOffset)];
      this.#unreadOffset = 0;
    }
    this.#input.hold();
  }

  #hasRoom(): boolean {
    return (
      this.#connection.inFlight < this.#service.limits.inFlightPerConnection &&
      this.#socket.writableLength < WAITING_REPLY_BYTES
    );
  }

  /** A message that has begun must end within the read time; while one waits for us, no time runs. */
  #watchUnfinishedMessage(): void {
    if (!this.#splitter.isMidMessage || this.#input.isHeld || this.#isFinishing) {
      this.#timedMessage = -1;
    } else if (this.#timedMessage !== this.#splitter.ordinal) {
      this.#timedMessage = this.#splitter.ordinal;
      if (this.#readTimer !== undefined) this.#readTimer.refresh();
      else this.#readTimer = setTimeout(onReadTimeout, this.#service.limits.readMilliseconds, this);
    }
  }

  #flush(): void {
    if (this.#isClosed) return;
    this.#batch.flush();
    if (this.#socket.writableLength > this.#service.limits.unreadReplyBytes) {
      this.#service.counters.limitHit(this.#service.transport, 'unreadReplyBytes');
      this.#destroy();
    }
  }

  #updateState(): void {
    if (this.#isClosed) return;
    if (this.#hasInputEnded && this.#unread === undefined) this.#isFinishing = true;
    const { connections } = this.#service;
    if (this.#connection.inFlight > 0) {
      connections.markBusy(this.#connection);
    } else {
      connections.markIdle(this.#connection);
      if (this.#isFinishing) this.#end();
    }
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#socket.end();
    this.#idleTimer.linger();
  }

  #settleLater(): void {
    if (this.#isSettlingLater) return;
    this.#isSettlingLater = true;
    this.#service.settleLater(this);
  }

  #destroy(): void {
    this.#connection.socket.destroy();
    this.#onClose();
  }

  #onClose(): void {
    this.#isClosed = true;
    this.#unread = undefined;
    this.#batch.discard();
    this.#idleTimer.stop();
    clearTimeout(this.#readTimer);
  }
}

function onReadTimeout(stream: LengthPrefixedStream): void {
  stream.readTimeIsOver();
}
