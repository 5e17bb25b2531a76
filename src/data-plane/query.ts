// The one value a step sees. Each query thread owns a single Query and reuses it for every message: nothing in it survives
// the call of the handler, and a query that has to wait is copied out first (pending-questions.ts).

import { type AnswerKey, CachedAnswer } from '../memory/answer-cache/answer-cache.ts';
import { LOCAL, LOCAL_FLAG, LocalMatch, type LocalNames } from '../memory/local-names/local-names.ts';
import { NameHasher } from '../memory/name-hash/name-hasher.ts';
import type { Asker } from '../policy/asker.ts';
import { Decision, isByName } from '../policy/decide.ts';
import { DEFAULT_GROUP, type GroupPolicy } from '../policy/group-policy.ts';
import { RCODE } from '../wire/numbers.ts';
import { QueryFacts } from '../wire/query-reader.ts';
import { foldName, NAME_MAX_BYTES, skipName } from '../wire/name.ts';
import { VARIANT_NO_CACHE, VARIANT_OF_OTHERS, withUpstreams } from './answers/answer-filing.ts';
import { Derivation } from './derivation/derivation.ts';
import type { ReplySink } from './listeners/listener.ts';
import type { PolicyInForce } from './policy-in-force.ts';

/** What a step decided. */
export const VERDICT = {
  /** Go on with the next step. */
  PASS: 0,
  /** `reply` holds the answer: skip to the reply steps. */
  REPLY: 1,
  /** Silence. */
  DROP: 2,
  /** The query was copied out and waits for the upstream. */
  WAIT: 3,
  /** What was found leads to another name by a rule about addresses: `asked` asks for that one now (reply-inspected.ts). */
  ELSEWHERE: 4,
} as const;
export type Verdict = (typeof VERDICT)[keyof typeof VERDICT];

/** How an answer came to be; positions are counters, see steps/count.ts. */
export const OUTCOME = {
  /** Also what is well formed, but no question for a gateway (steps/check-question.ts). */
  MALFORMED: 0,
  ACCESS_REFUSED: 1,
  LOCAL: 2,
  BLOCKED: 3,
  NOT_READY: 4,
  CACHE: 5,
  UPSTREAM: 6,
  UPSTREAM_FAILURE: 7,
  /** The upstream's own filter. */
  UPSTREAM_BLOCK: 8,
  STALE: 9,
  KEPT_FAILURE: 10,
} as const;
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

export const NO_TEXT: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** What the OPT record of a reply says (steps/append-edns.ts). */
export interface ReplyOpt {
  /** Full 12-bit RCODE; its upper eight bits go into OPT. */
  rcode: number;
  /** EDE info code, or -1 for none. */
  extendedErrorCode: number;
  /** UTF-8, at most 100 octets by the choice of text. */
  extendedErrorText: Uint8Array;
  /** A second EDE. */
  alsoErrorCode: number;
  alsoErrorText: Uint8Array;
}

export class Query implements Asker {
  /** Where it came from; set by the handler before the first step. */
  sink!: ReplySink;
  returnPath!: object;
  message: Uint8Array = NO_TEXT;
  length = 0;
  /** 16 octets. */
  clientAddress: Uint8Array = NO_TEXT;
  /** From the name in TLS or the path of HTTPS; empty where there is none. */
  clientId = '';
  /** Into the live settings' groups. */
  groupIndex: number = DEFAULT_GROUP;
  nowSeconds = 0;

  /** The question as the client asked it. */
  readonly facts: QueryFacts = new QueryFacts();
  /** The question as cache and upstream get it: kept apart, since rewrites change this one alone. */
  readonly asked: AnswerKey;
  readonly hasher: NameHasher;
  /** What local names say about it; set by answer-locally. */
  readonly local: LocalMatch = new LocalMatch();
  /** How the client's answer is made from the answer to `asked`, where the two are not the same. */
  readonly derivation: Derivation = new Derivation();
  /** Of the policy under which it begins to wait; set by join-pending. */
  policyGeneration = 0;
  /** How often other rules have led it another way while it waited. */
  askedAnew = 0;
  readonly #otherName = new Uint8Array(NAME_MAX_BYTES + 1);
  readonly decision: Decision = new Decision();
  readonly cached: CachedAnswer = new CachedAnswer();

  /** The answer so far: ours is built here, and here the cache copies what it found. */
  readonly reply: Uint8Array<ArrayBuffer> = this.cached.message;
  replyLength = 0;
  /** The answer was made for somebody else's identical question: ID, flags and letter case are still to be restored. */
  replyIsRelayed = false;
  outcome: Outcome = OUTCOME.LOCAL;
  readonly opt: ReplyOpt = {
    rcode: 0,
    extendedErrorCode: -1,
    extendedErrorText: NO_TEXT,
    alsoErrorCode: -1,
    alsoErrorText: NO_TEXT,
  };
  /** Where OPT begins in `reply`; valid behind append-edns, if the query had one. */
  optStart = 0;
  /** The client showed a cookie that we gave to its address: it is no spoofed one. */
  hasValidCookie = false;

  constructor(hashKey: Uint8Array) {
    this.hasher = new NameHasher(hashKey);
    this.asked = { name: this.facts.name, nameLength: 0, type: 0, class: 0, variant: 0, hashLow: 0, hashHigh: 0 };
  }

