// The names the gateway answers itself, as every query thread reads them: found by the hashes of the question's suffixes,
// verified by octets, from the top-level label down. Immutable; allocates nothing.

import { TYPE } from '../../wire/numbers.ts';
import type { NameHasher } from '../name-hash/name-hasher.ts';
import {
  CLIENT_SERVICES,
  EXISTS,
  FLAGS_MASK,
  FLAGS_SHIFT,
  HEADER,
  MAGIC,
  NAME_LENGTH_MASK,
  NODE,
  NODE_WORDS,
  RRSET,
  RRSET_HEAD_BYTES,
  ZONE,
  ZONE_FLAG,
  ZONE_WORDS,
} from './local-names-layout.ts';

/** What is said about the names below a point. */
export const ZONE_KIND = {
  /** Not ours: what has no record here is asked elsewhere. */
  NONE: 0,
  /** What has no record does not exist. */
  ABSENT: 1,
  /** What has no record exists and has no data. */
  NO_DATA: 2,
} as const;
export type ZoneKind = (typeof ZONE_KIND)[keyof typeof ZONE_KIND];

/** Settings of a name and everything below it. */
export const LOCAL_FLAG = {
  /** Answers are neither taken from the cache nor put into it. */
  NO_CACHE: 1,
} as const;

export const LOCAL = {
  /** Not for us to answer. */
  PASS: 0,
  /** Records, or an alias, at `node`. */
  RECORDS: 1,
  NO_DATA: 2,
  NON_EXISTENT: 3,
  /** Only of a finished answer: its aliases lead to `alias`, which is not ours. */
  ALIAS: 4,
  /** Only of a finished answer: its aliases lead nowhere. */
  LOOP: 5,
} as const;
export type LocalOutcome = (typeof LOCAL)[keyof typeof LOCAL];

/** A power of two, and many times the top-level domains that are ours. */
const TOP_LEVEL_BITS = 1024;
const TOP_LEVEL_MASK = TOP_LEVEL_BITS - 1;

/** Reused by the caller. */
export class LocalMatch {
  outcome: LocalOutcome = LOCAL.PASS;
  /** LOCAL_FLAG bits. */
  flags = 0;
  /** Index of the `[[zone]]` whose resolver is asked, -1 for the upstream. */
  forwarder = -1;
  /** The node whose records answer; for explanations also where there are none. */
  node = 0;
  /** Whose SOA a negative answer carries. */
  zone = 0;
  /** The name, folded, that a chain of aliases ends at outside; 0 octets: there is none. */
  readonly alias: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  aliasLength = 0;
  /** CNAME records that lead to it. */
  aliasRecords = 0;
  /** Where the services of a client answer (CLIENT_SERVICES): the octets of its name, in `alias`; else 0. */
  clientNameLength = 0;
  /** Only of a finished answer: where in it the name stands that the chain of aliases ends at. */
  nameAt = 0;
}

const RESOLVER_LABEL = Uint8Array.of(4, 0x5f, 0x64, 0x6e, 0x73);

export class LocalNames {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly octets: Uint8Array<SharedArrayBuffer>;
  readonly #slots: number;
  readonly #slotMask: number;
  readonly #nodes: number;
  readonly #zones: number;
  /** A bit for each hash of a top-level domain that has something of ours, or at least one like it. */
  readonly #topLevels = new Int32Array(TOP_LEVEL_BITS / 32);

  /** `buffer`: made by LocalNamesBuilder in this process. */
  constructor(buffer: SharedArrayBuffer) {
    const words = new Int32Array(buffer);
    if (words[HEADER.MAGIC] !== MAGIC || words[HEADER.BYTE_LENGTH] !== buffer.byteLength)
      throw new RangeError('not a table of local names');
    this.words = words;
    this.octets = new Uint8Array(buffer, words[HEADER.OCTETS]);
    this.#slots = words[HEADER.SLOTS]!;
    this.#slotMask = words[HEADER.SLOT_COUNT]! - 1;
    this.#nodes = words[HEADER.NODES]!;
    this.#zones = words[HEADER.ZONES]!;
    for (let node = 1; node < words[HEADER.NODE_COUNT]!; node++) this.#noteTopLevel(node);
  }

