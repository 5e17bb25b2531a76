// Writes the cache's answers to a file beside the old one and puts it in its place. Main thread, in small pieces: the query threads
// notice nothing, and between two stripes of the cache everything else has its turn.

import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { EntryWalk } from '../../memory/answer-cache/entry-walk.ts';
import { appendKept, keptBytes } from './kept-answer.ts';
import { BLOCK_HEAD_BYTES, encodeHeader, type Moment, sealBlock } from './kept-file.ts';
import type { NamesNotKept } from './names-not-kept.ts';
import { OutdatedAnswers } from './outdated-answers.ts';

const BLOCK_BYTES = 262_144;

export interface WriteLimits {
  readonly fileBytes: number;
  readonly answers: number;
}

export interface WriteParts {
  readonly cache: SharedArrayBuffer;
  /** 16 octets, those of the query threads. */
  readonly hashKey: Uint8Array;
  /** Answers that expired longer ago are left out. */
  readonly staleSeconds: number;
  readonly notKept: NamesNotKept;
  /** Fingerprint of who is asked. */
  readonly asked: Uint8Array;
  readonly limits: WriteLimits;
  /** What was read so far must not come into the file any more. */
  isGivenUp(): boolean;
}

export interface Written {
  readonly answers: number;
  readonly bytes: number;
}

/**
 * Answers that were asked for more than once come first, then the others, up to the limits. Undefined where it was given
 * up; rejects with the system's error (ENOSPC …). Both leave the old file and no scrap.
 */
export async function writeKeptAnswers(
  path: string,
  now: { readonly moment: Moment; readonly seconds: number },
  parts: WriteParts,
): Promise<Written | undefined> {
  const scrap = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    // 'wx': a file or link somebody put there is never written through.
    const file = await open(scrap, 'wx', 0o600);
    let written: Written;
    try {
      written = await new KeptWriter(file, now.seconds, parts).write(now.moment);
      if (!parts.isGivenUp()) await file.sync();
    } finally {
      await file.close();
    }
    if (parts.isGivenUp()) {
      await rm(scrap, { force: true });
      return undefined;
    }
    await rename(scrap, path);
    return written;
  } catch (error) {
    await rm(scrap, { force: true });
    throw error;
  }
}

class KeptWriter {
  readonly #file: FileHandle;
  readonly #nowSeconds: number;
  readonly #parts: WriteParts;
  readonly #outdated: OutdatedAnswers;
  readonly #ready: Uint8Array[] = [];
  #block = new Uint8Array(BLOCK_BYTES);
  #end = BLOCK_HEAD_BYTES;
  #inBlock = 0;
  #answers = 0;
  #bytes = 0;

  constructor(file: FileHandle, nowSeconds: number, parts: WriteParts) {
    this.#file = file;
    this.#nowSeconds = nowSeconds;
    this.#parts = parts;
    this.#outdated = new OutdatedAnswers(parts.cache, parts.hashKey);
  }

  async write(moment: Moment): Promise<Written> {
    const { cache, asked, staleSeconds } = this.#parts;
    const walk = new EntryWalk(cache);
    await this.#put(encodeHeader(moment, asked));
    for (const share of ['wanted', 'others'] as const) {
      for (let stripe = 0; stripe < walk.stripeCount && !this.#isFull && !this.#parts.isGivenUp(); stripe++) {
        walk.visitStripe(stripe, share, () => {
          if (walk.answer.expiresAtSeconds > this.#nowSeconds - staleSeconds) this.#add(walk);
        });
        for (const block of this.#ready.splice(0)) await this.#put(block);
        await setImmediate();
      }
    }
    this.#closeBlock();
    for (const block of this.#ready.splice(0)) await this.#put(block);
    const ending = new Uint8Array(BLOCK_HEAD_BYTES);
    sealBlock(ending, BLOCK_HEAD_BYTES, this.#answers);
    await this.#put(ending);
    return { answers: this.#answers, bytes: this.#bytes };
  }

  get #isFull(): boolean {
    const { limits } = this.#parts;
    return this.#answers >= limits.answers || this.#bytes >= limits.fileBytes - BLOCK_BYTES;
  }

  #add({ key, answer }: EntryWalk): void {
    const bytes = keptBytes(key, answer);
    if (bytes === 0 || this.#isFull || this.#parts.notKept.has(key.name, key.nameLength)) return;
    if (this.#outdated.has(key, answer.storedAtSeconds)) return;
    if (this.#end + bytes > this.#block.length) this.#closeBlock();
    this.#end = appendKept(key, answer, this.#nowSeconds, this.#block, this.#end);
    this.#inBlock++;
    this.#answers++;
  }

  #closeBlock(): void {
    if (this.#inBlock === 0) return;
    sealBlock(this.#block, this.#end, this.#inBlock);
    this.#ready.push(this.#block.subarray(0, this.#end));
    this.#bytes += this.#end;
    this.#block = new Uint8Array(BLOCK_BYTES);
    this.#end = BLOCK_HEAD_BYTES;
    this.#inBlock = 0;
  }

  async #put(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) done += (await this.#file.write(bytes, done)).bytesWritten;
  }
}
