// Fills the cache with the answers of an earlier run, as old as they are by now. Main thread, before anything is answered.

import { constants, open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { AnswerCache } from '../../memory/answer-cache/answer-cache.ts';
import { type AnswerKey, CachedAnswer, emptyKey } from '../../memory/answer-cache/cached-answer.ts';
import { CONTROL_PLANE_OWNER } from '../../memory/answer-cache/flush.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { clampTtls } from '../../policy/answer-ttls.ts';
import type { CacheSettings } from '../../policy/cache-settings.ts';
import { AnswerScope, SCOPE } from '../../wire/answer-scope.ts';
import { readAuthorityCount } from '../../wire/header.ts';
import { KeptAnswerReader } from './kept-answer.ts';
import { type Block, elapsedSeconds, type Moment, readKeptFile } from './kept-file.ts';
import type { NamesNotKept } from './names-not-kept.ts';

/** An answer that claims more than that was not written by us. */
const AGE_MAX_SECONDS = 365 * 86_400;
/** The bit of AnswerKey.variant that says that DNSSEC's records were asked for. */
const VARIANT_DNSSEC_OK = 1;

export type Restored =
  | { readonly answers: number }
  /** Nothing is wrong, but others were asked than are today. */
  | { readonly isOfOthers: true }
  /** Why the file is not used, to follow its name. */
  | { readonly wrong: string };

export interface RestoreParts {
  readonly cache: SharedArrayBuffer;
  readonly hashKey: Uint8Array;
  readonly settings: CacheSettings;
  readonly notKept: NamesNotKept;
  /** Fingerprint of who is asked. */
  readonly asked: Uint8Array;
  readonly fileBytesMax: number;
}

/** Undefined if there is no file. Never rejects: whatever is wrong with a file, the gateway starts without it. */
export async function restoreKeptAnswers(
  path: string,
  now: { readonly moment: Moment; readonly seconds: number },
  parts: RestoreParts,
): Promise<Restored | undefined> {
  let bytes: Uint8Array | { readonly wrong: string };
  try {
    bytes = await readBounded(path, parts.fileBytesMax);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : { wrong: `cannot be read (${code ?? message})` };
  }
  if ('wrong' in bytes) return bytes;
  const file = readKeptFile(bytes);
  if ('wrong' in file) return file;
  if (Buffer.compare(file.asked, parts.asked) !== 0) return { isOfOthers: true };
  const elapsed = elapsedSeconds(file.writtenAt, now.moment);
  if (elapsed === undefined) return { wrong: 'was written at a time that is yet to come: the clock was set back' };
  const restore = new Restore(parts, now.seconds, elapsed);
  // All of it is read before any of it is believed.
  for (const isStored of [false, true]) {
    for (const block of file.blocks) {
      if (!restore.take(bytes, block, isStored)) return { wrong: 'holds what is no answer' };
      await setImmediate();
    }
  }
  return { answers: restore.answers };
}

/** Asks what was opened, not its name; without O_NONBLOCK the opening of a pipe would wait for a writer. */
async function readBounded(path: string, bytesMax: number): Promise<Uint8Array | { readonly wrong: string }> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    if (!status.isFile()) return { wrong: 'is not a regular file' };
    if (status.size > bytesMax) return { wrong: `is larger than ${bytesMax} octets` };
    const bytes = new Uint8Array(status.size);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = (await file.read(bytes, length, bytes.length - length)).bytesRead;
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

class Restore {
  answers = 0;
  readonly #cache: AnswerCache;
  readonly #settings: CacheSettings;
  readonly #notKept: NamesNotKept;
  readonly #scope = new AnswerScope();
  readonly #reader: KeptAnswerReader;
  readonly #nowSeconds: number;
  readonly #elapsedSeconds: number;
  readonly #key: AnswerKey = emptyKey();
  readonly #answer = new CachedAnswer();

  constructor({ cache, hashKey, settings, notKept }: RestoreParts, nowSeconds: number, elapsed: number) {
    this.#cache = new AnswerCache(cache, CONTROL_PLANE_OWNER);
    // Of TTLs that were raised once, nobody knows what they were: today's settings only lower.
    this.#settings = { ...settings, minTtlSeconds: 0 };
    this.#notKept = notKept;
    this.#reader = new KeptAnswerReader(new NameHasher(hashKey));
    this.#nowSeconds = nowSeconds;
    this.#elapsedSeconds = elapsed;
  }

  /** Stores the answers of a block, or only looks at them. False if it is not made of answers. */
  take(bytes: Uint8Array, { start, end, answerCount }: Block, isStored: boolean): boolean {
    let at = start;
    for (let left = answerCount; left > 0; left--) {
      at = this.#reader.read(bytes, at, end, this.#key, this.#answer);
      if (at < 0) return false;
      if (isStored) this.#store();
    }
    return at === end;
  }

  #store(): void {
    const answer = this.#answer;
    const lifetimeSeconds = this.#lifetimeToday();
    if (lifetimeSeconds === 0) return;
    const ageSeconds = this.#elapsedSeconds - answer.storedAtSeconds;
    const remainingSeconds = Math.min(answer.expiresAtSeconds - this.#elapsedSeconds, lifetimeSeconds - ageSeconds);
    if (remainingSeconds <= -this.#settings.staleSeconds || ageSeconds > AGE_MAX_SECONDS) return;
    answer.storedAtSeconds = this.#nowSeconds - ageSeconds;
    answer.expiresAtSeconds = this.#nowSeconds + remainingSeconds;
    if (this.#cache.store(this.#key, answer)) this.answers++;
  }

  /** For how long the answer would be kept if it came now, its TTLs written accordingly; 0: not at all. */
  #lifetimeToday(): number {
    const { name, nameLength, variant } = this.#key;
    if (this.#notKept.has(name, nameLength)) return 0;
    const { message } = this.#answer;
    const { facts } = this.#reader;
    const dnssecOk = (variant & VARIANT_DNSSEC_OK) !== 0;
    const isWhole = this.#scope.judge(message, facts, readAuthorityCount(message), dnssecOk) === SCOPE.WHOLE;
    return isWhole && facts.ttlCount === this.#scope.recordCount
      ? clampTtls(message, facts, this.#scope, this.#settings)
      : 0;
  }
}
