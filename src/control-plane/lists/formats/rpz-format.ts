// Response policy zones, as zone files. `name CNAME .` and `*.name CNAME .`, nearly all of a list, are read from the octets; the
// rest as a zone file. The name and what lies below it are two rules, as the format has it; where a wildcard ends, the table finds
// out when it has all names (`endZone`).

import { type RuleShape, SCOPE } from '../../../memory/block-table/rule-model.ts';
import { internShape } from '../../../policy/rule-syntax/filter-rule.ts';
import type { RuleSubject } from '../../../policy/rule-syntax/rule-pattern.ts';
import { FAULT, NOT_FOR_US, type SkipReason } from './line-fault.ts';
import { lineEnd } from './line-format.ts';
import { NameScanner, skipBlanks } from './name-scanner.ts';
import { readAction, RPZ_NXDOMAIN } from './rpz-action.ts';
import { readTrigger } from './rpz-trigger.ts';
import { RpzZone } from './rpz-zone.ts';
import { RuleLines } from './rule-lines.ts';
import { TopLabels } from './top-labels.ts';
import { type ZoneEntry, ZoneEntries } from './zone-entries.ts';

const ASTERISK = 0x2a;
const DOT = 0x2e;
const HYPHEN = 0x2d;
const LINE_FEED = 0x0a;
const SEMICOLON = 0x3b;
/** A zone has one, or a few records. */
const ACTIONS_FOR_EVERYTHING_MAX = 20;
const CNAME = Buffer.from('CNAME');
const CNAME_LOWER = Buffer.from('cname');

export class RpzFormat extends RuleLines {
  private readonly scanner = new NameScanner(';');
  private readonly entries = new ZoneEntries();
  private readonly zone = new RpzZone();
  private readonly plainAction = this.shapeOf(RPZ_NXDOMAIN);
  /** Owner of the entry before, as written; where `ownerEnd` is not 0 it stands in the octets that are being parsed. */
  private owner = '@';
  private ownerStart = 0;
  private ownerEnd = 0;
  /** What `*` does, and the line that says so: it ends at the top-level domains that the zone has, which are known at the end. */
  private readonly forEverything = new Map<RuleShape, number>();
  private readonly topLabels = new TopLabels();

