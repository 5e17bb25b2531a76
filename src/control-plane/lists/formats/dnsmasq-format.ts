// The lines of a dnsmasq configuration that block or redirect: `address=/a/b/192.0.2.1`, `address=/a/`, `local=/a/`, `server=/a/`.
// As in dnsmasq, they cover a name and everything below it; without an address there is no such name; an address is given to
// queries of its type, and the others go on to the upstream, or have no data where a line without an address keeps them here. `#` and
// 0.0.0.0 block instead, for every type: that is what lists mean by them.

import { RULE_CLASS, type RuleShape, SCOPE } from '../../../memory/block-table/rule-model.ts';
import { internShape } from '../../../policy/rule-syntax/filter-rule.ts';
import { readPattern } from '../../../policy/rule-syntax/rule-pattern.ts';
import { RULE_SKIP } from '../../../policy/rule-syntax/skip-reason.ts';
import { TYPE } from '../../../wire/numbers.ts';
import { addressMeaning } from './address-shape.ts';
import { FAULT, NOT_FOR_US, type SkipReason } from './line-fault.ts';
import { ALLOW, BLOCK, lineEnd } from './line-format.ts';
import { NameScanner, skipBlanks } from './name-scanner.ts';
import { RuleLines } from './rule-lines.ts';

const ASTERISK = 0x2a;
const DOT = 0x2e;
const HASH = 0x23;
const LINE_FEED = 0x0a;
const SLASH = 0x2f;
const VALUE_MAX = 64;

const ADDRESS = Buffer.from('address');
const LOCAL = Buffer.from('local');
const SERVER = Buffer.from('server');

/** There is no such name. */
const NXDOMAIN: RuleShape = internShape({ class: RULE_CLASS.BLOCK, response: { kind: 'nxdomain', isBlock: true } });
const NULL_ADDRESSES: RuleShape = internShape({
  class: RULE_CLASS.BLOCK,
  response: {
    kind: 'records',
    records: [
      { type: TYPE.A, rdataHex: '00'.repeat(4) },
      { type: TYPE.AAAA, rdataHex: '00'.repeat(16) },
    ],
    isBlock: true,
  },
});

export class DnsmasqFormat extends RuleLines {
  private readonly scanner = new NameScanner('/');
  /** What stood behind the names last, and what it means: nearly every line of a list says the same. */
  private readonly knownValue = new Uint8Array(VALUE_MAX);
  private knownLength = -1;
  private knownIsAddress = false;
  private knownMeaning: RuleShape | SkipReason = NXDOMAIN;

