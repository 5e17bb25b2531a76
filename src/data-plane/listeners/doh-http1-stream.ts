// The stream that node:http reads an HTTP/1.1 connection from, and writes its responses to: TLS below, requests one by one above.
// One per connection, in its query thread.
//
// Node's server has no bound on pipelined requests, and on a socket of its own it reads past the stream: its parser is then
// paused only after what came already, and what comes to a paused parser is an error. This stream ends what it gives the
// parser at each blank line, so that not more than one head is in it, and gives nothing while the connection has no room.

import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { ClientInput, joinChunks } from './client-input.ts';

const CR = 13;
const LF = 10;
/** The end of a head (RFC 9112 section 2.1) is CR LF CR LF. */
const HEAD_END_BYTES = 4;
/** Of a client that is made to wait; more are put into one. */
const WAITING_CHUNKS_MAX = 32;

type Written = { readonly chunk: Buffer | string; readonly encoding: BufferEncoding };

export class Http1Stream extends Duplex {
  readonly #socket: TLSSocket;
  readonly #hasRoom: () => boolean;
  #input: ClientInput | undefined;
  /** What came and was not given to the parser; the first from #offset on. */
  #waiting: Buffer[] = [];
  #offset = 0;
  /** How much of the end of a head the last octets given to the parser are. */
  #matched = 0;
  #hasInputEnded = false;

  /** `hasRoom`: whether one more request may begin. Once it may again, call `proceed`. */
  constructor(socket: TLSSocket, hasRoom: () => boolean) {
    super({ decodeStrings: false });
    this.#socket = socket;
    this.#hasRoom = hasRoom;
    socket.on('close', () => this.destroy());
    this.on('resume', () => this.#onResume());
  }

  /** The client is made to wait: what it still sends is not read. */
  get isHeld(): boolean {
    return this.#input?.isHeld === true;
  }

  /** Gives the parser what waits, as far as there is room. */
  proceed(): void {
    if (this.destroyed) return;
    // Nothing is answered any more. Octets left unread would turn our FIN into a reset.
    if (this.writableEnded) this.#waiting = [];
    // While the stream does not flow, or something is left in it, a push would come to the parser later, and all at once.
    while (this.#waiting.length > 0 && this.readableFlowing && this.readableLength === 0 && this.#hasRoom()) {
      this.push(this.#take(this.#waiting[0]!));
    }
    if (this.destroyed) return;
    if (this.#waiting.length > 0) {
      this.#input?.hold();
    } else {
      this.#input?.letGo();
      if (this.#hasInputEnded && !this.readableEnded) this.push(null);
    }
  }

  /** Called by node:http after the last response: ends the connection once that is out. */
  destroySoon(): void {
    this.end(() => this.destroy());
  }

  override _read(): void {}

  override _write(chunk: Buffer | string, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, callback);
  }

  /** A head and its content: one TLS record. */
  override _writev(writes: Written[], callback: (error?: Error | null) => void): void {
    const last = writes.length - 1;
    this.#socket.cork();
    for (const [index, { chunk, encoding }] of writes.entries()) {
      this.#socket.write(chunk, encoding, index === last ? callback : undefined);
    }
    this.#socket.uncork();
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#socket.end(callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#waiting = [];
    this.#socket.destroy();
    callback(error);
  }

  /** The parser listens, for the first time or again. */
  #onResume(): void {
    if (this.#input === undefined) {
      this.#input = new ClientInput(this.#socket, (chunk) => this.#onData(chunk));
      this.#socket.on('end', () => {
        this.#hasInputEnded = true;
        this.proceed();
      });
    }
    this.proceed();
  }

  #onData(chunk: Buffer): void {
    if (this.destroyed) return;
    this.#waiting.push(chunk);
    if (this.#waiting.length > WAITING_CHUNKS_MAX) {
      this.#waiting = [joinChunks(this.#waiting, this.#offset)];
      this.#offset = 0;
    }
    this.proceed();
  }

  /** Up to the end of a head, or all of `chunk`, the first of what waits. */
  #take(chunk: Buffer): Buffer {
    const start = this.#offset;
    let end = start;
    let matched = this.#matched;
    while (end < chunk.length && matched < HEAD_END_BYTES) {
      const octet = chunk[end++]!;
      if (octet === (matched % 2 === 0 ? CR : LF)) matched += 1;
      else matched = octet === CR ? 1 : 0;
    }
    this.#matched = matched % HEAD_END_BYTES;
    this.#offset = end;
    if (end === chunk.length) {
      this.#waiting.shift();
      this.#offset = 0;
    }
    return start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end);
  }
}
