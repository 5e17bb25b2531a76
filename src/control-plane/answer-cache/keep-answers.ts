// Keeps the cache's answers over a restart where the settings say so: read at start, written now and then and at a clean stop. Where
// they do not, a file of earlier times is removed, since it holds the names that were asked for.

import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../memory/monotonic-clock.ts';
import type { Settings } from '../settings/settings.ts';
import type { Moment } from './kept-file.ts';
import { NamesNotKept } from './names-not-kept.ts';
import { restoreKeptAnswers } from './restore-kept-answers.ts';
import { fingerprintOfAsked, type WhoIsAsked } from './who-is-asked.ts';
import { type WriteLimits, writeKeptAnswers } from './write-kept-answers.ts';

export const KEPT_ANSWERS_FILE = 'answers.cache';
const INTERVAL_MILLISECONDS = 600_000;

/** What a start waits for: so many small answers were read in half a second on a busy machine of two cores (bench/cache/kept-answers.ts). */
export const KEPT_LIMITS: WriteLimits = { fileBytes: 16_000_000, answers: 50_000 };

export interface KeepAnswersOptions {
  readonly settings: Pick<Settings, 'cache' | 'stateDirectory'> & WhoIsAsked;
  readonly cache: SharedArrayBuffer;
  readonly hashKey: Uint8Array;
  readonly clock: Clock;
  /** A number that grows whenever an answer is stored: what has not changed is not written again. */
  changes(): number;
  log(level: 'info' | 'warn', message: string): void;
  readonly moment?: () => Moment;
  readonly limits?: WriteLimits;
}

export class AnswerKeeper {
  readonly #options: KeepAnswersOptions;
  readonly #path: string;
  readonly #limits: WriteLimits;
  readonly #moment: () => Moment;
  readonly #notKept: NamesNotKept;
  readonly #asked: Uint8Array;
  #writtenChanges = 0;
  /** How often answers were taken out of the cache, and how many of those times lie before the last write. */
  #flushes = 0;
  #writtenFlushes = 0;
  #hasFailed = false;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: KeepAnswersOptions) {
    this.#options = options;
    this.#path = join(options.settings.stateDirectory, KEPT_ANSWERS_FILE);
    this.#limits = options.limits ?? KEPT_LIMITS;
    this.#moment = options.moment ?? thisMoment;
    const { zones, cache } = options.settings;
    // What a resolver of the local network says of private names is nobody's business on a disk.
    this.#notKept = new NamesNotKept([...zones.map(({ name }) => name), ...cache.exclude]);
    this.#asked = fingerprintOfAsked(options.settings);
  }

  /** Reads what an earlier run left. Never rejects. */
  async restore(): Promise<void> {
    const { settings, cache, hashKey, log } = this.#options;
    await this.#removeScraps();
    if (!settings.cache.persist) return;
    const restored = await restoreKeptAnswers(this.#path, this.#now(), {
      cache,
      hashKey,
      settings: settings.cache.rules,
      notKept: this.#notKept,
      asked: this.#asked,
      fileBytesMax: this.#limits.fileBytes * 2,
    });
    if (restored === undefined) return;
    if ('wrong' in restored) log('warn', `${this.#path} ${restored.wrong}; starting with an empty cache`);
    else if ('isOfOthers' in restored)
      log('info', `${this.#path} is of other upstreams or other [[zone]] names; starting with an empty cache`);
    else
      log(
        'info',
        `${restored.answers === 1 ? '1 answer of the last run is' : `${restored.answers} answers of the last run are`} in the cache`,
      );
  }

  /** Writes from now on, in the background. */
  start(): void {
    if (!this.#options.settings.cache.persist) return;
    this.#timer = setInterval(() => void this.write(), INTERVAL_MILLISECONDS);
    this.#timer.unref();
  }

  /** Writes a last time, if anything has changed. Never rejects. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#timer !== undefined) await this.write();
  }

  /**
   * Answers were taken out of the cache: resolves as soon as no file has them, or to false if the file cannot be removed. What is left
   * is written in the background. Never rejects.
   */
  forgetFile(): Promise<boolean> {
    if (!this.#options.settings.cache.persist) return Promise.resolve(true);
    // Tells a write under way, which may have read them, to give up: it is over soon.
    this.#flushes++;
    const removal = this.#writing.then(() => this.#remove());
    this.#writing = removal.then(() => this.#write());
    return removal;
  }

  /** One write at a time; failures are said once, until one succeeds. Never rejects. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const { settings, cache, hashKey } = this.#options;
    const changes = this.#options.changes();
    // Before the first answer is read: a flush from here on may come too late for this write.
    const flushes = this.#flushes;
    if (changes === this.#writtenChanges && flushes === this.#writtenFlushes) return;
    try {
      const written = await writeKeptAnswers(this.#path, this.#now(), {
        cache,
        hashKey,
        staleSeconds: settings.cache.rules.staleSeconds,
        notKept: this.#notKept,
        asked: this.#asked,
        limits: this.#limits,
        isGivenUp: () => this.#flushes !== flushes,
      });
      if (written === undefined) return;
      this.#writtenChanges = changes;
      this.#writtenFlushes = flushes;
      this.#hasFailed = false;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (!this.#hasFailed)
        this.#options.log('warn', `${this.#path} cannot be written (${code ?? message}); answers are not kept`);
      this.#hasFailed = true;
    }
  }

  /** False if the file stays, which the log then tells. */
  async #remove(): Promise<boolean> {
    try {
      await rm(this.#path, { force: true });
      return true;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#options.log(
        'warn',
        `${this.#path} cannot be removed (${code ?? message}); it has answers that were flushed`,
      );
      return false;
    }
  }

  /** What a run that was killed left half-written; and everything, where nothing is to be kept. */
  async #removeScraps(): Promise<void> {
    const { settings, log } = this.#options;
    const unwanted = settings.cache.persist ? /^answers\.cache\..*\.new$/ : /^answers\.cache(?:\..*\.new)?$/;
    try {
      for (const name of await readdir(settings.stateDirectory))
        if (unwanted.test(name)) await rm(join(settings.stateDirectory, name), { force: true });
    } catch (error) {
      log(
        'warn',
        `${settings.stateDirectory}: old answers cannot be removed (${(error as NodeJS.ErrnoException).code})`,
      );
    }
  }

  #now(): { moment: Moment; seconds: number } {
    return { moment: this.#moment(), seconds: Math.floor(this.#options.clock() / 1000) };
  }
}

function thisMoment(): Moment {
  return { wallMilliseconds: Date.now(), upSeconds: uptime(), boot: bootOctets() };
}

/** Linux: a number that is new with every start of the system. */
function bootOctets(): Uint8Array {
  try {
    const text = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1');
    return Uint8Array.from(Buffer.from(text.replaceAll(/[^0-9a-f]/g, ''), 'hex').subarray(0, 16));
  } catch {
    return new Uint8Array(16);
  }
}
