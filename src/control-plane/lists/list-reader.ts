// Reads one list from its octets, chunk by chunk: recognizes the format, hands over the names, counts what is faulty, and says
// at the end whether this was a list at all. Runs while a list arrives (main thread) and when lists are compiled (helper process).

import type { ListFormat } from '../settings/settings.ts';
import { DomainsFormat } from './formats/domains-format.ts';
import { HostsFormat } from './formats/hosts-format.ts';
import { faultText, type LineFault } from './formats/line-fault.ts';
import type { LineFormat, NameSink } from './formats/line-format.ts';
import {
  foreignContent,
  foreignSyntax,
  HEAD_BYTES,
  type RecognizedFormat,
  recognizeFormat,
} from './formats/recognize-format.ts';
import { WholeLines } from './formats/whole-lines.ts';

const FAULTS_KEPT = 5;
const FAULT_TEXT_MAX = 80;
const BYTE_ORDER_MARK_BYTES = 3;

export interface FaultyLine {
  readonly lineNumber: number;
  readonly reason: string;
  /** The line, shortened and printable. */
  readonly text: string;
}

/** What a list turned out to be. */
export interface Inspection {
  readonly format: RecognizedFormat;
  /** Entries, repeated ones counted each time. */
  readonly names: number;
  readonly faultyLines: number;
  /** The first few. */
  readonly firstFaults: readonly FaultyLine[];
  /** Why this cannot be used as a list; undefined if it can. */
  readonly refusal: string | undefined;
}

export interface ReadOptions {
  readonly format: ListFormat;
  readonly subdomains: boolean;
}

export class ListReader {
  /** Set as soon as it is certain that this is no list; what is pushed then is ignored. */
  refusal: string | undefined;
  private readonly options: ReadOptions;
  private readonly onName: NameSink;
  private readonly wholeLines: WholeLines;
  private readonly firstFaults: FaultyLine[] = [];
  private head: Uint8Array = new Uint8Array(0);
  private waiting: Uint8Array[] | undefined = [];
  private waitingBytes = 0;
  private parser: LineFormat | undefined;
  private format: RecognizedFormat = 'domains';

  constructor(options: ReadOptions, onName: NameSink) {
    this.options = options;
    this.onName = onName;
    this.wholeLines = new WholeLines(
      (bytes, start, end) => this.parser?.parse(bytes, start, end),
      () => this.parser?.lineTooLong(),
    );
  }

  /** Takes the next octets; they are not needed after the call once the head of the list is complete, and copied before. */
  push(chunk: Uint8Array): void {
    if (this.refusal !== undefined) return;
    if (this.waiting === undefined) {
      this.wholeLines.push(chunk);
      return;
    }
    this.waiting.push(chunk.slice());
    this.waitingBytes += chunk.length;
    if (this.waitingBytes >= HEAD_BYTES + BYTE_ORDER_MARK_BYTES) this.begin();
  }

  finish(): Inspection {
    this.begin();
    this.wholeLines.end();
    const parser = this.parser;
    const faultyLines = parser?.faultyLines ?? 0;
    const goodLines = parser?.goodLines ?? 0;
    if (this.refusal === undefined && faultyLines > goodLines) this.refusal = this.mostlyFaulty(goodLines, faultyLines);
    return {
      format: this.format,
      names: parser?.names ?? 0,
      faultyLines,
      firstFaults: this.firstFaults,
      refusal: this.refusal,
    };
  }

  /** The head is complete: decides the format and parses what has waited for that. */
  private begin(): void {
    if (this.waiting === undefined) return;
    const bytes = withoutByteOrderMark(Buffer.concat(this.waiting));
    this.waiting = undefined;
    this.head = bytes.subarray(0, HEAD_BYTES);
    this.refusal = foreignContent(this.head);
    if (this.refusal !== undefined) return;
    this.format = this.options.format === 'auto' ? recognizeFormat(untilLastLineFeed(this.head)) : this.options.format;
    const Format = this.format === 'hosts' ? HostsFormat : DomainsFormat;
    this.parser = new Format(this.options.subdomains, this.onName, (lineNumber, fault, line, start, end) =>
      this.keepFault(lineNumber, fault, line.subarray(start, end)),
    );
    this.wholeLines.push(bytes);
  }

  private keepFault(lineNumber: number, fault: LineFault, line: Uint8Array): void {
    if (this.firstFaults.length >= FAULTS_KEPT) return;
    this.firstFaults.push({ lineNumber, reason: faultText(fault), text: printable(line) });
  }

  private mostlyFaulty(goodLines: number, faultyLines: number): string {
    const first = this.firstFaults[0];
    const example = first === undefined ? '' : `, the first in line ${first.lineNumber}: ${first.reason}`;
    const syntax = foreignSyntax(this.head);
    const advice =
      syntax === undefined ? '' : `; it looks like ${syntax}: use the publisher's hosts, domains or wildcard edition`;
    const wanted = this.options.format === 'auto' ? 'hosts, domains or wildcard lines' : `${this.format} lines`;
    return `${faultyLines} of its ${goodLines + faultyLines} lines cannot be read as ${wanted}${example}${advice}`;
  }
}

function withoutByteOrderMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(BYTE_ORDER_MARK_BYTES) : bytes;
}

function untilLastLineFeed(bytes: Uint8Array): Uint8Array {
  const lineFeed = bytes.lastIndexOf(0x0a);
  return lineFeed === -1 ? bytes : bytes.subarray(0, lineFeed + 1);
}

/** Text of a list for logs and terminals: it is a stranger's, so nothing but plain characters gets through. */
export function printable(line: Uint8Array, maxBytes = FAULT_TEXT_MAX): string {
  const text = Buffer.from(line.buffer, line.byteOffset, Math.min(line.length, maxBytes)).toString('utf8');
  return text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, ' ').trim();
}
