// What a client sends on a TCP or TLS connection, and how it is made to wait. One per connection, in its query thread.
//
// A paused socket of Node reads on until as many octets wait as its high-water mark says, each piece in a buffer of its own:
// TLS records of one octet cost a hundred times what they bring. So the mark of these sockets is low, and what the same read of
// the system brought beyond it is taken in blocks.

import type { Duplex } from 'node:stream';
import { copyOctets } from './copy-octets.ts';

/** For all sockets that DNS streams run on. Nothing waits for it while a socket flows, and writes are bounded apart from it. */
export const HIGH_WATER_MARK_BYTES = 128;

export class ClientInput {
  readonly #socket: Duplex;
  #isHeld = false;
  #isTakingLater = false;
  #isListening = false;
  #isReleasingLater = false;
  /** Made when first needed: most connections never are held. */
  #onReadable: (() => void) | undefined;

  /** `onData`: gets what comes, in order; while the client is held at most what one read of the system brings. */
  constructor(socket: Duplex, onData: (chunk: Buffer) => void) {
    this.#socket = socket;
    socket.on('data', onData);
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** The client is not read from until `letGo`. */
  hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    if (this.#isListening) return;
    this.#isListening = true;
    // A socket with such a listener does not flow.
    this.#onReadable ??= () => this.#takeLater();
    this.#socket.on('readable', this.#onReadable);
  }

  letGo(): void {
    this.#isHeld = false;
    if (!this.#isListening || this.#isReleasingLater) return;
    // Node sees later that the listener is gone; one that comes and goes twice in between would leave a held socket flowing.
    this.#isReleasingLater = true;
    process.nextTick(release, this);
  }

  release(): void {
    this.#isReleasingLater = false;
    if (this.#isHeld) return;
    this.#isListening = false;
    this.#socket.off('readable', this.#onReadable!);
  }

  /** Not at once: Node hands over the records of one read one by one. */
  #takeLater(): void {
    if (this.#isTakingLater) return;
    this.#isTakingLater = true;
    setImmediate(takeWaiting, this);
  }

  takeWaiting(): void {
    this.#isTakingLater = false;
    if (!this.#isHeld || this.#socket.destroyed) return;
    // Less left, or more at once, would set reading going again.
    const blocks = Math.floor(this.#socket.readableLength / HIGH_WATER_MARK_BYTES) - 1;
    for (let block = 0; block < blocks && this.#isHeld; block++) this.#socket.read(HIGH_WATER_MARK_BYTES);
  }
}

function takeWaiting(input: ClientInput): void {
  input.takeWaiting();
}

function release(input: ClientInput): void {
  input.release();
}

/** The octets of `chunks` from `offset` of the first on, in memory that holds nothing else. */
export function joinChunks(chunks: readonly Buffer[], offset: number): Buffer {
  let length = -offset;
  for (const chunk of chunks) length += chunk.length;
  const joined = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  let start = offset;
  for (const chunk of chunks) {
    copyOctets(chunk, start, chunk.length, joined, filled);
    filled += chunk.length - start;
    start = 0;
  }
  return joined;
}
