// Cuts a stream of chunks into runs of whole lines, so that a parser never sees half a line. Memory: one chunk and one line.

import { LINE_MAX_BYTES } from './line-fault.ts';

const LINE_FEED = 0x0a;

/** Takes whole lines, none longer than LINE_MAX_BYTES; the bytes are valid during the call only. */
export type LinesSink = (bytes: Uint8Array, start: number, end: number) => void;

export class WholeLines {
  private readonly onLines: LinesSink;
  private readonly onTooLong: () => void;
  /** The begun line, if it still can be one. */
  private readonly carry = new Uint8Array(LINE_MAX_BYTES + 1);
  private carried = 0;
  private skipping = false;

  constructor(onLines: LinesSink, onTooLong: () => void) {
    this.onLines = onLines;
    this.onTooLong = onTooLong;
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let start = 0;
    if (this.carried > 0 || this.skipping) {
      const lineFeed = bytes.indexOf(LINE_FEED);
      const lineEnd = lineFeed === -1 ? bytes.length : lineFeed + 1;
      this.keep(bytes, 0, lineEnd);
      if (lineFeed === -1) return;
      this.endCarriedLine();
      start = lineEnd;
    }
    // Walks in strides of the longest line: only a stride without any line feed holds a line that is too long.
    let runStart = start;
    let at = start;
    for (;;) {
      const strideEnd = at + LINE_MAX_BYTES;
      if (strideEnd >= bytes.length) {
        const last = bytes.lastIndexOf(LINE_FEED);
        if (last >= at) at = last + 1;
        break;
      }
      const lineFeed = bytes.lastIndexOf(LINE_FEED, strideEnd);
      if (lineFeed >= at) {
        at = lineFeed + 1;
        continue;
      }
      if (at > runStart) this.onLines(bytes, runStart, at);
      const next = bytes.indexOf(LINE_FEED, strideEnd);
      if (next === -1) {
        this.skipping = true;
        return;
      }
      this.onTooLong();
      at = next + 1;
      runStart = at;
    }
    if (at > runStart) this.onLines(bytes, runStart, at);
    this.keep(bytes, at, bytes.length);
  }

  /** The end of the file; a last line needs no line feed. */
  end(): void {
    if (this.carried > 0 || this.skipping) this.endCarriedLine();
  }

  private keep(bytes: Uint8Array, start: number, end: number): void {
    if (this.skipping) return;
    const hasLineFeed = end > start && bytes[end - 1] === LINE_FEED;
    const lineLength = this.carried + (end - start) - (hasLineFeed ? 1 : 0);
    if (lineLength > LINE_MAX_BYTES) {
      this.skipping = true;
      this.carried = 0;
      return;
    }
    this.carry.set(bytes.subarray(start, end), this.carried);
    this.carried += end - start;
  }

  private endCarriedLine(): void {
    if (this.skipping) this.onTooLong();
    else this.onLines(this.carry, 0, this.carried);
    this.carried = 0;
    this.skipping = false;
  }
}
