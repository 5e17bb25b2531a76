// What the policy finds inside an upstream's answer: a name that is blocked by now, a CNAME chain or service that leads to a
// blocked name (cloaking), or a public name that points into private address space (rebinding). The finding is 32 bits, stored
// beside the cached answer.

import type { CachedAnswer } from '../../memory/answer-cache/answer-cache.ts';
import { LocalMatch } from '../../memory/local-names/local-names.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { AccessList, parseAccessEntry } from '../../policy/access-list.ts';
import { Decision, decide, REASON, type Reason } from '../../policy/decide.ts';
import { ANSWER_FAULT, AnswerFacts, readAnswer } from '../../wire/answer-reader.ts';
import { HEADER_BYTES } from '../../wire/header.ts';
import { extractIpv4, type Ipv4Embedding, WELL_KNOWN_EMBEDDING } from '../../wire/ipv4-embedding.ts';
import { expandName, foldName, NAME_MAX_BYTES } from '../../wire/name.ts';
import { TYPE } from '../../wire/numbers.ts';
import type { PolicyInForce } from '../policy-in-force.ts';

export const CLEAN = 0;
export const PRIVATE_ADDRESS = -1;
/** And below: the upstream blocks (upstream-block.ts). */
export const UPSTREAM_BLOCK = -2;

/** Whether a finding is that of an upstream; nothing that is read again in the answer can change it. */
export function isUpstreamBlock(inspection: number): boolean {
  return inspection <= UPSTREAM_BLOCK;
}

/** A finding that is none of those above: which rule of which source blocks. */
function blockedBy(reason: Reason, source: number): number {
  return ((source + 1) << 8) | reason;
}

export function reasonOf(inspection: number): Reason {
  return (inspection & 0xff) as Reason;
}

export function sourceOf(inspection: number): number {
  return (inspection >>> 8) - 1;
}

/** ::ffff:a.b.c.d: where the mark stands, and the IPv4 address behind it. */
const MAPPED_MARK = 10;
const MAPPED_IPV4 = 12;

/** Who may be answered with whatever the chain leads to: somebody named the name itself. */
const EXPLICITLY_ALLOWED: ReadonlySet<Reason> = new Set([REASON.RULE_ALLOWS, REASON.LIST_ALLOWS, REASON.CLIENT_PROBE]);

/** Who may not be answered at all. */
const BLOCKED_BY_NAME: ReadonlySet<Reason> = new Set([REASON.RULE_BLOCKS, REASON.LIST_BLOCKS, REASON.NOT_ALLOWLISTED]);

