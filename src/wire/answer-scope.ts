// Which records of an upstream's answer belong to its question (RFC 5452 section 6, RFC 2181 section 5.4.1): in ANSWER what was asked
// for at QNAME or where its CNAME or DNAME chain leads, in AUTHORITY what speaks of that name's zones, of ADDITIONAL nothing.

import { ANSWER_RECORDS_MAX, type AnswerFacts, CNAME_CHAIN_MAX } from './answer-reader.ts';
import { HEADER_BYTES, readUint16 } from './header.ts';
import { HeldName } from './held-name.ts';
import { NameWork } from './name.ts';
import { NameList } from './name-list.ts';
import { TYPE } from './numbers.ts';
import { QUESTION_FIXED_BYTES } from './resource-record.ts';

export const SCOPE = {
  /** All of ANSWER and AUTHORITY belongs, in the order of the chain. */
  WHOLE: 0,
  /** Some records do not belong, or the chain is out of order: those with a rank are to be copied by rank. */
  PARTS: 1,
  /** A chain that leads back to itself, an answer without a single record that belongs, or names that are too much work. */
  FAULT: 2,
} as const;
export type Scope = (typeof SCOPE)[keyof typeof SCOPE];

/** From a TTL field to the other fields of its record. */
const TYPE_BEFORE_TTL = 4;
const CLASS_BEFORE_TTL = 2;
const RDLENGTH_BEHIND_TTL = 4;
const RDATA_BEHIND_TTL = 6;
/** The signer's name in RDATA of an RRSIG stands behind so many octets (RFC 4034 section 3.1). */
const SIGNER_IN_RRSIG = 18;
/** An answer proves something about a zone or two: that of the alias and that of its target. */
const ZONES_MAX = 4;
/** For one message. All names that fit into 64 KiB without a pointer, written out and compared twice each, stay below. */
export const NAME_WORK_MAX = 262_144;

export const DROPPED = 255;

/** One per thread: reused. */
export class AnswerScope {
  /** Of each record of ANSWER and AUTHORITY: which link of the chain it belongs to, or DROPPED. */
  readonly ranks: Uint8Array<ArrayBuffer> = new Uint8Array(ANSWER_RECORDS_MAX);
  /** Links of the chain, QNAME included: ranks are below. */
  linkCount = 0;
  /** Records of ANSWER and AUTHORITY. */
  recordCount = 0;
  /** Whether ANSWER has what was asked for, at the end of the chain. */
  hasData = false;
  /** What the names of the last message were: no more than NAME_WORK_MAX and those of one record. */
  readonly nameWork: NameWork = new NameWork();
  readonly #held = new HeldName(this.nameWork);
  readonly #chain = new NameList(CNAME_CHAIN_MAX + 1, this.#held);
  /** Position of the CNAME that leads from each name of the chain to the next. */
  readonly #links = new Uint16Array(CNAME_CHAIN_MAX + 1);
  readonly #zones = new NameList(ZONES_MAX, this.#held);
  readonly #signer = new NameList(1, this.#held);
  #message: Uint8Array = new Uint8Array(0);
  #facts!: AnswerFacts;
  #questionType = 0;
  #questionClass = 0;
  #wantsSignatures = false;

