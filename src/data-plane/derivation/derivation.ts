// How the answer a client gets is made from the answer to what was asked for it: over aliases that lead elsewhere, and with IPv4
// addresses that become IPv6 addresses. One on the thread's Query; who waits keeps a copy.

import { readAnswerCount, readUint16, writeUint16, writeUint32 } from '../../wire/header.ts';
import type { Ipv4Embedding } from '../../wire/ipv4-embedding.ts';
import { NAME_MAX_BYTES, sameName, skipName } from '../../wire/name.ts';
import { CLASS, TYPE } from '../../wire/numbers.ts';
import { copyRecord } from '../../wire/record-copy.ts';
import { POINTER_TO_QUESTION } from '../../wire/reply-builder.ts';
import { RECORD_FIXED_BYTES, RECORD_RDLENGTH, RECORD_TTL } from '../../wire/resource-record.ts';
import type { DerivationParts } from '../../wire/derived-answer.ts';

/** Ten links of two names each fit. */
const LINKS_MAX_BYTES = 6_000;
const POINTER_BYTES = 2;

/** What is kept of it while a client waits. */
export interface KeptDerivation extends DerivationParts {
  readonly isAllowed: boolean;
  readonly isLedByRule: boolean;
  readonly isLedByAddress: boolean;
  readonly ruleStart: number;
  readonly linksBeforeRule: number;
  readonly targetBeforeRule: number;
}

export class Derivation implements DerivationParts {
  /** False, as for nearly every query: the answer is handed on as it is, and nothing else here means anything. */
  isInUse = false;
  readonly links: Uint8Array<ArrayBuffer> = new Uint8Array(LINKS_MAX_BYTES);
  linksLength = 0;
  linkCount = 0;
  targetOffset = 0;
  embedding: Ipv4Embedding | undefined;
  embeddedTtlMaxSeconds = 0;
  leavesOutMapped = false;
  /** A name on the way was allowed by name, and led on by an alias of its own: what it leads to is not judged. */
  isAllowed = false;
  /** One of the links was made by a rule. */
  isLedByRule = false;
  /** And one by a rule about an address in the answer. */
  isLedByAddress = false;
  /** Of the first link by a rule: where it begins, and what there was before it. */
  ruleStart = 0;
  linksBeforeRule = 0;
  targetBeforeRule = 0;

  /** Readies it; `isInUse` is all that the next query looks at. */
  begin(): void {
    this.isInUse = true;
    this.linksLength = 0;
    this.linkCount = 0;
    this.embedding = undefined;
    this.leavesOutMapped = false;
    this.isAllowed = false;
    this.isLedByRule = false;
    this.isLedByAddress = false;
  }

  /** As addLink, for a rule about the name that leads to `target`. */
  addRuleLink(asked: Uint8Array, askedLength: number, target: Uint8Array, ttlSeconds: number): boolean {
    const { linksLength, linkCount, targetOffset, isLedByRule } = this;
    if (!this.addLink(asked, askedLength, target, target.length, ttlSeconds)) return false;
    if (isLedByRule) return true;
    this.isLedByRule = true;
    this.ruleStart = linksLength;
    this.linksBeforeRule = linkCount;
    this.targetBeforeRule = targetOffset;
    return true;
  }

  /** The same for a rule about an address in the answer. */
  addAddressLink(asked: Uint8Array, askedLength: number, target: Uint8Array, ttlSeconds: number): boolean {
    if (!this.addRuleLink(asked, askedLength, target, ttlSeconds)) return false;
    this.isLedByAddress = true;
    return true;
  }

  /** All that rules did: one about a name has led on, and nothing has led further from there. */
  get endsWithRule(): boolean {
    return this.isLedByRule && !this.isLedByAddress && this.linkCount === this.linksBeforeRule + 1;
  }

  /** Whether one of the links starts at this name. `client`: who asks, whose name the first starts at. */
  comesFrom(name: Uint8Array, nameLength: number, client: { readonly name: Uint8Array; readonly nameLength: number }) {
    const { links, linksLength } = this;
    let position = 0;
    for (let left = this.linkCount; left > 0; left--) {
      const isClients = readUint16(links, position) === POINTER_TO_QUESTION;
      const fixed = isClients ? position + POINTER_BYTES : skipName(links, position, linksLength);
      const isSame = isClients
        ? sameName(client.name, client.nameLength, name, nameLength)
        : isNameAt(links, position, fixed - position, name, nameLength);
      if (isSame) return true;
      position = fixed + RECORD_FIXED_BYTES + readUint16(links, fixed + RECORD_RDLENGTH);
    }
    return false;
  }

  /** Whether this is where the rule led; also behind forgetRule. */
  wasLedTo(target: Uint8Array): boolean {
    const { links, ruleStart } = this;
    const fixed = this.linksBeforeRule === 0 ? ruleStart + POINTER_BYTES : skipName(links, ruleStart, links.length);
    const start = fixed + RECORD_FIXED_BYTES;
    return isNameAt(links, start, readUint16(links, fixed + RECORD_RDLENGTH), target, target.length);
  }