/** One per thread. */
export class AnswerInspector {
  /** Of the answer about to be inspected: the caller has just read it into this object. */
  readonly facts: AnswerFacts = new AnswerFacts();
  readonly #inForce: PolicyInForce;
  readonly #hasher: NameHasher;
  readonly #decision = new Decision();
  readonly #local = new LocalMatch();
  readonly #name = new Uint8Array(NAME_MAX_BYTES + 1);
  readonly #address = new Uint8Array(16);
  readonly #ipv4 = new Uint8Array(4);
  readonly #privateAddresses = new AccessList([
    ...rangesOf('loopback'),
    ...rangesOf('private'),
    // Many systems take the unspecified address for their own.
    ...rangesOf('0.0.0.0/8'),
    ...rangesOf('::'),
  ]);

  constructor(inForce: PolicyInForce, hashKey: Uint8Array) {
    this.#inForce = inForce;
    this.#hasher = new NameHasher(hashKey);
  }

  /**
   * The finding for `message`, whose facts stand in `facts`. An answer to an explicitly allowed name is not searched. `isOfPublic`: it
   * came from the upstream, whoever knows the name in this network.
   */
  inspect(message: Uint8Array, length: number, isOfPublic: boolean): number {
    const { facts } = this;
    const asked = this.#decideAt(message, HEADER_BYTES, length);
    // The rule arrived while the question was on its way.
    if (BLOCKED_BY_NAME.has(asked)) return blockedBy(asked, this.#decision.source);
    if (EXPLICITLY_ALLOWED.has(asked)) return CLEAN;
    for (let i = 0; i < facts.cnameCount; i++) {
      const finding = this.#findingAt(message, facts.cnameTargetOffsets[i]!, length);
      if (finding !== CLEAN) return finding;
    }
    // A service may be reached by its hints alone, without anybody asking for the target's address.
    for (let i = 0; i < facts.serviceTargetCount; i++) {
      const finding = this.#findingAt(message, facts.serviceTargetOffsets[i]!, length);
      if (finding !== CLEAN) return finding;
    }
    if (!this.#inForce.live.policy.rebindingProtection || !this.#pointsInside(message)) return CLEAN;
    return !isOfPublic && this.#isOfLocalZone(message, length) ? CLEAN : PRIVATE_ADDRESS;
  }

  /**
   * Brings the finding of a cached answer up to the policy in force; false if the answer cannot be read. That its upstream blocked
   * cannot be read in it, and stays.
   */
  inspectAgain(cached: CachedAnswer, isOfPublic: boolean): boolean {
    if (readAnswer(cached.message, cached.messageLength, this.facts) !== ANSWER_FAULT.NONE) return false;
    const finding = this.inspect(cached.message, cached.messageLength, isOfPublic);
    if (finding !== CLEAN || !isUpstreamBlock(cached.inspection)) cached.inspection = finding;
    cached.policyGeneration = this.#inForce.live.policyGeneration;
    return true;
  }

  /** Whether somebody named the name that `message` answers for, so that nothing it leads to is searched. */
  isAllowedByName(message: Uint8Array, length: number): boolean {
    return EXPLICITLY_ALLOWED.has(this.#decideAt(message, HEADER_BYTES, length));
  }

  /** Of a name that the answer leads to. */
  #findingAt(message: Uint8Array, offset: number, length: number): number {
    const reason = this.#decideAt(message, offset, length);
    const isBlocked = reason === REASON.RULE_BLOCKS || reason === REASON.LIST_BLOCKS;
    return isBlocked ? blockedBy(reason, this.#decision.source) : CLEAN;
  }

  #decideAt(message: Uint8Array, offset: number, length: number): Reason {
    const nameLength = this.#readName(message, offset, length);
    // Longer than a name can be: nobody can follow it.
    if (nameLength < 0) return REASON.NO_RULE;
    const { table, live } = this.#inForce;
    decide(table, live.policy, live.listsComplete, this.#name, nameLength, this.#hasher, this.#decision);
    return this.#decision.reason;
  }

  /** Into `#name`, folded, and the hasher; returns its length, or -1 where there is none. */
  #readName(message: Uint8Array, offset: number, length: number): number {
    const nameLength = expandName(message, offset, length, this.#name);
    if (nameLength < 0) return -1;
    foldName(this.#name, nameLength);
    this.#hasher.hash(this.#name, nameLength);
    return nameLength;
  }

  /** A resolver of the local network answered: private addresses are what it is there for. */
  #isOfLocalZone(message: Uint8Array, length: number): boolean {
    const nameLength = this.#readName(message, HEADER_BYTES, length);
    if (nameLength < 0) return false;
    this.#inForce.localNames.find(this.#name, nameLength, TYPE.A, this.#hasher, this.#local);
    return this.#local.forwarder >= 0;
  }

  #pointsInside(message: Uint8Array): boolean {
    const { facts } = this;
    for (let i = 0; i < facts.addressCount; i++) {
      const offset = facts.addressOffsets[i]!;
      if (facts.addressBytes[i] === 4) this.#setIpv4(message, offset);
      else this.#address.set(message.subarray(offset, offset + 16));
      if (this.#privateAddresses.permits(this.#address)) return true;
      if (facts.addressBytes[i] === 16 && this.#isTranslatedInside()) return true;
    }
    // Nobody honest sends more, and what was not looked at is not trusted.
    return facts.hasMoreAddresses;
  }

  /** Whether a translator would lead the IPv6 address in `#address` to a private IPv4 address. Overwrites it. */
  #isTranslatedInside(): boolean {
    const { dns64 } = this.#inForce.live;
    return this.#embedsPrivate(WELL_KNOWN_EMBEDDING) || (dns64 !== undefined && this.#embedsPrivate(dns64));
  }

  #embedsPrivate(embedding: Ipv4Embedding): boolean {
    if (!extractIpv4(embedding, this.#address, this.#ipv4)) return false;
    this.#setIpv4(this.#ipv4, 0);
    return this.#privateAddresses.permits(this.#address);
  }

  #setIpv4(octets: Uint8Array, offset: number): void {
    this.#address.fill(0, 0, MAPPED_MARK);
    this.#address.fill(0xff, MAPPED_MARK, MAPPED_IPV4);
    for (let i = 0; i < 4; i++) this.#address[MAPPED_IPV4 + i] = octets[offset + i]!;
  }
}

function rangesOf(entry: string) {
  const ranges = parseAccessEntry(entry);
  if (typeof ranges === 'string') throw new Error(ranges);
  return ranges;
}
