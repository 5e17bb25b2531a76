// A connection as node:http gets to see it: the header of the first request, and nothing that comes after it. A client that
// sends hundreds of requests at once is answered one of them. Main thread.

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

const END_OF_HEADER = Buffer.from('\r\n\r\n');
/** Read and dropped, so that a client still hears the answer that it did not wait for; whoever sends more may miss it. */
const REST_MAX_BYTES = 65_536;
const TARGET_MAX_CHARACTERS = 1_000;

export class FirstRequest extends Duplex {
  readonly #socket: Socket;
  readonly #headerMaxBytes: number;
  #header: Buffer = Buffer.alloc(0);
  #isHeaderWhole = false;
  #restBytes = 0;

  /**
   * `onHeader`: the header is whole, or longer than `headerMaxBytes`, and what it asks for is `target` ('' if that cannot be told); only
   * if it says so is it handed on.
   */
  constructor(socket: Socket, headerMaxBytes: number, onHeader: (target: string) => boolean) {
    super({ emitClose: true });
    this.#socket = socket;
    this.#headerMaxBytes = headerMaxBytes;
    socket.on('data', (octets: Buffer) => this.#take(octets, onHeader));
    socket.on('end', () => this.push(null));
    socket.on('close', () => this.destroy());
    socket.on('error', () => this.destroy());
  }

  /** For the handlers of a request. */
  get localAddress(): string | undefined {
    return this.#socket.localAddress;
  }

  get localPort(): number | undefined {
    return this.#socket.localPort;
  }

  #take(octets: Buffer, onHeader: (target: string) => boolean): void {
    if (this.#isHeaderWhole) {
      this.#restBytes += octets.length;
      if (this.#restBytes > REST_MAX_BYTES) this.#socket.pause();
      return;
    }
    const searchedFrom = Math.max(0, this.#header.length - END_OF_HEADER.length + 1);
    this.#header = Buffer.concat([this.#header, octets]);
    const end = this.#header.indexOf(END_OF_HEADER, searchedFrom);
    if (end < 0 && this.#header.length <= this.#headerMaxBytes) return;
    this.#isHeaderWhole = true;
    if (!onHeader(targetOf(this.#header))) return;
    // Too long a header is handed on as well: node:http says so in an answer.
    this.push(end < 0 ? this.#header : this.#header.subarray(0, end + END_OF_HEADER.length));
    this.#header = Buffer.alloc(0);
  }

  override _read(): void {
    // What there is has been pushed.
  }

  override _write(octets: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(octets, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

/** Of the request line (RFC 9112 section 3). */
function targetOf(header: Buffer): string {
  return /^[A-Z]+ (\S+) HTTP\//.exec(header.toString('latin1', 0, TARGET_MAX_CHARACTERS))?.[1] ?? '';
}