  override parse(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      this.lineNumber++;
      const after = this.entries.isOpen ? -1 : this.parsePlain(bytes, at, end);
      if (after >= 0) {
        at = lineEnd(bytes, after, end) + 1;
        continue;
      }
      const lineStart = at;
      at = lineEnd(bytes, at, end);
      this.keepOwner(bytes);
      this.parseLine(bytes, lineStart, at);
      at++;
    }
    this.keepOwner(bytes);
  }

  override finish(): void {
    if (this.entries.isOpen) this.skip(FAULT.NOT_THIS_FORMAT, new Uint8Array(0), 0, 0);
    const denyAllow = this.topLabels.all ?? [];
    for (const [shape, line] of this.forEverything) {
      const limited = denyAllow.length === 0 ? shape : internShape({ ...shape, condition: { denyAllow } });
      this.handOverPattern({ kind: 'glob', text: '*', shape: limited, line });
    }
    super.finish();
    this.sink.endZone?.();
  }

  /** `name CNAME .`: the offset behind it, or -1 for every other line. */
  private parsePlain(bytes: Uint8Array, offset: number, end: number): number {
    const isBelow = offset + 2 < end && bytes[offset] === ASTERISK && bytes[offset + 1] === DOT;
    const nameStart = isBelow ? offset + 2 : offset;
    const first = bytes[nameStart]!;
    // Blanks, comments, directives and `@` come before digits and letters, or between them.
    if (first < 0x30 || first === 0x40 || first === SEMICOLON || !this.zone.isAtApex) return -1;
    const scanner = this.scanner;
    const nameEnd = scanner.scan(bytes, nameStart, end);
    if (scanner.fault !== FAULT.NONE || bytes[nameEnd - 1] === DOT || isSpecial(scanner.wire, scanner.length))
      return -1;
    let at = skipBlanks(bytes, nameEnd, end);
    if (at === nameEnd || !isCname(bytes, at, end)) return -1;
    at = skipBlanks(bytes, at + CNAME.length, end);
    if (at >= end || bytes[at] !== DOT) return -1;
    const rest = skipBlanks(bytes, at + 1, end);
    if (rest < end && bytes[rest] !== LINE_FEED && (bytes[rest] !== SEMICOLON || rest === at + 1)) return -1;
    this.goodLines++;
    this.ownerStart = offset;
    this.ownerEnd = nameEnd;
    this.topLabels.add(scanner.wire, scanner.length);
    this.takeName(scanner.wire, scanner.length, isBelow ? SCOPE.BELOW : this.bareScope, this.plainAction);
    return rest;
  }

  /** Only a line that begins with a blank asks for the owner before: no text is made of all the others. */
  private keepOwner(bytes: Uint8Array): void {
    if (this.ownerEnd === 0) return;
    const length = this.ownerEnd - this.ownerStart;
    this.owner = Buffer.from(bytes.buffer, bytes.byteOffset + this.ownerStart, length).toString('utf8');
    this.ownerEnd = 0;
  }

  private parseLine(bytes: Uint8Array, start: number, end: number): void {
    const entry = this.entries.push(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'));
    if (entry === undefined) return;
    const reason = entry === 'malformed' ? FAULT.NOT_THIS_FORMAT : this.takeEntry(entry);
    if (reason !== undefined) this.skip(reason, bytes, start, end);
  }

  private takeEntry({ owner = this.owner, words }: ZoneEntry): SkipReason | undefined {
    if (owner.startsWith('$')) return this.followDirective(owner.toUpperCase(), words);
    this.owner = owner;
    const record = withoutTtlAndClass(words);
    if (/^SOA$/i.test(record[0] ?? '')) {
      this.zone.setApex(owner);
      return undefined;
    }
    const trigger = this.zone.trigger(owner);
    if (trigger === undefined) return FAULT.OUTSIDE_ZONE;
    // What stands at the zone itself makes it a zone.
    if (trigger === '') return undefined;
    if (record.length < 2) return FAULT.NOT_THIS_FORMAT;
    const subject = readTrigger(trigger);
    if (typeof subject === 'string') return subject;
    const shape = readAction(trigger, record, this.zone);
    if (typeof shape === 'string') return shape;
    const reason = this.takeTrigger(subject, this.shapeOf(shape));
    if (reason === undefined) this.goodLines++;
    return reason;
  }

  private takeTrigger(subject: RuleSubject, shape: RuleShape): SkipReason | undefined {
    if (subject.kind === 'name') {
      this.topLabels.add(subject.wire, subject.wire.length);
      return this.takeSubject(subject.scope === SCOPE.EXACT ? { ...subject, scope: this.bareScope } : subject, shape);
    }
    if (subject.kind !== 'glob') return this.takeSubject(subject, shape);
    if (this.forEverything.has(shape)) return undefined;
    if (this.forEverything.size >= ACTIONS_FOR_EVERYTHING_MAX) return FAULT.TOO_MANY_PATTERNS;
    this.forEverything.set(shape, this.lineNumber);
    return undefined;
  }

  private followDirective(directive: string, [value]: readonly string[]): SkipReason | undefined {
    if (directive === '$TTL') return undefined;
    if (directive !== '$ORIGIN') return NOT_FOR_US.ZONE_DIRECTIVE;
    if (value === undefined) return FAULT.NOT_THIS_FORMAT;
    this.zone.setOrigin(value);
    return undefined;
  }
}

/** A TTL and a class may stand before the type, in either order. */
function withoutTtlAndClass(words: readonly string[]): readonly string[] {
  let first = 0;
  while (first < 2 && /^(?:IN|CH|HS|\d{1,10}|(?:\d{1,10}[smhdw])+)$/i.test(words[first] ?? '')) first++;
  return words.slice(first);
}

function isCname(bytes: Uint8Array, offset: number, end: number): boolean {
  if (offset + CNAME.length >= end) return false;
  for (let at = 0; at < CNAME.length; at++) {
    const octet = bytes[offset + at];
    if (octet !== CNAME[at] && octet !== CNAME_LOWER[at]) return false;
  }
  return bytes[offset + CNAME.length] === 0x20 || bytes[offset + CNAME.length] === 0x09;
}

/** Whether the last label begins with `rpz-`: a trigger that is no name. */
function isSpecial(wire: Uint8Array, length: number): boolean {
  let at = 0;
  while (at + wire[at]! + 1 < length - 1) at += wire[at]! + 1;
  return (
    wire[at]! >= 5 && wire[at + 1] === 0x72 && wire[at + 2] === 0x70 && wire[at + 3] === 0x7a && wire[at + 4] === HYPHEN
  );
}
