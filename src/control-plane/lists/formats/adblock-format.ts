// Lists in the syntax of AdGuard's DNS filters. `||name^` and bare names, nearly all of them, are read from the octets; what has
// options or a pattern goes through the syntax of single rules. Lines of a hosts file answer with their address, as AdGuard
// Home has it, unless it is nobody's or one's own: that blocks.

import { SCOPE, type Scope } from '../../../memory/block-table/rule-model.ts';
import { readFilterRule } from '../../../policy/rule-syntax/filter-rule.ts';
import { RULE_SKIP } from '../../../policy/rule-syntax/skip-reason.ts';
import { AddressShapes } from './address-shape.ts';
import { isCosmeticAt, isCosmeticMark } from './cosmetic-mark.ts';
import { FAULT, type SkipReason } from './line-fault.ts';
import { ALLOW, lineEnd, type Reading, type RuleSink, type SkipSink } from './line-format.ts';
import { NameScanner, skipBlanks, skipToken } from './name-scanner.ts';
import { isOrdinaryHostsEntry } from './ordinary-hosts-entries.ts';
import { RuleLines } from './rule-lines.ts';

const ASTERISK = 0x2a;
const AT_SIGN = 0x40;
const BAR = 0x7c;
const CARET = 0x5e;
const DOT = 0x2e;
const EXCLAMATION_MARK = 0x21;
const HASH = 0x23;
const HYPHEN = 0x2d;
const LINE_FEED = 0x0a;
const OPENING_BRACKET = 0x5b;

/** `[Adblock Plus 2.0]` */
const HEADER = /^\[[^\]]*\]$/;

export class AdblockFormat extends RuleLines {
  private readonly scanner = new NameScanner('^');
  private readonly addresses = new AddressShapes();
  private readonly wildcardsCoverNames: boolean;

  constructor(reading: Reading, sink: RuleSink, onSkipped: SkipSink) {
    super(reading, sink, onSkipped);
    this.wildcardsCoverNames = reading.wildcardsCoverNames === true;
  }

  override parse(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      this.lineNumber++;
      const lineStart = at;
      at = skipBlanks(bytes, at, end);
      if (at < end && bytes[at] !== LINE_FEED && bytes[at] !== EXCLAMATION_MARK) {
        const after = this.parsePlain(bytes, at, end);
        if (after >= 0) at = after;
        else this.parseOther(bytes, lineStart, at, lineEnd(bytes, at, end));
      }
      at = lineEnd(bytes, at, end) + 1;
    }
  }

  /** `||name^`, `@@||name^`, `name`, and `*.name` where it is about the name too. Returns the offset behind the rule, or -1 for every other line. */
  private parsePlain(bytes: Uint8Array, offset: number, end: number): number {
    // The shortest name with its marks has more.
    if (offset + 4 > end) return -1;
    let at = offset;
    let shape = this.plainShape;
    if (bytes[at] === AT_SIGN && bytes[at + 1] === AT_SIGN) {
      shape = ALLOW;
      at += 2;
    }
    if (bytes[at] === BAR && bytes[at + 1] === BAR) return this.parseAnchored(bytes, at + 2, end, shape);
    if (at !== offset) return -1;
    if (this.wildcardsCoverNames && bytes[at] === ASTERISK && bytes[at + 1] === DOT)
      return this.parseBare(bytes, at + 2, end, SCOPE.SUBTREE);
    return this.parseBare(bytes, at, end, this.bareScope);
  }

  private parseAnchored(bytes: Uint8Array, offset: number, end: number, shape: typeof ALLOW): number {
    const scanner = this.scanner;
    const after = scanner.scan(bytes, offset, end);
    if (scanner.fault !== FAULT.NONE || after >= end || bytes[after] !== CARET) return -1;
    const rest = skipBlanks(bytes, after + 1, end);
    if (rest < end && bytes[rest] !== LINE_FEED) return -1;
    this.goodLines++;
    this.takeName(scanner.wire, scanner.length, SCOPE.SUBTREE, shape);
    return rest;
  }

  private parseBare(bytes: Uint8Array, offset: number, end: number, scope: Scope): number {
    const scanner = this.scanner;
    const first = bytes[offset];
    // `-ads.` and their like are parts of names.
    if (first === HYPHEN || first === HASH || first === OPENING_BRACKET) return -1;
    const after = scanner.scan(bytes, offset, end);
    if (scanner.fault !== FAULT.NONE) return -1;
    const last = bytes[after - 1];
    if (last === DOT || last === HYPHEN) return -1;
    const rest = skipBlanks(bytes, after, end);
    const isEnd = rest >= end || bytes[rest] === LINE_FEED;
    if (!isEnd && (bytes[rest] !== HASH || rest === after || isCosmeticAt(bytes, rest, end))) return -1;
    this.goodLines++;
    this.takeName(scanner.wire, scanner.length, scope, this.plainShape);
    return rest;
  }

  private parseOther(bytes: Uint8Array, lineStart: number, offset: number, end: number): void {
    const addressEnd = skipToken(bytes, offset, end);
    const namesStart = skipBlanks(bytes, addressEnd, end);
    if (namesStart > addressEnd && namesStart < end && this.addresses.read(bytes, offset, addressEnd)) {
      this.parseHostsLine(bytes, lineStart, namesStart, end);
      return;
    }
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + offset, end - offset)
      .toString('utf8')
      .trim();
    if (HEADER.test(text)) return;
    if (text.startsWith('#')) {
      if (isCosmeticMark(text)) this.skip(RULE_SKIP.COSMETIC, bytes, lineStart, end);
      return;
    }
    const reason = this.takeText(text);
    if (reason === undefined) this.goodLines++;
    else this.skip(reason, bytes, lineStart, end);
  }

  private takeText(text: string): SkipReason | undefined {
    const rule = readFilterRule(text);
    if ('reason' in rule) return rule.reason;
    const isBare = rule.subject.kind === 'name' && rule.subject.scope === SCOPE.EXACT && !/[|^$]/.test(text);
    if (isBare && rule.subject.kind === 'name')
      return this.takeRule({ ...rule, subject: { ...rule.subject, scope: this.bareScope } });
    return this.takeRule(rule);
  }

  private parseHostsLine(bytes: Uint8Array, lineStart: number, offset: number, end: number): void {
    const scanner = this.scanner;
    const shape = this.shapeOf(this.addresses.shape);
    let firstReason: SkipReason | undefined;
    let isGood = false;
    let at = offset;
    while (at < end && bytes[at] !== HASH) {
      const after = scanner.scan(bytes, at, end);
      let reason: SkipReason | undefined;
      // A caret ends a name and is none of a hosts line.
      if (after < end && bytes[after] === CARET) reason = FAULT.BAD_CHARACTER;
      else if (scanner.length > 0 && isOrdinaryHostsEntry(scanner.wire, scanner.length)) reason = undefined;
      else if (scanner.fault !== FAULT.NONE) reason = scanner.fault;
      else reason = this.takeShapedName(scanner.wire, scanner.length, this.bareScope, shape);
      if (reason === undefined) isGood = true;
      else firstReason ??= reason;
      at = skipBlanks(bytes, reason === undefined ? after : skipToken(bytes, after, end), end);
    }
    if (isGood) this.goodLines++;
    else firstReason ??= FAULT.NO_NAME;
    if (firstReason !== undefined) this.skip(firstReason, bytes, lineStart, end);
  }
}
