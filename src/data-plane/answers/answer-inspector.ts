// What an upstream's answer leads a client to that its group may not have: a name behind a CNAME, DNAME or service (cloaking), an
// address that a rule names, or one inside this network (rebinding). The name that was asked is judged before (steps/apply-policy.ts).

import type { AnswerCache, AnswerKey, CachedAnswer } from '../../memory/answer-cache/answer-cache.ts';
import { LocalMatch } from '../../memory/local-names/local-names.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import type { Asker } from '../../policy/asker.ts';
import { ACTION, Decision, decideAddress, decideTarget } from '../../policy/decide.ts';
import type { GroupPolicy } from '../../policy/group-policy.ts';
import { ANSWER_FAULT, AnswerFacts, readAnswer } from '../../wire/answer-reader.ts';
import { targetCount, targetOffset } from '../../wire/answer-targets.ts';
import { HEADER_BYTES, readUint16 } from '../../wire/header.ts';
import { expandName, foldName, NAME_MAX_BYTES, sameName, skipName } from '../../wire/name.ts';
import { isWithin } from '../../wire/name-within.ts';
import { TYPE } from '../../wire/numbers.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import type { Answer } from './answer.ts';
import { isOfPublic } from './answer-filing.ts';
import { NOT_FILED, offsetOfFinding } from './filed-finding.ts';
import { forgetGroups, isCleanFor, type KnownGroups, noteCleanFor, noteFindingFor } from './known-groups.ts';
import { readMappedAddress } from '../../policy/mapped-address.ts';
import { PrivateAddresses } from '../../policy/private-addresses.ts';

export const FINDING = {
  CLEAN: 0,
  /** By a rule: `decision` says which, about `name`. */
  RULE: 1,
  /** A public name that points into this network. */
  PRIVATE_ADDRESS: 2,
  /** More addresses than are looked at, for a group that obeys rules about addresses. */
  TOO_MANY_ADDRESSES: 3,
  /** The answer cannot be read. */
  UNREADABLE: 4,
} as const;
export type Finding = (typeof FINDING)[keyof typeof FINDING];

/** One per thread. */
export class AnswerInspector {
  /** Of the answer about to be inspected: the caller has just read it into this object. */
  readonly facts: AnswerFacts = new AnswerFacts();
  /** Of the finding RULE: valid, with the next three, until the next inspection. */
  readonly decision: Decision = new Decision();
  /** Lower-case wire name that the rule is about, or leads to the address that it is about. */
  readonly name: Uint8Array<ArrayBuffer> = new Uint8Array(NAME_MAX_BYTES + 1);
  nameLength = 0;
  readonly hasher: NameHasher;
  readonly #inForce: PolicyInForce;
  readonly #local = new LocalMatch();
  readonly #address = new Uint8Array(16);
  readonly #privateAddresses = new PrivateAddresses();
  /** Stands for a group, in what no rule about single clients has a say in. */
  readonly #groupAlone = { clientAddress: new Uint8Array(16), clientId: '', groupIndex: 0 } satisfies Asker;
  /** The type that is asked for. */
  #type = 0;
  /** For one who asks over a stream: rules that want one have nothing against the answer. */
  #isOverStream = false;
  /** Such a rule was met: what was found holds for streams alone. */
  #isForStreamsOnly = false;
  /** Where the name stands that the finding RULE is about, 0 for an address. */
  #foundAt = 0;

  constructor(inForce: PolicyInForce, hashKey: Uint8Array) {
    this.#inForce = inForce;
    this.hasher = new NameHasher(hashKey);
  }

  /** Of the finding RULE: the address of the answer that the rule is about, 16 octets; undefined where it is about a name. */
  get addressFound(): Uint8Array | undefined {
    return this.#foundAt === 0 ? this.#address : undefined;
  }

  /** For a fresh answer that has just been read into `facts`: notes whether the group that asked may have it. */
  inspectFor(groupIndex: number, answer: Answer): void {
    forgetGroups(answer);
    this.#groupAlone.groupIndex = groupIndex;
    const finding = this.#inspect(answer.message, answer.length, this.#groupAlone, false, isOfPublic(answer.question));
    this.#note(answer, groupIndex, finding);
  }

