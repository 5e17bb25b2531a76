// Memory for one batch of datagrams as recvmmsg and sendmmsg read it. Any thread; two of these per query thread, shared by
// all its sockets. One ArrayBuffer holds everything that addresses in it point to, so nothing of it is collected early.
//
//   mmsghdr[count] | iovec[count] | sockaddr[count] | payload[count]
//   mmsghdr, 64 octets: name address 8, name length 4 + 4, iovec address 8, iovec count 8, control 16, flags 4 + 4, length 4 + 4
//   iovec, 16 octets: payload address 8, payload length 8

import type { Libc } from './libc.ts';
import { IPV6_STRUCTURE_LENGTH } from './socket-address.ts';

const HEADER_BYTES = 64;
const VECTOR_BYTES = 16;
const NAME_BYTES = 32;
const CACHE_LINE_BYTES = 64;
const WORD_BYTES = 4;
const HEADER_WORDS = HEADER_BYTES / WORD_BYTES;
const VECTOR_WORDS = VECTOR_BYTES / WORD_BYTES;
const NAME_WORDS = NAME_BYTES / WORD_BYTES;

const NAME_LENGTH_WORD = 2;
const LENGTH_WORD = 14;
const PAYLOAD_LENGTH_WORD = 2;

/** Octets of the largest sockaddr there is here, as 32-bit words. */
export const ADDRESS_WORDS: number = IPV6_STRUCTURE_LENGTH / WORD_BYTES;

/** More octets than that are copied faster by a call, fewer by a loop. */
const COPY_WORDS_MAX = 128;

/** For 64-bit little-endian machines alone; `batched-datagrams.ts` proves the layout before it is used. */
export class DatagramSlots {
  readonly count: number;
  readonly payloadBytes: number;
  /** All of the memory; the payload of a slot starts at `payloadOffset`. */
  readonly octets: Buffer;
  /** Payload of each slot, made once. */
  readonly payloads: readonly Buffer[];
  /** sockaddr of each slot, made once. */
  readonly addresses: readonly Int32Array[];
  readonly #address: number;
  readonly #words: Int32Array;
  readonly #firstName: number;
  readonly #firstPayload: number;
  readonly #stride: number;
  /** The buffer that `writePayload` was last given, and its memory as words; undefined where it does not lie on whole ones. */
  #source: Uint8Array | undefined;
  #sourceWords: Int32Array | undefined;

  constructor(libc: Libc, count: number, payloadBytes: number) {
    this.count = count;
    this.payloadBytes = payloadBytes;
    // An odd number of cache lines: an even one would let the starts of all payloads share a few sets of the cache.
    this.#stride = (Math.ceil(payloadBytes / CACHE_LINE_BYTES) | 1) * CACHE_LINE_BYTES;
    const firstVector = count * HEADER_BYTES;
    const firstName = firstVector + count * VECTOR_BYTES;
    this.#firstName = firstName / WORD_BYTES;
    this.#firstPayload = firstName + count * NAME_BYTES;
    const memory = new ArrayBuffer(this.#firstPayload + count * this.#stride);
    this.#address = libc.addressOf(memory);
    this.octets = Buffer.from(memory);
    this.#words = new Int32Array(memory);
    const slots = Array.from({ length: count }, (_unused, slot) => slot);
    this.payloads = slots.map((slot) => Buffer.from(memory, this.payloadOffset(slot), payloadBytes));
    this.addresses = slots.map((slot) => new Int32Array(memory, firstName + slot * NAME_BYTES, ADDRESS_WORDS));
    const view = new BigUint64Array(memory);
    for (const slot of slots) {
      const header = (slot * HEADER_BYTES) / 8;
      const vector = (firstVector + slot * VECTOR_BYTES) / 8;
      view[header] = BigInt(this.#address + firstName + slot * NAME_BYTES);
      view[header + 1] = BigInt(IPV6_STRUCTURE_LENGTH);
      view[header + 2] = BigInt(this.#address + vector * 8);
      view[header + 3] = 1n;
      view[vector] = BigInt(this.#address + this.payloadOffset(slot));
      view[vector + 1] = BigInt(payloadBytes);
    }
  }

  /** Address of the mmsghdr of `slot`; those of the following slots follow. */
  headerAddress(slot: number): number {
    return this.#address + slot * HEADER_BYTES;
  }

  payloadOffset(slot: number): number {
    return this.#firstPayload + slot * this.#stride;
  }

  /** Octets received: of a larger datagram as many as a slot has. */
  receivedBytes(slot: number): number {
    return this.#words[slot * HEADER_WORDS + LENGTH_WORD]!;
  }

  /** What the system wrote there when it last received into it. */
  addressBytes(slot: number): number {
    return this.#words[slot * HEADER_WORDS + NAME_LENGTH_WORD]!;
  }

  /** Makes room for any address again: the system leaves the length of the last. */
  resetAddress(slot: number): void {
    this.#words[slot * HEADER_WORDS + NAME_LENGTH_WORD] = IPV6_STRUCTURE_LENGTH;
  }

  /** Copies the first `length` octets of `source`, at most a slot's. */
  writePayload(slot: number, source: Uint8Array, length: number): void {
    if (source !== this.#source) {
      this.#source = source;
      this.#sourceWords = wordsOf(source);
    }
    const sourceWords = this.#sourceWords;
    const wordCount = (length + WORD_BYTES - 1) >>> 2;
    if (sourceWords === undefined || wordCount > COPY_WORDS_MAX || wordCount > sourceWords.length) {
      this.octets.set(source.subarray(0, length), this.payloadOffset(slot));
      return;
    }
    // What goes along behind the last octet is not sent.
    const words = this.#words;
    const start = this.payloadOffset(slot) >>> 2;
    for (let i = 0; i < wordCount; i++) words[start + i] = sourceWords[i]!;
  }

  /** Where the first `addressBytes` octets of `address` (0: nowhere) and `payloadBytes` octets are to be sent. */
  prepareToSend(slot: number, address: Int32Array, addressBytes: number, payloadBytes: number): void {
    const words = this.#words;
    const name = this.#firstName + slot * NAME_WORDS;
    for (let i = 0; i < addressBytes / WORD_BYTES; i++) words[name + i] = address[i]!;
    words[slot * HEADER_WORDS + NAME_LENGTH_WORD] = addressBytes;
    words[this.count * HEADER_WORDS + slot * VECTOR_WORDS + PAYLOAD_LENGTH_WORD] = payloadBytes;
  }
}

function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array): Int32Array | undefined {
  return byteOffset % WORD_BYTES === 0 ? new Int32Array(buffer, byteOffset, byteLength >>> 2) : undefined;
}
