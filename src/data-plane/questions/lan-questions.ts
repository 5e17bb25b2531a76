// What is being asked of resolvers of the local network, and for whom, as all query threads know it together: so that one of them
// notices when such a resolver asks in its turn what it is being asked. Noted in the shared cache, under a variant of its own; what
// could not be noted there costs an exchange its time, no more.

import { type AnswerCache, type AnswerKey, CachedAnswer } from '../../memory/answer-cache/answer-cache.ts';
import { VARIANT_BEING_ASKED } from '../answers/answer-filing.ts';
import { blankKey, turnKeyTo } from '../answers/answer-key.ts';
import type { PendingQuestion } from './pending-question.ts';

/** Longer than an exchange can last: what a thread that died has noted is over by itself. */
const NOTED_SECONDS = 5;
const ADDRESS_BYTES = 16;

/** What it has to know of a zone with a resolver of its own. */
export interface ForwardedZone {
  /** Addresses (16 octets) of its resolvers on other machines. */
  readonly resolversElsewhere: readonly Uint8Array[];
}

export class LanQuestions {
  readonly #cache: AnswerCache;
  readonly #zones: readonly ForwardedZone[];
  readonly #entry = new CachedAnswer();
  readonly #key = blankKey();

  /** `zones`: by number, as local names say them. */
  constructor(cache: AnswerCache, zones: readonly ForwardedZone[]) {
    this.#cache = cache;
    this.#zones = zones;
  }

  /** It is asked now, for the first who waits for it. */
  note({ question, forwarder, waiters: [first] }: PendingQuestion, nowSeconds: number): void {
    if (first === undefined || !this.#canLoop(forwarder)) return;
    this.#entry.message.set(first.clientAddress);
    this.#store(this.#keyOf(question), nowSeconds, nowSeconds + NOTED_SECONDS);
  }

  /** It is answered, or has failed. */
  forget({ question, forwarder }: PendingQuestion, nowSeconds: number): void {
    if (!this.#canLoop(forwarder)) return;
    const key = this.#keyOf(question);
    if (this.#cache.find(key, nowSeconds, this.#entry)) this.#store(key, nowSeconds, nowSeconds);
  }

  /** Whether this name and type are being asked for a client with another address, as far as was noted last. */
  isAskedForAnother(question: AnswerKey, clientAddress: Uint8Array, nowSeconds: number): boolean {
    const { message } = this.#entry;
    if (!this.#cache.find(this.#keyOf(question), nowSeconds, this.#entry)) return false;
    return clientAddress.some((octet, index) => octet !== message[index]);
  }

  #canLoop(forwarder: number): boolean {
    return forwarder >= 0 && this.#zones[forwarder]!.resolversElsewhere.length > 0;
  }

  /** Whatever the bits that askers differ by: a resolver asks with its own. */
  #keyOf(question: AnswerKey): AnswerKey {
    return turnKeyTo(this.#key, question, question.type, VARIANT_BEING_ASKED);
  }

  #store(key: AnswerKey, nowSeconds: number, expiresAtSeconds: number): void {
    this.#entry.becomeNote(ADDRESS_BYTES, nowSeconds, expiresAtSeconds);
    this.#cache.store(key, this.#entry);
  }
}
