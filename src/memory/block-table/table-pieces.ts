// Writer side: takes the octets of a block table in order, hands them on in large pieces, and sums them up on the way; the
// header, which holds the checksum, goes out last.

import { TableChecksum } from './block-table-checksum.ts';
import { HEADER } from './block-table-layout.ts';

/** Puts `octets` at `offset` of the table; they are valid during the call only. */
export type PlaceOctets = (octets: Uint8Array, offset: number) => void;

/** A multiple of 8, as is the size of a table. */
const PIECE_BYTES = 256 * 1024;

export class TablePieces {
  readonly #header: Uint32Array;
  readonly #byteLength: number;
  readonly #place: PlaceOctets;
  readonly #checksum: TableChecksum;
  readonly #words = new Uint32Array(PIECE_BYTES / 4);
  readonly #octets = new Uint8Array(this.#words.buffer);
  #filled = 0;
  #offset: number;

  constructor(byteLength: number, header: Uint32Array, place: PlaceOctets) {
    this.#byteLength = byteLength;
    this.#header = header;
    this.#place = place;
    this.#checksum = new TableChecksum(byteLength / 4);
    this.#checksum.add(header.subarray(HEADER.BYTE_LENGTH));
    this.#offset = header.byteLength;
  }

  append(octets: Uint8Array): void {
    for (let taken = 0; taken < octets.length; ) {
      const length = Math.min(octets.length - taken, PIECE_BYTES - this.#filled);
      this.#octets.set(octets.subarray(taken, taken + length), this.#filled);
      this.#filled += length;
      taken += length;
      if (this.#filled === PIECE_BYTES) this.#handOn();
    }
  }

  /** Fills up with zeros and places the header. */
  finish(): void {
    const end = this.#byteLength - this.#offset;
    this.#octets.fill(0, this.#filled, end);
    this.#filled = end;
    this.#handOn();
    this.#header.set(this.#checksum.lanes, HEADER.CHECKSUM);
    this.#place(new Uint8Array(this.#header.buffer), 0);
  }

  #handOn(): void {
    this.#checksum.add(this.#words.subarray(0, this.#filled / 4));
    this.#place(this.#octets.subarray(0, this.#filled), this.#offset);
    this.#offset += this.#filled;
    this.#filled = 0;
  }
}
