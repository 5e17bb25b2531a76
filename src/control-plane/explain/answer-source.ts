// The answer that clients of a running gateway get at the moment: out of its cache, or else asked of whom they would be asked. Main thread.

import { AnswerCache, CachedAnswer } from '../../memory/answer-cache/answer-cache.ts';
import { CONTROL_PLANE_OWNER } from '../../memory/answer-cache/flush.ts';
import { variantOfUpstreams } from '../../memory/answer-cache/upstream-variant.ts';
import type { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import {
  blockingUpstreamOf,
  blockingUpstreamsAmong,
  isUpstreamBlock,
  NO_UPSTREAM_BLOCK,
  upstreamBlockIn,
} from '../../policy/upstream-block.ts';
import { createUpstream } from '../../upstream/create-upstream.ts';
import type { AnswersQuestions } from '../../upstream/upstream.ts';
import type { UpstreamSettings } from '../../upstream/upstream-settings.ts';
import { ANSWER_FAULT, AnswerFacts, readAnswer } from '../../wire/answer-reader.ts';
import { CLASS } from '../../wire/numbers.ts';
import { buildQuery } from '../../wire/query-builder.ts';

export interface AnswerWanted {
  /** Lower-case wire name, as last given to `hasher`. */
  readonly name: Uint8Array;
  readonly hasher: NameHasher;
  readonly type: number;
  /** Of the client's group: indexes into the settings' upstreams; undefined: all, and for the names of a [[zone]]. */
  readonly upstreams: readonly number[] | undefined;
  /** For one who does not get the names of this network: zones are not asked. */
  readonly isOutsider: boolean;
}

export interface FoundAnswer {
  readonly message: Uint8Array;
  /** In words, where it comes from. */
  readonly from: string;
  /** The upstream whose own filter withholds the true one; left out where none does. */
  readonly blockedBy?: string;
}

export interface AnswerSourceParts {
  readonly answerCache: SharedArrayBuffer;
  /** Of the cache's clock. */
  readonly nowSeconds: () => number;
  /** Zones of this network at their resolvers, everything else of the upstream. */
  readonly inside: AnswersQuestions;
  readonly upstream: AnswersQuestions;
  readonly upstreams: readonly UpstreamSettings[];
}

/** An NXDOMAIN is filed for all types of its name. */
const EVERY_TYPE = 0;
/** Of AnswerKey.variant: without and with DO. */
const VARIANTS_OF_ASKERS = [0, 1] as const;

export class AnswerSource {
  readonly #parts: AnswerSourceParts;
  readonly #blocking: readonly string[];

  constructor(parts: AnswerSourceParts) {
    this.#parts = parts;
    this.#blocking = blockingUpstreamsAmong(parts.upstreams);
  }

  /** A sentence where there is none. Never rejects. */
  async find(wanted: AnswerWanted): Promise<FoundAnswer | string> {
    // What others hear of this network's names is kept apart from what it says of them itself.
    const cached = wanted.isOutsider ? undefined : this.#inCache(wanted);
    return cached ?? (await this.#ask(wanted));
  }

  #inCache({ name, hasher, type, upstreams }: AnswerWanted): FoundAnswer | undefined {
    const cache = new AnswerCache(this.#parts.answerCache, CONTROL_PLANE_OWNER);
    const answer = new CachedAnswer();
    const key = {
      ...{ name, nameLength: name.length, class: CLASS.IN },
      ...{ hashLow: hasher.fullLow, hashHigh: hasher.fullHigh },
    };
    const whoIsAsked = variantOfUpstreams(upstreams);
    for (const asker of VARIANTS_OF_ASKERS)
      for (const filedType of [type, EVERY_TYPE])
        if (cache.find({ ...key, type: filedType, variant: asker | whoIsAsked }, this.#parts.nowSeconds(), answer))
          return {
            message: answer.message.slice(0, answer.messageLength),
            from: 'the cache',
            ...this.#blockIn(answer.inspection),
          };
    return undefined;
  }

  async #ask({ name, type, upstreams, isOutsider }: AnswerWanted): Promise<FoundAnswer | string> {
    const question = { name, nameLength: name.length, type, class: CLASS.IN };
    const query = buildQuery({ ...question, dnssecOk: false, checkingDisabled: false });
    const { inside, upstream } = this.#parts;
    const outcome =
      upstreams === undefined
        ? await (isOutsider ? upstream : inside).exchange(query)
        : await this.#askOnly(upstreams, query);
    if (!outcome.ok) return `no answer came from the upstream (${outcome.detail})`;
    const { message, server } = outcome;
    return { message, from: server, ...this.#blockIn(this.#inspect(message, server)) };
  }

  /** What the query pipeline would file beside it. */
  #inspect(message: Uint8Array, server: string): number {
    const facts = new AnswerFacts();
    if (readAnswer(message, message.length, facts) !== ANSWER_FAULT.NONE) return NO_UPSTREAM_BLOCK;
    return upstreamBlockIn(server, facts, this.#blocking);
  }

  #blockIn(inspection: number): Pick<FoundAnswer, 'blockedBy'> {
    const server = isUpstreamBlock(inspection) ? this.#blocking[blockingUpstreamOf(inspection)] : undefined;
    return server === undefined ? {} : { blockedBy: server };
  }

  /** Over a connection of its own. */
  async #askOnly(upstreams: readonly number[], query: Uint8Array) {
    const chosen = this.#parts.upstreams.filter((_, index) => upstreams.includes(index));
    const upstream = createUpstream(chosen, { onEvent: () => undefined });
    try {
      return await upstream.exchange(query);
    } finally {
      await upstream.close();
    }
  }
}
