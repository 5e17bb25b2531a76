// Reads one list from its octets, chunk by chunk: recognizes the format, hands over the rules, counts what is left out, and says
// at the end whether this was a list at all. Runs while a list arrives (main thread) and when lists are compiled (helper process).

import type { RuleAction } from '../../memory/block-table/rule-model.ts';
import type { ListFormat } from '../settings/settings.ts';
import type { ListFormatName } from './formats/format-names.ts';
import type { LineFormat, RuleSink } from './formats/line-format.ts';
import { makeFormat } from './formats/make-format.ts';
import { foreignContent, HEAD_BYTES, recognizeFormat } from './formats/recognize-format.ts';
import { WholeLines } from './formats/whole-lines.ts';
import { type ListReport, ListReporter, type ReasonedLine, type SkippedLines, togetherOf } from './list-report.ts';

export type { ListReport };

const BYTE_ORDER_MARK_BYTES = 3;

export type FaultyLine = ReasonedLine;

/** What a list turned out to be. */
export interface Inspection {
  readonly format: ListFormatName;
  /** Rules about names, patterns and addresses, repeated ones counted each time. */
  readonly names: number;
  /** Lines with something wrong; those for browsers and the like are not among them, where it is a list for these. */
  readonly faultyLines: number;
  /** The first few. */
  readonly firstFaults: readonly FaultyLine[];
  readonly report: ListReport;
  /** Why this cannot be used as a list; undefined if it can. */
  readonly refusal: string | undefined;
}

export interface ReadOptions {
  readonly format: ListFormat;
  readonly subdomains: boolean;
  /** Default: block. */
  readonly action?: RuleAction;
}

export const NO_SINK: RuleSink = {
  onName: () => undefined,
  onPattern: () => undefined,
  onAddress: () => undefined,
  onRemoval: () => undefined,
};

export class ListReader {
  /** Set as soon as it is certain that this is no list; what is pushed then is ignored. */
  refusal: string | undefined;
  private readonly options: ReadOptions;
  private readonly reporter: ListReporter;
  private readonly wholeLines: WholeLines;
  private head: Uint8Array = new Uint8Array(0);
  private waiting: Uint8Array[] | undefined = [];
  private waitingBytes = 0;
  private parser: LineFormat | undefined;
  private format: ListFormatName = 'domains';

  constructor(options: ReadOptions, sink: RuleSink) {
    this.options = options;
    this.reporter = new ListReporter(sink);
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
    this.parser?.finish();
    const report = this.reporter.report();
    this.refusal ??= this.whyNoList(report.skipped);
    const { format, refusal } = this;
    const { lines: faultyLines, first: firstFaults } = togetherOf(report.skipped.filter(({ isFault }) => isFault));
    return { format, names: this.reporter.rules, faultyLines, firstFaults, report, refusal };
  }

  /** The head is complete: decides the format and parses what has waited for that. */
  private begin(): void {
    if (this.waiting === undefined) return;
    const bytes = withoutByteOrderMark(Buffer.concat(this.waiting));
    this.waiting = undefined;
    this.head = bytes.subarray(0, HEAD_BYTES);
    this.refusal = foreignContent(this.head);
    if (this.refusal !== undefined) return;
    const { subdomains, action, format } = this.options;
    const { name, wildcardsCoverNames = false } =
      format === 'auto' ? recognizeFormat(untilLastLineFeed(this.head)) : { name: format };
    this.format = name;
    this.parser = makeFormat(
      this.format,
      { subdomains, allows: action === 'allow', wildcardsCoverNames },
      this.reporter,
      (lineNumber, reason, line, start, end) => this.reporter.skip(lineNumber, reason, line, start, end),
    );
    this.wholeLines.push(bytes);
  }

  private whyNoList(skipped: readonly SkippedLines[]): string | undefined {
    const goodLines = this.parser?.goodLines ?? 0;
    const isWhole = goodLines === 0 && !this.reporter.isForBrowsers;
    // Where nothing at all is a rule, it does not matter whether the lines make sense to somebody else.
    const { lines, first } = togetherOf(skipped.filter(({ isFault }) => isWhole || isFault));
    if (lines <= goodLines) return undefined;
    const example = first[0] === undefined ? '' : `, the first in line ${first[0].lineNumber}: ${first[0].reason}`;
    const wanted = this.options.format === 'auto' ? 'a list of any known format' : `${this.format} lines`;
    return `${lines} of its ${goodLines + lines} lines cannot be read as ${wanted}${example}`;
  }
}

function withoutByteOrderMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(BYTE_ORDER_MARK_BYTES) : bytes;
}

function untilLastLineFeed(bytes: Uint8Array): Uint8Array {
  const lineFeed = bytes.lastIndexOf(0x0a);
  return lineFeed === -1 ? bytes : bytes.subarray(0, lineFeed + 1);
}