  /** For a fresh answer and one who has waited for it. */
  findInFresh(answer: Answer, asker: Asker, isOverStream: boolean): Finding {
    if (isCleanFor(answer, asker.groupIndex)) return FINDING.CLEAN;
    if (readAnswer(answer.message, answer.length, this.facts) !== ANSWER_FAULT.NONE) return FINDING.UNREADABLE;
    return this.#inspect(answer.message, answer.length, asker, isOverStream, isOfPublic(answer.question));
  }

  /** For an answer that was found in the cache, under `key`. */
  findInCached(cached: CachedAnswer, key: AnswerKey, asker: Asker, isOverStream: boolean): Finding {
    if (this.isKnownClean(cached, asker.groupIndex)) return FINDING.CLEAN;
    if (readAnswer(cached.message, cached.messageLength, this.facts) !== ANSWER_FAULT.NONE) return FINDING.UNREADABLE;
    return this.#inspect(cached.message, cached.messageLength, asker, isOverStream, isOfPublic(key));
  }

  /** The same for a hit: what is learnt is filed, so that the next hit need not look, or not for long. */
  findInHit(cached: CachedAnswer, key: AnswerKey, asker: Asker, isOverStream: boolean, cache: AnswerCache): Finding {
    if (this.isKnownClean(cached, asker.groupIndex)) return FINDING.CLEAN;
    if (this.#isKnownBlocked(cached, asker)) return FINDING.RULE;
    const finding = this.findInCached(cached, key, asker, isOverStream);
    const { policyGeneration } = this.#inForce.live;
    if (cached.policyGeneration !== policyGeneration) forgetGroups(cached);
    cached.policyGeneration = policyGeneration;
    // Another thread may have outdated or renewed it meanwhile.
    if (this.#note(cached, asker.groupIndex, finding)) cache.storeAgain(key, cached);
    return finding;
  }

  isKnownClean(cached: CachedAnswer, groupIndex: number): boolean {
    return cached.policyGeneration === this.#inForce.live.policyGeneration && isCleanFor(cached, groupIndex);
  }

  /** By a rule that was found before: `decision` and `name` are as if it had been found now. */
  #isKnownBlocked({ message, messageLength, policyGeneration, inspection }: CachedAnswer, asker: Asker): boolean {
    const { live } = this.#inForce;
    if (policyGeneration !== live.policyGeneration) return false;
    const offset = offsetOfFinding(inspection, asker.groupIndex);
    if (offset === NOT_FILED) return false;
    this.#readType(message, messageLength);
    return this.#isBlockedAt(message, offset, messageLength, live.groups[asker.groupIndex]!, asker);
  }

  /** What has just been found, as far as it holds for all of the group. False if nothing was noted. */
  #note(answer: KnownGroups, groupIndex: number, finding: Finding): boolean {
    if (this.#hungOnClient || this.#isForStreamsOnly) return false;
    if (finding === FINDING.CLEAN) return noteCleanFor(answer, groupIndex);
    if (finding !== FINDING.RULE || this.#foundAt === 0 || wantsStream(this.decision)) return false;
    return noteFindingFor(answer, groupIndex, this.#foundAt);
  }

  #inspect(message: Uint8Array, length: number, asker: Asker, isOverStream: boolean, isOfPublicName: boolean): Finding {
    const { live, policy } = this.#inForce;
    const group = live.groups[asker.groupIndex]!;
    policy.lists.conditions.hungOnClient = false;
    policy.rules.conditions.hungOnClient = false;
    this.#isOverStream = isOverStream;
    this.#isForStreamsOnly = false;
    this.#foundAt = 0;
    this.#readType(message, length);
    if (this.#leadsToBlockedName(message, length, group, asker)) return FINDING.RULE;
    const finding = this.#findInAddresses(message, length, group, asker);
    if (finding !== FINDING.CLEAN) return finding;
    if (!group.rebindingProtection || !this.#pointsInside(message)) return FINDING.CLEAN;
    return this.#mayPointInside(message, length, isOfPublicName) ? FINDING.CLEAN : FINDING.PRIVATE_ADDRESS;
  }

  get #hungOnClient(): boolean {
    const { lists, rules } = this.#inForce.policy;
    return lists.conditions.hungOnClient || rules.conditions.hungOnClient;
  }

  #leadsToBlockedName(message: Uint8Array, length: number, group: GroupPolicy, asker: Asker): boolean {
    const { facts } = this;
    const count = targetCount(facts);
    for (let i = 0; i < count; i++)
      if (this.#isBlockedAt(message, targetOffset(facts, i), length, group, asker)) return true;
    return false;
  }

  #isBlockedAt(message: Uint8Array, offset: number, length: number, group: GroupPolicy, asker: Asker): boolean {
    // Longer than a name can be: nobody can follow it.
    if (!this.#readName(message, offset, length)) return false;
    const { name, nameLength, hasher, decision } = this;
    decideTarget(this.#inForce.policy, group, asker, name, nameLength, this.#type, hasher, decision);
    this.#foundAt = offset;
    return this.#isBlock();
  }

  /** Whether `decision` keeps the answer back. */
  #isBlock(): boolean {
    if (this.decision.action !== ACTION.BLOCK) return false;
    if (!this.#isOverStream || !wantsStream(this.decision)) return true;
    this.#isForStreamsOnly = true;
    return false;
  }

  #findInAddresses(message: Uint8Array, length: number, group: GroupPolicy, asker: Asker): Finding {
    const { policy } = this.#inForce;
    const { facts, decision, hasher, name } = this;
    this.#foundAt = 0;
    if (facts.addressCount === 0) return FINDING.CLEAN;
    if (this.#inForce.obeyAddressRules[asker.groupIndex] === 0) return FINDING.CLEAN;
    if (!this.#readName(message, HEADER_BYTES, length)) return FINDING.CLEAN;
    for (let i = 0; i < facts.addressCount; i++) {
      this.#readAddress(message, i);
      decideAddress(policy, group, asker, this.#address, name, this.nameLength, this.#type, hasher, decision);
      if (this.#isBlock() && !this.#leadsBack()) return FINDING.RULE;
    }
    // Nobody honest sends more, and what was not looked at is not trusted.
    return facts.hasMoreAddresses ? FINDING.TOO_MANY_ADDRESSES : FINDING.CLEAN;
  }

  /** The rule about an address leads to the very name that has it, which is answered as it is. */
  #leadsBack(): boolean {
    const { response } = this.decision;
    return response?.kind === 'alias' && sameName(this.name, this.nameLength, response.target, response.target.length);
  }

  #pointsInside(message: Uint8Array): boolean {
    const { facts } = this;
    const { dns64 } = this.#inForce.live;
    for (let i = 0; i < facts.addressCount; i++) {
      this.#readAddress(message, i);
      if (this.#privateAddresses.has(this.#address, dns64)) return true;
    }
    return facts.hasMoreAddresses;
  }

  /** A resolver of the local network answered, whose addresses these are, or the operator says that the name may. */
  #mayPointInside(message: Uint8Array, length: number, isOfPublicName: boolean): boolean {
    if (!this.#readName(message, HEADER_BYTES, length)) return false;
    const { live, localNames } = this.#inForce;
    for (let i = 0; i < live.rebindingExceptions.length; i++)
      if (isWithin(this.name, live.rebindingExceptions[i]!, this.nameLength)) return true;
    if (isOfPublicName) return false;
    localNames.find(this.name, this.nameLength, TYPE.A, this.hasher, this.#local);
    return this.#local.forwarder >= 0;
  }

  #readAddress(message: Uint8Array, index: number): void {
    const { addressOffsets, addressBytes } = this.facts;
    readMappedAddress(message, addressOffsets[index]!, addressBytes[index]!, this.#address);
  }

  #readType(message: Uint8Array, length: number): void {
    const nameEnd = skipName(message, HEADER_BYTES, length);
    this.#type = nameEnd < 0 || nameEnd + 2 > length ? 0 : readUint16(message, nameEnd);
  }

  /** Into `name`, folded, and the hasher; false if there is none. */
  #readName(message: Uint8Array, offset: number, length: number): boolean {
    const nameLength = expandName(message, offset, length, this.name);
    if (nameLength < 0) return false;
    foldName(this.name, nameLength);
    this.hasher.hash(this.name, nameLength);
    this.nameLength = nameLength;
    return true;
  }
}

function wantsStream({ response }: Decision): boolean {
  return response?.kind === 'truncate';
}
