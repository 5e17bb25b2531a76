// Lines of a hosts file: an address and one or more names. Every address means the same, whatever it is: the names are the
// entries. `#` begins a comment; `!` too, at the beginning of a line.

import { isIP } from 'node:net';
import { FAULT, type LineFault } from './line-fault.ts';
import { CountedLines, lineEnd } from './line-format.ts';
import { NameScanner, skipBlanks, skipToken } from './name-scanner.ts';
import { isOrdinaryHostsEntry } from './ordinary-hosts-entries.ts';

const HASH = 0x23;
const EXCLAMATION_MARK = 0x21;
const LINE_FEED = 0x0a;
const ADDRESS_TEXT_MAX = 64;

export class HostsFormat extends CountedLines {
  private readonly scanner = new NameScanner();
  /** The last text that was an address: nearly every line of a list begins with the same one. */
  private readonly knownAddress = new Uint8Array(ADDRESS_TEXT_MAX);
  private knownAddressLength = 0;

  override parse(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      this.lineNumber++;
      const lineStart = at;
      at = skipBlanks(bytes, at, end);
      const first = bytes[at];
      if (at < end && first !== LINE_FEED && first !== HASH && first !== EXCLAMATION_MARK) {
        const addressEnd = skipToken(bytes, at, end);
        if (this.isAddress(bytes, at, addressEnd)) at = this.parseNames(bytes, lineStart, addressEnd, end);
        else this.skip(FAULT.NO_ADDRESS, bytes, lineStart, end);
      }
      at = lineEnd(bytes, at, end) + 1;
    }
  }

  /** The names of one line. A faulty one among them does not cost the others. */
  private parseNames(bytes: Uint8Array, lineStart: number, offset: number, end: number): number {
    const scanner = this.scanner;
    let fault: LineFault = FAULT.NO_NAME;
    let good = false;
    let faulty = false;
    let at = skipBlanks(bytes, offset, end);
    while (at < end && bytes[at] !== LINE_FEED && bytes[at] !== HASH) {
      at = skipBlanks(bytes, scanner.scan(bytes, at, end), end);
      if (scanner.length > 0 && isOrdinaryHostsEntry(scanner.wire, scanner.length)) {
        good = true;
      } else if (scanner.fault !== FAULT.NONE) {
        if (!faulty) fault = scanner.fault;
        faulty = true;
      } else {
        good = true;
        this.takeName(scanner.wire, scanner.length, this.bareScope, this.plainShape);
      }
    }
    if (good) this.goodLines++;
    if (faulty || !good) this.skip(fault, bytes, lineStart, end);
    return at;
  }

  private isAddress(bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length === this.knownAddressLength) {
      let same = 0;
      while (same < length && bytes[start + same] === this.knownAddress[same]) same++;
      if (same === length) return true;
    }
    if (length > ADDRESS_TEXT_MAX || isIP(asciiText(bytes, start, end)) === 0) return false;
    this.knownAddress.set(bytes.subarray(start, end));
    this.knownAddressLength = length;
    return true;
  }
}

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
