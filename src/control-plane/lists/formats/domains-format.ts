// One name a line: `example.org` names exactly that, `*.example.org` names example.org and everything below it (what the
// publishers of wildcard lists mean by it). `#` and `!` begin comments. Serves the formats "domains" and "wildcard".

import { SCOPE } from '../../../memory/block-table/rule-model.ts';
import { isCosmeticAt } from './cosmetic-mark.ts';
import { FAULT } from './line-fault.ts';
import { CountedLines, lineEnd } from './line-format.ts';
import { NameScanner, skipBlanks } from './name-scanner.ts';

const ASTERISK = 0x2a;
const DOT = 0x2e;
const HASH = 0x23;
const EXCLAMATION_MARK = 0x21;
const LINE_FEED = 0x0a;
const COSMETIC_SECOND = Buffer.from('#@?$%^');

export class DomainsFormat extends CountedLines {
  private readonly scanner = new NameScanner();

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
          this.skip(scanner.fault, bytes, lineStart, end);
        } else if (afterName < end && bytes[afterName] !== LINE_FEED && bytes[afterName] !== HASH) {
          this.skip(FAULT.TRAILING_TEXT, bytes, lineStart, end);
        } else if (isCosmetic(bytes, at, afterName, end)) {
          this.skip(FAULT.NOT_THIS_FORMAT, bytes, lineStart, end);
        } else {
          this.goodLines++;
          this.takeName(scanner.wire, scanner.length, starred ? SCOPE.SUBTREE : this.bareScope, this.plainShape);
        }
        at = afterName;
      }
      at = lineEnd(bytes, at, end) + 1;
    }
  }
}

/** `name##.banner` and its like hide something on that site's pages and are the last thing that would block the site. */
function isCosmetic(bytes: Uint8Array, nameEnd: number, offset: number, end: number): boolean {
  if (offset >= end || bytes[offset] !== HASH) return false;
  if (offset > nameEnd) return isCosmeticAt(bytes, offset, end);
  return offset + 1 < end && COSMETIC_SECOND.includes(bytes[offset + 1]!);
}
