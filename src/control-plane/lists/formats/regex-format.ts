// Lists of regular expressions, one a line, as Pi-hole takes them: searched anywhere in the name, letter case without meaning,
// POSIX classes, `;querytype=` and `;reply=` behind. `#` begins a comment at the beginning of a line; slashes around an
// expression are taken off.

import type { PatternRule } from '../../../memory/block-table/rule-model.ts';
import { nameOfSimpleRegex } from '../../../policy/rule-syntax/simple-regex.ts';
import { FAULT, type SkipReason } from './line-fault.ts';
import { lineEnd } from './line-format.ts';
import { readPiHoleOptions, withoutOptions } from './pi-hole-options.ts';
import { RuleLines } from './rule-lines.ts';

export class RegexFormat extends RuleLines {
  override parse(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      this.lineNumber++;
      const after = lineEnd(bytes, at, end);
      const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, after - at)
        .toString('utf8')
        .trim();
      if (text !== '' && !text.startsWith('#') && !text.startsWith('!')) {
        const reason = this.takeExpression(text);
        if (reason === undefined) this.goodLines++;
        else this.skip(reason, bytes, at, after);
      }
      at = after + 1;
    }
  }

  /** A line says the whole reply, both families. */
  protected override handOverPattern(pattern: PatternRule): undefined {
    this.sink.onPattern(pattern);
  }

  private takeExpression(text: string): SkipReason | undefined {
    if (/\s/.test(text)) return FAULT.TRAILING_TEXT;
    // Of another format: with nothing before a bar, or between two, an expression would be found in every name.
    if (/^(?:\||@@)/.test(text)) return FAULT.NOT_THIS_FORMAT;
    const [written, ...options] = withoutOptions(text);
    const expression = written.replace(/^\/(.+)\/$/, '$1');
    if (isForeign(expression)) return FAULT.NOT_THIS_FORMAT;
    const shape = readPiHoleOptions(options);
    if (typeof shape === 'string') return shape;
    return this.takeSubject(nameOfSimpleRegex(expression) ?? { kind: 'regex', text: expression }, this.shapeOf(shape));
  }
}

/** Escapes, heads of groups, classes, the ends of brackets; and what stands in addresses of web pages and tables, but in no name. */
const PIECE = /\\.|\(\?[a-zA-Z-]*:|\[:[a-z]+:\]|\[\^?\]?|\]|["'/:]/gs;

/** Whether a quote, a slash or a colon stands for itself outside brackets. */
function isForeign(expression: string): boolean {
  let isInBrackets = false;
  for (const [piece] of expression.matchAll(PIECE)) {
    if (piece === ']') isInBrackets = false;
    else if (piece.startsWith('[')) isInBrackets ||= !piece.startsWith('[:');
    else if (piece.length === 1 && !isInBrackets) return true;
  }
  return false;
}