  /** Readies the object for the next message. */
  begin(
    sink: ReplySink,
    returnPath: object,
    message: Uint8Array,
    length: number,
    clientAddress: Uint8Array,
    nowSeconds: number,
  ): void {
    this.sink = sink;
    this.returnPath = returnPath;
    this.message = message;
    this.length = length;
    this.clientAddress = clientAddress;
    this.clientId = '';
    this.groupIndex = DEFAULT_GROUP;
    this.nowSeconds = nowSeconds;
    this.replyLength = 0;
    this.replyIsRelayed = false;
    // Of the query before: some replies are made before this one's question is known.
    this.asked.type = 0;
    this.asked.nameLength = 0;
    this.asked.variant = 0;
    this.local.flags = 0;
    this.local.forwarder = -1;
    this.local.aliasLength = 0;
    this.derivation.isInUse = false;
    this.askedAnew = 0;
    this.outcome = OUTCOME.LOCAL;
    this.opt.rcode = RCODE.NOERROR;
    this.opt.extendedErrorCode = -1;
    this.opt.extendedErrorText = NO_TEXT;
    this.opt.alsoErrorCode = -1;
    this.hasValidCookie = false;
  }

  /** Looks up what is said of the name that is asked: `local`, and whether its answers are kept. Returns the names it was found in. */
  findLocally(inForce: PolicyInForce): LocalNames {
    const names = this.#findInTables(inForce);
    if ((this.local.flags & LOCAL_FLAG.NO_CACHE) !== 0) this.asked.variant |= VARIANT_NO_CACHE;
    if (inForce.upstreamVariants !== undefined) this.#fileByUpstreams(inForce.upstreamVariants);
    return names;
  }

  /** Answers of different upstreams are kept apart; a zone with a resolver of its own has none of them. */
  #fileByUpstreams(variants: Int32Array): void {
    const { asked, local, groupIndex } = this;
    asked.variant = withUpstreams(asked.variant, local.forwarder < 0 ? variants[groupIndex]! : 0);
  }

  #findInTables(inForce: PolicyInForce): LocalNames {
    const { asked, local, hasher } = this;
    const { localNames, namesForOthers } = inForce;
    localNames.find(asked.name, asked.nameLength, asked.type, hasher, local);
    if (namesForOthers === undefined || isUnknown(local)) return localNames;
    if (inForce.access.localNames.permits(this.clientAddress)) return localNames;
    // Where the public has something of this name too, neither side ever hears what is known to the other. What others hear is kept
    // like any answer: if it were not, its TTLs would tell that the name is one of this network.
    asked.variant |= VARIANT_OF_OTHERS;
    namesForOthers.find(asked.name, asked.nameLength, asked.type, hasher, local);
    return namesForOthers;
  }

  /** What holds for whoever asks. */
  groupOf(inForce: PolicyInForce): GroupPolicy {
    return inForce.live.groups[this.groupIndex]!;
  }

  /**
   * Whether somebody allowed the name by name, or led to it: then its answer is given whatever it leads to. Of the name that was judged
   * last.
   */
  get isAllowedByName(): boolean {
    return (this.derivation.isInUse && this.derivation.isAllowed) || isByName(this.decision);
  }

  /** Nothing is too long for its answers, and rules that want a stream have nothing against them. */
  get isOverStream(): boolean {
    return !this.sink.transport.datagram;
  }

  /** From here on another name is asked: cache and upstream see it, the client does not. */
  askFor(name: Uint8Array, nameLength: number): void {
    const { asked, hasher } = this;
    for (let i = 0; i < nameLength; i++) this.#otherName[i] = name[i]!;
    foldName(this.#otherName, nameLength);
    hasher.hash(this.#otherName, nameLength);
    asked.name = this.#otherName;
    asked.nameLength = nameLength;
    // Said of the name before; of this one it is still to be said.
    asked.variant &= ~(VARIANT_NO_CACHE | VARIANT_OF_OTHERS);
    asked.hashLow = hasher.fullLow;
    asked.hashHigh = hasher.fullHigh;
  }

  /** For the type that the client asked for: under DNS64 it may have been another so far, of the name before. */
  askAsClient(): void {
    this.asked.type = this.facts.type;
    this.derivation.embedding = undefined;
    this.derivation.leavesOutMapped = false;
  }

  /** Back to the name that a rule led on from: what came behind it is forgotten. */
  goBackToRuled(): void {
    const { derivation, facts } = this;
    const { links, ruleStart } = derivation;
    const length = skipName(links, ruleStart, derivation.linksLength) - ruleStart;
    if (derivation.linksBeforeRule === 0) this.askFor(facts.name, facts.nameLength);
    else this.askFor(links.subarray(ruleStart, ruleStart + length), length);
    derivation.forgetRule();
  }

  /** Notes the Extended DNS Error that explains this answer, if the client can read one (RFC 8914). `text`: UTF-8, shared, never written. */
  explain(code: number, text: Uint8Array): void {
    this.opt.extendedErrorCode = code;
    this.opt.extendedErrorText = text;
  }

  /** Notes a second one: a cached failure tells of the cache and of what had failed. */
  explainAlso(code: number, text: Uint8Array): void {
    this.opt.alsoErrorCode = code;
    this.opt.alsoErrorText = text;
  }
}

/** Nothing at all is said of the name, of whatever type: what others hear of it is what everybody hears. */
function isUnknown({ outcome, forwarder, flags, node }: LocalMatch): boolean {
  return outcome === LOCAL.PASS && forwarder < 0 && flags === 0 && node === 0;
}
