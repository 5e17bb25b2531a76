// What the control socket says of the answer cache, and how it is flushed.

import type { FlushTarget } from '../../memory/answer-cache/flush.ts';
import { type AnswerCacheUsage, readAnswerCacheUsage } from '../../memory/answer-cache/usage.ts';
import { type CounterName, readCounters } from '../../memory/counters/counters.ts';
import { nameFromInternational } from '../../wire/international-name.ts';
import { foldName } from '../../wire/name.ts';
import { type Flushed, flushAnswers } from '../answer-cache/flush-answers.ts';
import type { Route } from './control-socket.ts';

const MISSES: readonly CounterName[] = ['answersFromUpstream', 'upstreamFailures', 'answersStale', 'failuresFromCache'];
const WORDS: ReadonlySet<string> = new Set(['name', 'suffix', 'all']);
const ALLOWED = 'allowed: name=NAME, name=NAME&suffix, or all';

export interface CacheRouteParts {
  readonly answerCache: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  /** Answers went: what is kept on disk has them still. Resolves when it has them no longer, or to false if they stay there. */
  onFlushed(): Promise<boolean>;
}

/** Answer of /v1/cache. */
export interface CacheStatus extends Pick<AnswerCacheUsage, 'entryCount' | 'usedBytes' | 'byteLength'> {
  readonly hits: number;
  /**
   * Questions for which there was no fresh answer, whatever became of them: answered by the upstream, by an expired answer, or not
   * at all. Those who waited together are counted each.
   */
  readonly misses: number;
}

/** Answer of /v1/cache/flush. */
export interface CacheFlushed extends Flushed {
  /** The file of `cache.persist` could not be removed. */
  readonly areOnDisk: boolean;
}

export function cacheRoutes(parts: CacheRouteParts): Readonly<Record<string, Route>> {
  return {
    '/v1/cache': () => {
      const { entryCount, usedBytes, byteLength } = readAnswerCacheUsage(parts.answerCache);
      const rows = readCounters(parts.counters);
      const total = (names: readonly CounterName[]): number =>
        rows.reduce((sum, row) => names.reduce((ofRow, name) => ofRow + row[name], sum), 0);
      const hits = total(['answersFromCache']);
      const misses = total(MISSES);
      return { status: 200, body: { entryCount, usedBytes, byteLength, hits, misses } satisfies CacheStatus };
    },
    'POST /v1/cache/flush': async (parameters) => {
      const target = readTarget(parameters);
      if ('error' in target) return { status: 400, error: target.error };
      const flushed = await flushAnswers(parts.answerCache, target);
      // Whoever is told that they went may rely on it, whatever happens to the gateway next.
      const areOnDisk = !(await parts.onFlushed());
      return { status: 200, body: { ...flushed, areOnDisk } satisfies CacheFlushed };
    },
  };
}

/** Nothing is guessed: what is misspelled must not flush more, or something else, than was meant. */
function readTarget(parameters: URLSearchParams): FlushTarget | { readonly error: string } {
  for (const [word, value] of parameters) {
    if (!WORDS.has(word)) return { error: `"${word}" is not known; ${ALLOWED}` };
    if (word !== 'name' && value !== '') return { error: `"${word}" takes no value; ${ALLOWED}` };
    if (parameters.getAll(word).length > 1) return { error: `"${word}" stands there twice; ${ALLOWED}` };
  }
  if (parameters.has('all')) {
    if (parameters.size > 1) return { error: `"all" stands alone; ${ALLOWED}` };
    return { name: undefined, isSuffix: false };
  }
  const text = parameters.get('name');
  if (text === null) return { error: `"name" is missing; ${ALLOWED}` };
  const name = nameFromInternational(text);
  if (name === undefined) return { error: `"${text}" is not a domain name` };
  foldName(name, name.length);
  return { name, isSuffix: parameters.has('suffix') };
}
