// DNS over one TCP or TLS connection (RFC 7766, RFC 7858): pipelined queries in, replies out in any order, everything that one
// 'data' event or one turn of the event loop produced in one write.
//
//   'data' -> splitter -> handler -> answer()    a hit or a block, during the event: written at the end of the event
//                                    answer()    a miss, later: written at the end of that turn of the event loop
//
// Reading stops, and with it by TCP the client, while the in-flight limit is reached or the client does not read its replies.

import type { Duplex } from 'node:stream';
import { type Connection, ignoreError } from './connection.ts';
import { IdleTimer } from './idle-timer.ts';
import type { ReplySink } from './listener.ts';
import { MessageSplitter } from './message-splitter.ts';
import { ReplyBatch } from './reply-batch.ts';
import type { StreamService } from './stream-service.ts';

export class LengthPrefixedStream {
  readonly #service: StreamService;
  readonly #connection: Connection;
  readonly #socket: Duplex;
  readonly #splitter = new MessageSplitter();
  readonly #batch: ReplyBatch;
  readonly #idleTimer: IdleTimer;
  #readTimer: NodeJS.Timeout | undefined;
  /** Ordinal of the unfinished message that the read timer runs for, or -1. */
  #timedMessage = -1;

  /** The rest of a chunk that waits until there is room for its replies. */
  #held: Buffer | undefined;
  #heldOffset = 0;

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
    this.#batch = new ReplyBatch(socket, service.slab);
    this.#idleTimer = new IdleTimer(connection, service.transport, service.limits, service.counters);
    connection.finish = () => this.finish();
    socket.on('error', ignoreError);
    socket.on('close', () => this.#onClose());
    socket.on('end', () => this.#onEnd());
    socket.on('drain', () => this.settle());
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
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

  /** Reads no more queries; replies in flight are still sent, then the connection ends. */
  finish(): void {
    this.#isFinishing = true;
    this.#timedMessage = -1;
    if (this.#isClosed || this.#isReading) return;
    // What the client still sends is read and thrown away: octets left unread would turn our FIN into a reset.
    if (this.#held !== undefined) {
      this.#held = undefined;
      this.#socket.resume();
    }
    this.settle();
  }

  /** Writes what was gathered, and goes on or ends as the replies that left allow. */
  settle(): void {
    this.#isSettlingLater = false;
    if (this.#isClosed || this.#isReading) return;
    this.#idleTimer.touch();
    this.#flush();
    if (this.#held !== undefined && this.#hasRoom()) this.#readHeld(this.#held);
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
    this.#idleTimer.touch();
    this.#read(chunk, 0);
    this.#flush();
    this.#updateState();
  }

  /** Comes also while a chunk is held. */
  #onEnd(): void {
    this.#hasInputEnded = true;
    if (this.#held === undefined) this.finish();
  }

  #readHeld(chunk: Buffer): void {
    this.#held = undefined;
    this.#read(chunk, this.#heldOffset);
    this.#flush();
    if (this.#held === undefined) this.#socket.resume();
  }

  /** Gives the messages in `chunk` to the handler, as far as there is room for their replies. */
  #read(chunk: Buffer, start: number): void {
    const { handler, sink, counters, transport } = this.#service;
    const splitter = this.#splitter;
    let offset = start;
    this.#isReading = true;
    while (offset < chunk.length && !this.#isFinishing) {
      if (!this.#hasRoom()) {
        this.#held = chunk;
        this.#heldOffset = offset;
        this.#socket.pause();
        break;
      }
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
    this.#isReading = false;
    this.#watchUnfinishedMessage();
  }

  #hasRoom(): boolean {
    return (
      this.#connection.inFlight < this.#service.limits.inFlightPerConnection && this.#socket.writableNeedDrain !== true
    );
  }

  /** A message that has begun must end within the read time; while one waits for us, no time runs. */
  #watchUnfinishedMessage(): void {
    if (!this.#splitter.isMidMessage || this.#held !== undefined || this.#isFinishing) {
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
    if (this.#hasInputEnded && this.#held === undefined) this.#isFinishing = true;
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
    this.#held = undefined;
    this.#idleTimer.stop();
    clearTimeout(this.#readTimer);
  }
}

function onReadTimeout(stream: LengthPrefixedStream): void {
  stream.readTimeIsOver();
}
