// What the control socket says of the answer cache, and how it is flushed.

import { type AnswerCacheUsage, readAnswerCacheUsage } from '../../memory/answer-cache/usage.ts';
import { readCounters } from '../../memory/counters/counters.ts';
import { nameFromInternational } from '../../wire/international-name.ts';
import { foldName } from '../../wire/name.ts';
import { flushAnswers, type Flushed } from '../answer-cache/flush-answers.ts';
import type { Route } from './control-socket.ts';

export interface CacheRouteParts {
  readonly answerCache: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  /** Answers went: what is kept on disk has them still. */
  onFlushed(): void;
}

/** Answer of /v1/cache. */
export interface CacheStatus extends Pick<AnswerCacheUsage, 'entryCount' | 'usedBytes' | 'byteLength'> {
  readonly hits: number;
  /** Questions that were asked upstream for want of an answer, those who waited together counted each. */
  readonly misses: number;
}

/** Answer of /v1/cache/flush. */
export type CacheFlushed = Flushed;

export function cacheRoutes(parts: CacheRouteParts): Readonly<Record<string, Route>> {
  return {
    '/v1/cache': () => {
      const { entryCount, usedBytes, byteLength } = readAnswerCacheUsage(parts.answerCache);
      const rows = readCounters(parts.counters);
      const hits = rows.reduce((sum, row) => sum + row.answersFromCache, 0);
      const misses = rows.reduce((sum, row) => sum + row.answersFromUpstream, 0);
      return { status: 200, body: { entryCount, usedBytes, byteLength, hits, misses } satisfies CacheStatus };
    },
    'POST /v1/cache/flush': async (parameters) => {
      const text = parameters.get('name') ?? '';
      const isAll = parameters.has('all');
      const name = isAll ? undefined : nameFromInternational(text);
      if (isAll ? text !== '' : name === undefined) return { status: 400, error: `"${text}" is not a domain name` };
      if (name !== undefined) foldName(name, name.length);
      const flushed = await flushAnswers(parts.answerCache, { name, isSuffix: parameters.has('suffix') });
      parts.onFlushed();
      return { status: 200, body: flushed satisfies CacheFlushed };
    },
  };
}
