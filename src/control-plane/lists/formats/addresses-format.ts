// Lists of addresses: one address, network or range a line. `#` and `;` begin comments, `!` and `//` at the beginning of a line.

import { addressRange } from '../../../policy/rule-syntax/address-range.ts';
import { FAULT } from './line-fault.ts';
import { CountedLines, lineEnd } from './line-format.ts';

export class AddressesFormat extends CountedLines {
  override parse(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      this.lineNumber++;
      const after = lineEnd(bytes, at, end);
      this.parseLine(bytes, at, after);
      at = after + 1;
    }
  }

  private parseLine(bytes: Uint8Array, start: number, end: number): void {
    const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    const entry = line.replace(/[#;].*|^\s*(?:!|\/\/).*/s, '').trim();
    if (entry === '') return;
    const range = addressRange(entry);
    if (range === undefined) {
      this.skip(FAULT.NOT_AN_ADDRESS, bytes, start, end);
      return;
    }
    this.goodLines++;
    this.sink.onAddress({ ...range, shape: this.plainShape, line: this.lineNumber });
  }
}
