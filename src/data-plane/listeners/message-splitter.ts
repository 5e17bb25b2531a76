// Cuts a TCP or TLS byte stream into DNS messages (RFC 1035 section 4.2.2: two octets of length, then the message), wherever
// the stream happens to be cut into chunks. One per connection. Memory follows the octets received, not the length announced.

import { HEADER_BYTES, MESSAGE_MAX_BYTES } from '../../wire/header.ts';
import { copyOctets } from './copy-octets.ts';

const NOTHING = Buffer.alloc(0);
const FIRST_PARTIAL_BYTES = 512;
/** A larger buffer is let go after its message, so that idle connections stay small. */
const KEPT_PARTIAL_BYTES = 4096;

/** Where a message that lies whole in its chunk is put, to start at offset 0; shared by all connections of the thread. */
const wholeMessage = Buffer.allocUnsafeSlow(MESSAGE_MAX_BYTES);

export class MessageSplitter {
  /** The message that the last `feed` completed: [0, length), valid until `release`. */
  message: Buffer = NOTHING;
  /** Its length in octets; 0 if the chunk ended before the message did. */
  length = 0;
  /** A length prefix below 12 octets came by: what follows cannot be trusted to be framed. */
  isBroken = false;
  /** Which message of the connection is being received, counted from 0; tells a new unfinished message from an old one. */
  ordinal = 0;

  /** First octet of a length prefix that was cut in two, or -1. */
  #prefixHigh = -1;
  /** Octets of the message being received, or -1 before its length is known. */
  #expected = -1;
  #filled = 0;
  #partial: Buffer = NOTHING;

  /** Whether the stream has stopped between the first octet of a message and its last. */
  get isMidMessage(): boolean {
    return this.#prefixHigh >= 0 || this.#expected >= 0;
  }

  /** Takes octets of `chunk` from `offset` up to the end of one message. Returns the offset after the last octet taken. */
  feed(chunk: Buffer, offset: number): number {
    this.length = 0;
    const start = this.#expected < 0 ? this.#readLength(chunk, offset) : offset;
    if (this.#expected < 0) return start;
    const available = chunk.length - start;
    if (this.#filled === 0 && available >= this.#expected) {
      const end = start + this.#expected;
      copyOctets(chunk, start, end, wholeMessage, 0);
      this.#complete(wholeMessage);
      return end;
    }
    const end = start + Math.min(available, this.#expected - this.#filled);
    this.#grow(this.#filled + end - start);
    copyOctets(chunk, start, end, this.#partial, this.#filled);
    this.#filled += end - start;
    if (this.#filled === this.#expected) this.#complete(this.#partial);
    return end;
  }

  /** The completed message has been read. */
  release(): void {
    this.message = NOTHING;
    if (this.#partial.length > KEPT_PARTIAL_BYTES) this.#partial = NOTHING;
  }

  #readLength(chunk: Buffer, offset: number): number {
    let position = offset;
    if (this.#prefixHigh < 0) this.#prefixHigh = chunk[position++]!;
    if (position === chunk.length) return position;
    const length = (this.#prefixHigh << 8) | chunk[position++]!;
    this.#prefixHigh = -1;
    if (length < HEADER_BYTES) {
      this.isBroken = true;
      return chunk.length;
    }
    this.#expected = length;
    this.#filled = 0;
    return position;
  }

  #complete(message: Buffer): void {
    this.message = message;
    this.length = this.#expected;
    this.#expected = -1;
    this.ordinal += 1;
  }

  #grow(needed: number): void {
    if (needed <= this.#partial.length) return;
    const size = Math.min(MESSAGE_MAX_BYTES, Math.max(FIRST_PARTIAL_BYTES, 2 * this.#partial.length, needed));
    const larger = Buffer.allocUnsafeSlow(size);
    copyOctets(this.#partial, 0, this.#filled, larger, 0);
    this.#partial = larger;
  }
}