  /**
   * Judges the records of `message`, which was just read into `facts` without fault. `dnssecOk`: whether the question had DO; without it
   * signatures and proofs belong only if they were asked for by type (RFC 4035 section 3.2.1). `authorityCount`: NSCOUNT.
   */
  judge(message: Uint8Array, facts: AnswerFacts, authorityCount: number, dnssecOk: boolean): Scope {
    this.#message = message;
    this.#facts = facts;
    this.#questionType = readUint16(message, facts.questionEnd - QUESTION_FIXED_BYTES);
    this.#questionClass = readUint16(message, facts.questionEnd - 2);
    this.#wantsSignatures = dnssecOk;
    this.recordCount = facts.answerCount + authorityCount;
    this.hasData = false;
    this.#held.begin();
    if (!this.#followChain()) return SCOPE.FAULT;
    this.linkCount = this.#chain.count;
    const { answerCount } = facts;
    let isWhole = true;
    let highest = 0;
    let keptCount = 0;
    for (let index = 0; index < answerCount; index++) {
      const rank = this.#rankOfAnswer(index);
      if (this.nameWork.octets > NAME_WORK_MAX) return SCOPE.FAULT;
      this.ranks[index] = rank;
      if (rank < highest || rank === DROPPED) isWhole = false;
      if (rank === DROPPED) continue;
      highest = rank;
      keptCount++;
    }
    const hasSoa = this.#judgeAuthority();
    if (this.nameWork.octets > NAME_WORK_MAX) return SCOPE.FAULT;
    for (let index = answerCount; index < this.recordCount; index++) if (this.ranks[index] === DROPPED) isWhole = false;
    // What was sent speaks of other names alone. Calling that "no such records" would make a statement of what is none.
    if (facts.rcode === 0 && answerCount > 0 && keptCount === 0 && !hasSoa) return SCOPE.FAULT;
    return isWhole ? SCOPE.WHOLE : SCOPE.PARTS;
  }

  /** Where the record at `index` begins. */
  ownerOf(index: number): number {
    return index === 0 ? this.#facts.questionEnd : this.#rdataEnd(index - 1);
  }

  /** Whether the record at `index` is one of those that were asked for, or signs them. */
  isData(index: number): boolean {
    if (index >= this.#facts.answerCount) return false;
    const type = this.#typeOf(index);
    return this.#isAskedFor(type) || (type === TYPE.RRSIG && this.#isAskedFor(this.#coveredBy(index)));
  }

  /** Notes the names of the chain, in whatever order its CNAMEs stand; false if it leads back to itself. */
  #followChain(): boolean {
    const message = this.#message;
    const end = this.#facts.lengthWithoutOpt;
    const chain = this.#chain;
    chain.clear();
    if (!chain.add(message, HEADER_BYTES, end)) return false;
    if (this.#isAskedFor(TYPE.CNAME) || this.#facts.cnameCount === 0) return true;
    for (let from = 0; ; ) {
      const link = this.#linkFrom(chain.count - 1, from);
      if (link < 0) return true;
      const target = this.#rdataOf(link);
      this.#links[chain.count - 1] = link;
      if (chain.indexOf(message, target, end) >= 0 || !chain.add(message, target, end)) return false;
      from = link + 1;
    }
  }

  /** The first CNAME owned by the chain's name at `place`: mostly the record at `from`, else anywhere; -1: none. */
  #linkFrom(place: number, from: number): number {
    const { answerCount, lengthWithoutOpt } = this.#facts;
    for (let step = 0; step < answerCount; step++) {
      const index = (from + step) % answerCount;
      if (this.#typeOf(index) !== TYPE.CNAME || this.#classOf(index) !== this.#questionClass) continue;
      if (this.#chain.indexOf(this.#message, this.ownerOf(index), lengthWithoutOpt, place) >= 0) return index;
    }
    return -1;
  }

  #rankOfAnswer(index: number): number {
    if (this.#classOf(index) !== this.#questionClass) return DROPPED;
    const type = this.#typeOf(index);
    const owner = this.ownerOf(index);
    const end = this.#facts.lengthWithoutOpt;
    if (type === TYPE.DNAME) {
      const rank = this.#rankOfDname(owner, end);
      if (rank === this.linkCount - 1 && this.#isAskedFor(TYPE.DNAME)) this.hasData = true;
      return rank;
    }
    if (type === TYPE.RRSIG && !this.#isAskedFor(TYPE.RRSIG)) return this.#rankOfSignature(index, owner, end);
    const place = this.#chain.indexOf(this.#message, owner, end);
    if (place < 0) return DROPPED;
    if (this.#isAskedFor(type)) {
      if (place === this.linkCount - 1) this.hasData = true;
      return place;
    }
    // Of several CNAMEs of one name, which no name can have, only the one that was followed.
    return type === TYPE.CNAME && place < this.linkCount - 1 && this.#links[place] === index ? place : DROPPED;
  }

  /**
   * A DNAME explains the CNAMEs of names below it (RFC 6672 section 3.1), also one that was asked for by its type; it leads nowhere
   * without one. Or it is itself what was asked for.
   */
  #rankOfDname(owner: number, end: number): number {
    const last = this.linkCount - 1;
    if (this.#isAskedFor(TYPE.DNAME) && this.#chain.indexOf(this.#message, owner, end, last) >= 0) return last;
    const place = this.#chain.firstWithin(this.#message, owner, end);
    if (place < 0) return DROPPED;
    const leadsOn = place < last || (this.#isAskedFor(TYPE.CNAME) && this.#facts.cnameCount > 0);
    return leadsOn ? place : DROPPED;
  }

  #rankOfSignature(index: number, owner: number, end: number): number {
    if (!this.#wantsSignatures) return DROPPED;
    const covered = this.#coveredBy(index);
    if (covered === TYPE.DNAME) return this.#rankOfDname(owner, end);
    if (covered !== TYPE.CNAME && !this.#isAskedFor(covered)) return DROPPED;
    const place = this.#chain.indexOf(this.#message, owner, end);
    return place < 0 ? DROPPED : place;
  }

  /** Ranks of AUTHORITY: behind all links, or DROPPED. True if an SOA is left. */
  #judgeAuthority(): boolean {
    const { answerCount } = this.#facts;
    this.#zones.clear();
    let hasSoa = false;
    for (let index = answerCount; index < this.recordCount && this.nameWork.octets <= NAME_WORK_MAX; index++) {
      const belongs = this.#classOf(index) === this.#questionClass && this.#noteZone(index);
      this.ranks[index] = belongs ? this.linkCount : DROPPED;
      if (belongs && this.#typeOf(index) === TYPE.SOA) hasSoa = true;
    }
    // Once all zones are known: a proof may stand in front of the signature that names its zone.
    for (let index = answerCount; index < this.recordCount && this.nameWork.octets <= NAME_WORK_MAX; index++) {
      if (this.#isProof(index) && this.#classOf(index) === this.#questionClass)
        this.ranks[index] = this.#rankOfProof(index);
    }
    return hasSoa;
  }

  /** Whether the record speaks of a zone above the question; NSEC, NSEC3 and their signatures are left for later. */
  #noteZone(index: number): boolean {
    const type = this.#typeOf(index);
    if (type === TYPE.RRSIG) {
      if (!this.#wantsSignatures) return false;
      if (this.#isProof(index)) this.#noteSigner(index);
      const covered = this.#coveredBy(index);
      return isAboutZone(covered) && this.#noteZoneAt(this.ownerOf(index), this.#firstLinkOf(covered));
    }
    if (!isAboutZone(type) || (type === TYPE.DS && !this.#wantsSignatures)) return false;
    return this.#noteZoneAt(this.ownerOf(index), this.#firstLinkOf(type));
  }

  /** The zone that a signed proof is of, which its owner must lie in. */
  #noteSigner(index: number): void {
    const end = this.#facts.lengthWithoutOpt;
    const offset = this.#rdataOf(index) + SIGNER_IN_RRSIG;
    if (offset >= this.#rdataEnd(index)) return;
    this.#signer.clear();
    const isSound = this.#signer.add(this.#message, offset, end);
    if (isSound && this.#signer.covers(this.#message, this.ownerOf(index), end)) this.#noteZoneAt(offset, 0);
  }

  /** An SOA tells how long the last name of the chain does not exist: that of another zone knows nothing about it. */
  #firstLinkOf(type: number): number {
    return type === TYPE.SOA ? this.linkCount - 1 : 0;
  }

  /** Whether the name at `offset` is that of a zone which may hold a name of the chain, from `firstLink` on. */
  #noteZoneAt(offset: number, firstLink: number): boolean {
    const end = this.#facts.lengthWithoutOpt;
    if (this.#chain.firstWithin(this.#message, offset, end, firstLink) < 0) return false;
    if (this.#zones.indexOf(this.#message, offset, end) < 0) this.#zones.add(this.#message, offset, end);
    return true;
  }

  #rankOfProof(index: number): number {
    const isWanted = this.#wantsSignatures || this.#isAskedFor(this.#typeOf(index));
    const covers = isWanted && this.#zones.covers(this.#message, this.ownerOf(index), this.#facts.lengthWithoutOpt);
    return covers ? this.linkCount : DROPPED;
  }

  /** NSEC, NSEC3, or a signature of one. */
  #isProof(index: number): boolean {
    const type = this.#typeOf(index);
    const about = type === TYPE.RRSIG ? this.#coveredBy(index) : type;
    return about === TYPE.NSEC || about === TYPE.NSEC3;
  }

  #isAskedFor(type: number): boolean {
    return type === this.#questionType || this.#questionType === TYPE.ANY;
  }

  #typeOf(index: number): number {
    return readUint16(this.#message, this.#facts.ttlOffsets[index]! - TYPE_BEFORE_TTL);
  }

  #classOf(index: number): number {
    return readUint16(this.#message, this.#facts.ttlOffsets[index]! - CLASS_BEFORE_TTL);
  }

  #rdataOf(index: number): number {
    return this.#facts.ttlOffsets[index]! + RDATA_BEHIND_TTL;
  }

  #rdataEnd(index: number): number {
    const ttl = this.#facts.ttlOffsets[index]!;
    return ttl + RDATA_BEHIND_TTL + readUint16(this.#message, ttl + RDLENGTH_BEHIND_TTL);
  }

  /** The type that an RRSIG signs; 0 if it is too short to say. */
  #coveredBy(index: number): number {
    const rdata = this.#rdataOf(index);
    return this.#rdataEnd(index) - rdata < 2 ? 0 : readUint16(this.#message, rdata);
  }
}

function isAboutZone(type: number): boolean {
  return type === TYPE.SOA || type === TYPE.NS || type === TYPE.DS;
}