  /** Takes off the rule's link and what is behind it. */
  forgetRule(): void {
    this.linksLength = this.ruleStart;
    this.linkCount = this.linksBeforeRule;
    this.targetOffset = this.targetBeforeRule;
    this.isLedByRule = false;
    this.isLedByAddress = false;
    this.isInUse = this.linkCount > 0;
  }

  /** Appends a CNAME record from the name asked so far to `target`, an uncompressed wire name. False if there is no room. */
  addLink(
    asked: Uint8Array,
    askedLength: number,
    target: Uint8Array,
    targetLength: number,
    ttlSeconds: number,
  ): boolean {
    const { links } = this;
    if (this.linksLength + 2 * NAME_MAX_BYTES + RECORD_FIXED_BYTES > links.length) return false;
    const fixed = this.#appendAsked(asked, askedLength, this.linksLength);
    writeUint16(links, fixed, TYPE.CNAME);
    writeUint16(links, fixed + 2, CLASS.IN);
    writeUint32(links, fixed + RECORD_TTL, ttlSeconds);
    writeUint16(links, fixed + RECORD_RDLENGTH, targetLength);
    this.targetOffset = fixed + RECORD_FIXED_BYTES;
    for (let i = 0; i < targetLength; i++) links[this.targetOffset + i] = target[i]!;
    this.linksLength = this.targetOffset + targetLength;
    this.linkCount++;
    return true;
  }

  /**
   * The same for the CNAME records of `reply`'s ANSWER, behind the question that ends at `questionEnd`, in the order of the chain; in
   * them, a pointer to the question means the name asked so far. What else is there is left out.
   */
  addLinks(
    asked: Uint8Array,
    askedLength: number,
    reply: Uint8Array,
    questionEnd: number,
    replyLength: number,
  ): boolean {
    const { links } = this;
    let position = questionEnd;
    for (let left = readAnswerCount(reply); left > 0; left--) {
      const fixedInReply = skipName(reply, position, replyLength);
      const next = fixedInReply + RECORD_FIXED_BYTES + readUint16(reply, fixedInReply + RECORD_RDLENGTH);
      if (readUint16(reply, fixedInReply) !== TYPE.CNAME) {
        position = next;
        continue;
      }
      const start = this.linksLength;
      const end = copyRecord(reply, position, replyLength, links, start);
      if (end < 0 || end + NAME_MAX_BYTES > links.length) return false;
      const ownerEnd = skipName(links, start, end);
      let fixed = ownerEnd;
      this.linksLength = end;
      if (readUint16(reply, position) === POINTER_TO_QUESTION) {
        const fixedAndRdata = links.slice(ownerEnd, end);
        fixed = this.#appendAsked(asked, askedLength, start);
        links.set(fixedAndRdata, fixed);
        this.linksLength = fixed + fixedAndRdata.length;
      }
      this.targetOffset = fixed + RECORD_FIXED_BYTES;
      this.linkCount++;
      position = next;
    }
    return true;
  }

  /** A copy of what is in use. */
  keep(): KeptDerivation {
    const { linksLength, linkCount, targetOffset, embedding, embeddedTtlMaxSeconds } = this;
    const { leavesOutMapped, isAllowed, isLedByRule, isLedByAddress, ruleStart, linksBeforeRule, targetBeforeRule } =
      this;
    const links = this.links.slice(0, linksLength);
    return {
      links,
      linksLength,
      linkCount,
      targetOffset,
      embedding,
      embeddedTtlMaxSeconds,
      leavesOutMapped,
      isAllowed,
      isLedByRule,
      isLedByAddress,
      ruleStart,
      linksBeforeRule,
      targetBeforeRule,
    };
  }

  restore(kept: KeptDerivation): void {
    this.isInUse = true;
    this.links.set(kept.links);
    this.linksLength = kept.linksLength;
    this.linkCount = kept.linkCount;
    this.targetOffset = kept.targetOffset;
    this.embedding = kept.embedding;
    this.embeddedTtlMaxSeconds = kept.embeddedTtlMaxSeconds;
    this.leavesOutMapped = kept.leavesOutMapped;
    this.isAllowed = kept.isAllowed;
    this.isLedByRule = kept.isLedByRule;
    this.isLedByAddress = kept.isLedByAddress;
    this.ruleStart = kept.ruleStart;
    this.linksBeforeRule = kept.linksBeforeRule;
    this.targetBeforeRule = kept.targetBeforeRule;
  }

  /** Writes the name asked so far as an owner; returns its end. The client's own name is always where the question is. */
  #appendAsked(asked: Uint8Array, askedLength: number, start: number): number {
    const { links } = this;
    if (this.linkCount === 0) {
      writeUint16(links, start, POINTER_TO_QUESTION);
      return start + POINTER_BYTES;
    }
    for (let i = 0; i < askedLength; i++) links[start + i] = asked[i]!;
    return start + askedLength;
  }
}

/** Whether the uncompressed name of `length` octets at `start` of `octets` is this one. */
function isNameAt(octets: Uint8Array, start: number, length: number, name: Uint8Array, nameLength: number): boolean {
  return sameName(octets.subarray(start, start + length), length, name, nameLength);
}