  override parse(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      this.lineNumber++;
      const lineStart = at;
      const after = lineEnd(bytes, at, end);
      at = skipBlanks(bytes, at, after);
      if (at < after && bytes[at] !== HASH) {
        const reason = this.parseSetting(bytes, at, after);
        if (reason !== undefined) this.skip(reason, bytes, lineStart, after);
      }
      at = after + 1;
    }
  }

  /** Why the line is left out, in part or as a whole; undefined if nothing of it is. */
  private parseSetting(bytes: Uint8Array, offset: number, end: number): SkipReason | undefined {
    const isAddress = startsWith(bytes, offset, end, ADDRESS);
    const key = isAddress ? ADDRESS : startsWith(bytes, offset, end, LOCAL) ? LOCAL : SERVER;
    if (key === SERVER && !startsWith(bytes, offset, end, SERVER)) return otherLine(bytes, offset, end);
    let at = skipBlanks(bytes, offset + key.length, end);
    if (at >= end || bytes[at] !== 0x3d) return otherLine(bytes, offset, end);
    at = skipBlanks(bytes, at + 1, end);
    if (at >= end || bytes[at] !== SLASH) return isAddress ? FAULT.NOT_THIS_FORMAT : NOT_FOR_US.FORWARDING;
    const valueEnd = endOfValue(bytes, at, end);
    const lastSlash = bytes.lastIndexOf(SLASH, valueEnd - 1);
    if (lastSlash === at) return FAULT.NOT_THIS_FORMAT;
    const shape = this.meaningOf(bytes, lastSlash + 1, valueEnd, isAddress);
    return typeof shape === 'string' ? shape : this.takeNames(bytes, at + 1, lastSlash, shape);
  }

  /** The names between slashes; `end` is the offset of the last one. */
  private takeNames(bytes: Uint8Array, start: number, end: number, shape: RuleShape): SkipReason | undefined {
    const scanner = this.scanner;
    let reason: SkipReason | undefined;
    let isGood = false;
    let at = start;
    while (at <= end) {
      const nameStart = bytes[at] === DOT ? at + 1 : at;
      const after = scanner.scan(bytes, nameStart, end);
      const isWhole = scanner.fault === FAULT.NONE && (after === end || bytes[after] === SLASH);
      const nameEnd = isWhole ? after : nextSlash(bytes, at, end);
      const fault = isWhole
        ? this.takeShapedName(scanner.wire, scanner.length, SCOPE.SUBTREE, shape)
        : this.takeUnusual(bytes, at, nameEnd, shape);
      if (fault === undefined) isGood = true;
      else reason ??= fault;
      at = nameEnd + 1;
    }
    if (isGood) this.goodLines++;
    return reason;
  }

  /** `#` is every name, `*name` whatever ends so, `*.name` what lies below. */
  private takeUnusual(bytes: Uint8Array, start: number, end: number, shape: RuleShape): SkipReason | undefined {
    // Names without dots: the local network's business.
    if (start === end) return NOT_FOR_US.OTHER_SETTING;
    if (bytes[start] === HASH && end === start + 1) return this.takeSubject({ kind: 'glob', text: '*' }, shape);
    if (bytes[start] !== ASTERISK) return this.scanner.fault === FAULT.NONE ? FAULT.BAD_CHARACTER : this.scanner.fault;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    if (text.indexOf('*', 1) > 0) return FAULT.BAD_CHARACTER;
    const subject = readPattern(`${text.startsWith('*.') ? text : text.slice(1)}^`, false);
    return 'reason' in subject ? RULE_SKIP.NOT_A_NAME : this.takeSubject(subject, shape);
  }

  private meaningOf(bytes: Uint8Array, start: number, end: number, isAddress: boolean): RuleShape | SkipReason {
    const length = end - start;
    if (length > VALUE_MAX) return FAULT.NOT_THIS_FORMAT;
    if (length === this.knownLength && isAddress === this.knownIsAddress) {
      let same = 0;
      while (same < length && bytes[start + same] === this.knownValue[same]) same++;
      if (same === length) return this.knownMeaning;
    }
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1');
    const meaning = isAddress ? meaningOfAddress(text) : meaningOfServer(text);
    this.knownMeaning = typeof meaning === 'string' ? meaning : this.shapeOf(meaning);
    this.knownValue.set(bytes.subarray(start, end));
    this.knownLength = length;
    this.knownIsAddress = isAddress;
    return this.knownMeaning;
  }
}

function meaningOfAddress(text: string): RuleShape | SkipReason {
  if (text === '') return NXDOMAIN;
  if (text === '#') return NULL_ADDRESSES;
  const meaning = addressMeaning(text);
  if (meaning === undefined) return FAULT.NOT_AN_ADDRESS;
  if (meaning.kind === 'nobody') return NULL_ADDRESSES;
  if (meaning.kind === 'own') return BLOCK;
  const { type, rdataHex } = meaning;
  return internShape({
    class: RULE_CLASS.BLOCK,
    condition: { types: { except: false, numbers: [type] } },
    response: { kind: 'records', records: [{ type, rdataHex }] },
  });
}

function meaningOfServer(text: string): RuleShape | SkipReason {
  if (text === '') return NXDOMAIN;
  // The usual servers: a name that is let out of a wider one.
  return text === '#' ? ALLOW : NOT_FOR_US.FORWARDING;
}

function otherLine(bytes: Uint8Array, offset: number, end: number): SkipReason {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + offset, end - offset).toString('latin1');
  return /^[a-z][a-z0-9-]*\s*(?:=|$)/.test(text.trim()) ? NOT_FOR_US.OTHER_SETTING : FAULT.NOT_THIS_FORMAT;
}

function startsWith(bytes: Uint8Array, offset: number, end: number, word: Uint8Array): boolean {
  if (offset + word.length > end) return false;
  for (let at = 0; at < word.length; at++) if (bytes[offset + at] !== word[at]) return false;
  return true;
}

/** A comment begins with `#` behind a blank; the value ends before it, and before blanks. */
function endOfValue(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end && bytes[at] !== LINE_FEED && bytes[at] !== 0x20 && bytes[at] !== 0x09 && bytes[at] !== 0x0d) at++;
  return at;
}

function nextSlash(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end && bytes[at] !== SLASH) at++;
  return at;
}
