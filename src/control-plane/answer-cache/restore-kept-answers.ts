// Fills the cache with the answers of an earlier run, as old as they are by now. Main thread, before anything is answered.

import { readFile, stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { AnswerCache } from '../../memory/answer-cache/answer-cache.ts';
import { type AnswerKey, CachedAnswer, emptyKey } from '../../memory/answer-cache/cached-answer.ts';
import { CONTROL_PLANE_OWNER } from '../../memory/answer-cache/flush.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import type { CacheSettings } from '../../policy/cache-settings.ts';
import { KeptAnswerReader } from './kept-answer.ts';
import { type Block, elapsedSeconds, type Moment, readKeptFile } from './kept-file.ts';

/** An answer that claims more than that was not written by us. */
const AGE_MAX_SECONDS = 365 * 86_400;

export type Restored =
  | { readonly answers: number }
  /** Why the file is not used, to follow its name. */
  | { readonly wrong: string };

export interface RestoreParts {
  readonly cache: SharedArrayBuffer;
  readonly hashKey: Uint8Array;
  readonly settings: CacheSettings;
  readonly fileBytesMax: number;
}

/** Undefined if there is no file. Never rejects: whatever is wrong with a file, the gateway starts without it. */
export async function restoreKeptAnswers(
  path: string,
  now: { readonly moment: Moment; readonly seconds: number },
  parts: RestoreParts,
): Promise<Restored | undefined> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > parts.fileBytesMax) return { wrong: `is larger than ${parts.fileBytesMax} octets` };
    bytes = await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : { wrong: `cannot be read (${code ?? message})` };
  }
  const file = readKeptFile(bytes);
  if ('wrong' in file) return file;
  const elapsed = elapsedSeconds(file.writtenAt, now.moment);
  if (elapsed === undefined) return { wrong: 'was written at a time that is yet to come: the clock was set back' };
  const restore = new Restore(parts, now.seconds, elapsed);
  for (const block of file.blocks) {
    if (!restore.take(bytes, block)) return { wrong: 'holds what is no answer' };
    await setImmediate();
  }
  return { answers: restore.answers };
}

class Restore {
  answers = 0;
  readonly #cache: AnswerCache;
  readonly #settings: CacheSettings;
  readonly #reader: KeptAnswerReader;
  readonly #nowSeconds: number;
  readonly #elapsedSeconds: number;
  readonly #key: AnswerKey = emptyKey();
  readonly #answer = new CachedAnswer();

  constructor({ cache, hashKey, settings }: RestoreParts, nowSeconds: number, elapsed: number) {
    this.#cache = new AnswerCache(cache, CONTROL_PLANE_OWNER);
    this.#settings = settings;
    this.#reader = new KeptAnswerReader(new NameHasher(hashKey));
    this.#nowSeconds = nowSeconds;
    this.#elapsedSeconds = elapsed;
  }

  /** False if the block is not made of answers. */
  take(bytes: Uint8Array, { start, end, answerCount }: Block): boolean {
    let at = start;
    for (let left = answerCount; left > 0; left--) {
      at = this.#reader.read(bytes, at, end, this.#key, this.#answer);
      if (at < 0) return false;
      this.#store();
    }
    return at === end;
  }

  #store(): void {
    const answer = this.#answer;
    const ageSeconds = this.#elapsedSeconds - answer.storedAtSeconds;
    const remainingSeconds = Math.min(answer.expiresAtSeconds - this.#elapsedSeconds, this.#settings.maxTtlSeconds);
    if (remainingSeconds <= -this.#settings.staleSeconds || ageSeconds > AGE_MAX_SECONDS) return;
    answer.storedAtSeconds = this.#nowSeconds - ageSeconds;
    answer.expiresAtSeconds = this.#nowSeconds + remainingSeconds;
    if (this.#cache.store(this.#key, answer)) this.answers++;
  }
}
