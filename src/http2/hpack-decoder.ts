// Header blocks to fields (RFC 7541). One per connection and direction: the peer's blocks build on each other, so that after a
// fault nothing of the connection can be understood any more.

import { DynamicTable, fieldBytes } from './dynamic-table.ts';
import { ERROR } from './frame.ts';
import { integer, readInteger } from './hpack-integer.ts';
import { decodeHuffman } from './huffman.ts';
import { STATIC_COUNT, STATIC_NAMES, STATIC_VALUES } from './static-table.ts';

export interface FieldSink {
  /** One sound field of a block, in order; octets as characters (latin1). */
  onField(name: string, value: string): void;
}

/** Of the fields of one block, each counted as name + value + 32: what a block of references may unfold to. */
export const FIELDS_MAX_BYTES = 16_384;
/** Section 4.2: a decrease and an increase. */
const RESIZES_MAX = 2;

const INDEXED = 0x80;
const LITERAL_WITH_INDEXING = 0x40;
const TABLE_RESIZE = 0x20;
const HUFFMAN = 0x80;

/** Decoded strings; one per thread, since nothing waits. No string is longer than its block (8 / 5, Huffman-coded). */
const text = Buffer.alloc(2 * FIELDS_MAX_BYTES);

export class HpackDecoder {
  readonly #table = new DynamicTable();
  #string = '';
  /** The table has, or had, a malformed field, so that references to it are looked at too. */
  #isTainted = false;
  /** Of the block decoded last: a field was left out whose name or value no field may have. It ends a message, no connection. */
  sawMalformed = false;

  /** Hands the fields of block [start, end), at most 16,384 octets, to `sink`. NO_ERROR, or what ends the connection. */
  decode(block: Uint8Array, start: number, end: number, sink: FieldSink): number {
    let position = start;
    let listBytes = 0;
    let resizes = 0;
    let fields = 0;
    this.sawMalformed = false;
    while (position < end) {
      const first = block[position]!;
      let name: string;
      let value: string;
      let isSound = true;
      if (first >= INDEXED) {
        if (!readInteger(block, position, end, 7)) return ERROR.COMPRESSION_ERROR;
        const index = integer.value;
        if (!this.#isKnown(index)) return ERROR.COMPRESSION_ERROR;
        position = integer.end;
        name = this.#nameAt(index);
        value = index <= STATIC_COUNT ? STATIC_VALUES[index]! : this.#table.valueAt(index - STATIC_COUNT - 1);
        if (this.#isTainted) isSound = isFieldName(name) && isFieldValue(value);
      } else if (first >= TABLE_RESIZE && first < LITERAL_WITH_INDEXING) {
        if (!readInteger(block, position, end, 5)) return ERROR.COMPRESSION_ERROR;
        // Only in front of the fields, or a peer could make us empty and fill the table for ever.
        if (fields > 0 || ++resizes > RESIZES_MAX || !this.#table.resize(integer.value)) return ERROR.COMPRESSION_ERROR;
        position = integer.end;
        continue;
      } else {
        const isIndexing = first >= LITERAL_WITH_INDEXING;
        if (!readInteger(block, position, end, isIndexing ? 6 : 4)) return ERROR.COMPRESSION_ERROR;
        const index = integer.value;
        position = integer.end;
        if (index === 0) {
          position = this.#readString(block, position, end);
          if (position < 0) return ERROR.COMPRESSION_ERROR;
          name = this.#string;
          isSound = isFieldName(name);
        } else {
          if (!this.#isKnown(index)) return ERROR.COMPRESSION_ERROR;
          name = this.#nameAt(index);
          if (this.#isTainted) isSound = isFieldName(name);
        }
        position = this.#readString(block, position, end);
        if (position < 0) return ERROR.COMPRESSION_ERROR;
        value = this.#string;
        isSound = isSound && isFieldValue(value);
        if (isIndexing) {
          this.#table.add(name, value);
          if (!isSound) this.#isTainted = true;
        }
      }
      fields++;
      listBytes += fieldBytes(name, value);
      if (listBytes > FIELDS_MAX_BYTES) return ERROR.ENHANCE_YOUR_CALM;
      if (isSound) sink.onField(name, value);
      else this.sawMalformed = true;
    }
    return ERROR.NO_ERROR;
  }

  #isKnown(index: number): boolean {
    return index > 0 && index <= STATIC_COUNT + this.#table.count;
  }

  #nameAt(index: number): string {
    return index <= STATIC_COUNT ? STATIC_NAMES[index]! : this.#table.nameAt(index - STATIC_COUNT - 1);
  }

  /** Reads a string literal (section 5.2) into `#string`; where it ends, or -1. */
  #readString(block: Uint8Array, offset: number, limit: number): number {
    if (!readInteger(block, offset, limit, 7)) return -1;
    const start = integer.end;
    const end = start + integer.value;
    if (end > limit) return -1;
    let length = integer.value;
    if (block[offset]! >= HUFFMAN) {
      length = decodeHuffman(block, start, end, text);
      if (length < 0) return -1;
    } else {
      for (let i = 0; i < length; i++) text[i] = block[start + i]!;
    }
    this.#string = text.toString('latin1', 0, length);
    return end;
  }
}

/** RFC 9113 section 8.2.1: a token in lower case, or a pseudo-header field. */
function isFieldName(name: string): boolean {
  return /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name);
}

/** Likewise: nothing that would end a line. */
function isFieldValue(value: string): boolean {
  return !/[\0\r\n]/.test(value);
}