  #noteTopLevel(node: number): void {
    const name = this.nodeWord(node, NODE.NAME);
    if (this.octets[name]! + 2 !== (this.nodeWord(node, NODE.INFO) & NAME_LENGTH_MASK)) return;
    const bit = this.nodeWord(node, NODE.HASH) & TOP_LEVEL_MASK;
    this.#topLevels[bit >>> 5]! |= 1 << (bit & 31);
  }

  /** What is known about the name last given to `hasher`. Sets every field of `match`. */
  find(name: Uint8Array, nameLength: number, type: number, hasher: NameHasher, match: LocalMatch): void {
    match.outcome = LOCAL.PASS;
    match.flags = 0;
    match.forwarder = -1;
    match.node = 0;
    match.zone = 0;
    match.aliasLength = 0;
    match.aliasRecords = 0;
    match.clientNameLength = 0;
    const bit = hasher.high[0]! & TOP_LEVEL_MASK;
    // Most names end here: nothing of ours is below their top-level domain.
    if ((this.#topLevels[bit >>> 5]! & (1 << (bit & 31))) !== 0) this.#walk(name, nameLength, type, hasher, match);
  }

  #walk(name: Uint8Array, nameLength: number, type: number, hasher: NameHasher, match: LocalMatch): void {
    const { labelCount } = hasher;
    // The root: what was looked at is left from another name.
    if (labelCount === 0) return;
    let next = this.#nodeOf(hasher.high[0]!, name, hasher.suffixOffset[0]!, nameLength);
    if (next === 0) return;
    let node = 0;
    let above = 0;
    let encloser = 0;
    let depth = 0;
    while (next !== 0) {
      above = node;
      node = next;
      if ((this.nodeWord(node, NODE.INFO) & EXISTS) !== 0) encloser = node;
      if (++depth === labelCount) break;
      next = this.#nodeOf(hasher.high[depth]!, name, hasher.suffixOffset[depth]!, nameLength);
    }
    const zone = this.nodeWord(node, NODE.ZONE);
    match.flags = (this.nodeWord(node, NODE.INFO) >>> FLAGS_SHIFT) & FLAGS_MASK;
    match.zone = zone;
    match.forwarder = this.zoneWord(zone, ZONE.FORWARDER);
    const isWhole = depth === labelCount && next !== 0;
    if (isWhole && type === TYPE.DS && this.#isAskedAtParent(zone, nameLength)) {
      this.#askAtParent(this.nodeWord(above, NODE.ZONE), match);
      return;
    }
    // What stands alone answers for its own type, whatever is said of its name.
    if (isWhole && this.rrsetOf(node, type) !== 0) {
      match.node = node;
      match.outcome = LOCAL.RECORDS;
    } else if (isWhole && encloser === node) this.#answerFrom(node, zone, type, match);
    else if (!isWhole && this.#isOfClient(depth < labelCount - 1 ? node : above, labelCount - depth, name, type)) {
      match.node = this.nodeWord(depth < labelCount - 1 ? node : above, NODE.WILDCARD);
      match.outcome = LOCAL.RECORDS;
      match.clientNameLength = nameLength - RESOLVER_LABEL.length;
      for (let i = 0; i < match.clientNameLength; i++) match.alias[i] = name[RESOLVER_LABEL.length + i]!;
    } else {
      // RFC 4592 section 3.3.1; an encloser in another zone lies beyond a cut.
      const wildcard = this.nodeWord(encloser, NODE.WILDCARD);
      const isOurs = wildcard !== 0 && (this.nodeWord(wildcard, NODE.INFO) & EXISTS) !== 0;
      if (isOurs && this.nodeWord(encloser, NODE.ZONE) === zone) this.#answerFrom(wildcard, zone, type, match);
      else match.outcome = this.#outcomeOfNothing(zone);
    }
  }

  /** Whether `name`, of which at most two labels are not there, is `_dns.ID` below the node (RFC 9461 section 3). */
  #isOfClient(node: number, labelsMissing: number, name: Uint8Array, type: number): boolean {
    if (type !== TYPE.SVCB || labelsMissing > 2) return false;
    const wildcard = this.nodeWord(node, NODE.WILDCARD);
    if (wildcard === 0 || this.rrsetOf(wildcard, CLIENT_SERVICES) === 0) return false;
    for (let i = 0; i < RESOLVER_LABEL.length; i++) if (name[i] !== RESOLVER_LABEL[i]) return false;
    return true;
  }

  #answerFrom(node: number, zone: number, type: number, match: LocalMatch): void {
    match.node = node;
    if (this.nodeWord(node, NODE.RRSETS) === 0) {
      // Something below it exists, so it does (RFC 8020); outside of our zones others may know more.
      match.outcome = this.zoneWord(zone, ZONE.KIND) === ZONE_KIND.NONE ? LOCAL.PASS : LOCAL.NO_DATA;
    } else if (this.rrsetOf(node, type) !== 0 || this.nodeWord(node, NODE.NEXT) !== 0) match.outcome = LOCAL.RECORDS;
    else if (this.zoneWord(zone, ZONE.KIND) === ZONE_KIND.NONE && isOfApex(type)) match.outcome = LOCAL.PASS;
    else match.outcome = LOCAL.NO_DATA;
  }

  #outcomeOfNothing(zone: number): LocalOutcome {
    const kind = this.zoneWord(zone, ZONE.KIND);
    if (kind === ZONE_KIND.NONE) return LOCAL.PASS;
    return kind === ZONE_KIND.ABSENT ? LOCAL.NON_EXISTENT : LOCAL.NO_DATA;
  }

  /** The DS of a zone belongs to the zone above (RFC 4035 section 3.1.4.1). */
  #isAskedAtParent(zone: number, nameLength: number): boolean {
    if (this.zoneWord(zone, ZONE.APEX_LENGTH) !== nameLength) return false;
    return (this.zoneWord(zone, ZONE.FLAGS) & ZONE_FLAG.PARENT_ANSWERS_DS) !== 0;
  }

  /** Of the zone above, which may be ours, or a resolver's of this network: then nobody outside hears of what lies below it. */
  #askAtParent(zone: number, match: LocalMatch): void {
    // What it says of the name, such as NXDOMAIN, holds for no other type of it.
    if (match.forwarder >= 0) match.flags |= LOCAL_FLAG.NO_CACHE;
    match.zone = zone;
    match.forwarder = this.zoneWord(zone, ZONE.FORWARDER);
    if (this.zoneWord(zone, ZONE.KIND) !== ZONE_KIND.NONE) match.outcome = LOCAL.NO_DATA;
  }

  /** Whether a "no" of this zone is a signal to browsers and systems. */
  isCanary(zone: number): boolean {
    return (this.zoneWord(zone, ZONE.FLAGS) & ZONE_FLAG.IS_CANARY) !== 0;
  }

  /** Whether names of this zone are asked only to see whether the question comes here. */
  isCheck(zone: number): boolean {
    return (this.zoneWord(zone, ZONE.FLAGS) & ZONE_FLAG.IS_CHECK) !== 0;
  }

  /** Where the RRset begins among the octets, 0 for none. */
  rrsetOf(node: number, type: number): number {
    let offset = this.nodeWord(node, NODE.RRSETS);
    if (offset === 0) return 0;
    let left = this.octet16(offset);
    offset += 2;
    for (; left > 0; left--) {
      if (this.octet16(offset + RRSET.TYPE) === type) return offset;
      offset +=
        RRSET_HEAD_BYTES + this.octet16(offset + RRSET.ANSWER_BYTES) + this.octet16(offset + RRSET.ADDITIONAL_BYTES);
    }
    return 0;
  }

  nodeWord(node: number, field: number): number {
    return this.words[this.#nodes + node * NODE_WORDS + field]!;
  }

  zoneWord(zone: number, field: number): number {
    return this.words[this.#zones + zone * ZONE_WORDS + field]!;
  }

  octet16(offset: number): number {
    return (this.octets[offset]! << 8) | this.octets[offset + 1]!;
  }

  /** A copy of the node's name; for explanations. */
  nameOf(node: number): Uint8Array<ArrayBuffer> {
    const start = this.nodeWord(node, NODE.NAME);
    return new Uint8Array(this.octets.subarray(start, start + (this.nodeWord(node, NODE.INFO) & NAME_LENGTH_MASK)));
  }

  /** A copy of the apex of a zone, empty for zone 0; for explanations. */
  apexOf(zone: number): Uint8Array<ArrayBuffer> {
    const start = this.zoneWord(zone, ZONE.APEX);
    return new Uint8Array(this.octets.subarray(start, start + this.zoneWord(zone, ZONE.APEX_LENGTH)));
  }

  /** The node of the suffix that begins at `start`, 0 for none. Half of the slots are empty, so the walk ends. */
  #nodeOf(hash: number, name: Uint8Array, start: number, end: number): number {
    const { words, octets } = this;
    for (let slot = hash & this.#slotMask; ; slot = (slot + 1) & this.#slotMask) {
      const node = words[this.#slots + slot]!;
      if (node === 0) return 0;
      const at = this.#nodes + node * NODE_WORDS;
      if (words[at + NODE.HASH] !== hash) continue;
      if ((words[at + NODE.INFO]! & NAME_LENGTH_MASK) !== end - start) continue;
      const own = words[at + NODE.NAME]! - start;
      let same = start;
      while (same < end && octets[own + same] === name[same]) same++;
      if (same === end) return node;
    }
  }
}

/** Types that say where a zone begins: of a name that is no zone of ours, somebody else's to answer. */
function isOfApex(type: number): boolean {
  return type === TYPE.DS || type === TYPE.NS || type === TYPE.SOA || type === TYPE.DNSKEY;
}
