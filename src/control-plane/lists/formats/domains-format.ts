// One name a line: `example.org` names exactly that, `*.example.org` names example.org and everything below it (what the
// publishers of wildcard lists mean by it). `#` and `!` begin comments. Serves the formats "domains" and "wildcard".

import { FAULT } from './line-fault.ts';
import { CountedLines, type FaultSink, lineEnd, type NameSink } from './line-format.ts';
import { NameScanner, skipBlanks } from './name-scanner.ts';

const ASTERISK = 0x2a;
const DOT = 0x2e;
const HASH = 0x23;
const EXCLAMATION_MARK = 0x21;
const LINE_FEED = 0x0a;

export class DomainsFormat extends CountedLines {
  private readonly scanner = new NameScanner();
  private readonly widen: boolean;

  /** `widen`: bare names cover everything below them too. */
  constructor(widen: boolean, onName: NameSink, onFault: FaultSink) {
    super(onName, onFault);
    this.widen = widen;
  }

  override parse(bytes: Uint8Array, start: number, end: number): void {
    const scanner = this.scanner;
    let at = start;
    while (at < end) {
      this.lineNumber++;
      const lineStart = at;
      at = skipBlanks(bytes, at, end);
      const first = bytes[at];
      if (at < end && first !== LINE_FEED && first !== HASH && first !== EXCLAMATION_MARK) {
        const starred = first === ASTERISK && bytes[at + 1] === DOT && at + 1 < end;
        at = scanner.scan(bytes, starred ? at + 2 : at, end);
        const afterName = skipBlanks(bytes, at, end);
        if (scanner.fault !== FAULT.NONE) {
          this.countFault(scanner.fault, bytes, lineStart, end);
        } else if (afterName < end && bytes[afterName] !== LINE_FEED && bytes[afterName] !== HASH) {
          this.countFault(FAULT.TRAILING_TEXT, bytes, lineStart, end);
        } else {
          const subtree = starred || this.widen;
          this.goodLines++;
          this.names++;
          if (subtree) this.subtrees++;
          this.onName(scanner.wire, scanner.length, subtree, this.lineNumber);
        }
        at = afterName;
      }
      at = lineEnd(bytes, at, end) + 1;
    }
  }
}
