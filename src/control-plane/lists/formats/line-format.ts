// What every list format is to the reader of a list: whole lines in, names out.

import { FAULT, type LineFault } from './line-fault.ts';

/**
 * Takes one name of a list: a lower-cased uncompressed wire name in `wire` (valid during the call only), whether the entry
 * covers everything below it too, and the 1-based number of its line.
 */
export type NameSink = (wire: Uint8Array, length: number, subtree: boolean, lineNumber: number) => void;

/** Takes one faulty line; `start` and `end` bound its text in `bytes`. */
export type FaultSink = (lineNumber: number, fault: LineFault, bytes: Uint8Array, start: number, end: number) => void;

export interface LineFormat {
  /** Lines seen so far, also empty ones. */
  readonly lineNumber: number;
  /** Lines that held at least one name, or an entry that is known to mean nothing. */
  readonly goodLines: number;
  /** Lines with a fault; a hosts line can be good and faulty. */
  readonly faultyLines: number;
  readonly names: number;
  /** Names that cover everything below them. */
  readonly subtrees: number;
  /** Reads whole lines: `start` is the first octet of a line, `end` lies after a line end or at the end of the file. */
  parse(bytes: Uint8Array, start: number, end: number): void;
  /** Counts a line that was too long to be handed over. */
  lineTooLong(): void;
}

/** The counting that all formats share. */
export abstract class CountedLines implements LineFormat {
  lineNumber = 0;
  goodLines = 0;
  faultyLines = 0;
  names = 0;
  subtrees = 0;
  protected readonly onName: NameSink;
  private readonly onFault: FaultSink;

  constructor(onName: NameSink, onFault: FaultSink) {
    this.onName = onName;
    this.onFault = onFault;
  }

  abstract parse(bytes: Uint8Array, start: number, end: number): void;

  lineTooLong(): void {
    this.lineNumber++;
    this.faultyLines++;
    this.onFault(this.lineNumber, FAULT.LINE_TOO_LONG, NOTHING, 0, 0);
  }

  protected countFault(fault: LineFault, bytes: Uint8Array, lineStart: number, end: number): void {
    this.faultyLines++;
    this.onFault(this.lineNumber, fault, bytes, lineStart, lineEnd(bytes, lineStart, end));
  }
}

const NOTHING = new Uint8Array(0);

/** Offset of the line feed that ends the line, or `end`. */
export function lineEnd(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end && bytes[at] !== 0x0a) at++;
  return at;
}
