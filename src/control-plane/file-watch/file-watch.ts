// Tells when a file has changed, however that was done: written in place, replaced by renaming, taken away and put back. The
// directory is watched, since a watch on the file itself would follow the old one; a look each second catches what no event there
// tells, such as a change behind a symbolic link.

import { type BigIntStats, type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

const LOOK_MILLISECONDS = 1_000;
/** A file that is being written is looked at again until it rests, at most this often. */
const SETTLE_MILLISECONDS = 50;
const SETTLE_LOOKS_MAX = 10;

export class FileWatch {
  readonly #paths: readonly string[];
  readonly #directory: string;
  readonly #onChange: () => void;
  readonly #poll: NodeJS.Timeout;
  #watcher: FSWatcher | undefined;
  #watchedDirectory = '';
  #settling: NodeJS.Timeout | undefined;
  #looksLeft = 0;
  /** What was last told, and what was last seen. */
  #told: string;
  #seen: string;

  /**
   * `paths`: a file, and others in its directory that belong to it, whose names begin with its name. `since`: their signature when they
   * were read, if that was before. Keeps no process alive.
   */
  constructor(
    paths: readonly string[],
    onChange: () => void,
    { since, pollMilliseconds = LOOK_MILLISECONDS }: { since?: string | undefined; pollMilliseconds?: number } = {},
  ) {
    this.#paths = paths;
    this.#directory = dirname(paths[0]!);
    this.#onChange = onChange;
    this.#seen = this.#signature();
    this.#told = since ?? this.#seen;
    this.#watch();
    if (this.#told !== this.#seen) this.#soon();
    this.#poll = setInterval(() => {
      this.#watch();
      if (this.#signature() !== this.#told) this.#soon();
    }, pollMilliseconds).unref();
  }

  stop(): void {
    clearInterval(this.#poll);
    clearTimeout(this.#settling);
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** Watches the directory, again if another one has taken its name. */
  #watch(): void {
    const directory = identityOf(this.#directory);
    if (directory === this.#watchedDirectory) return;
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watchedDirectory = '';
    if (directory === '') return;
    try {
      const name = basename(this.#paths[0]!);
      const watcher = watch(this.#directory, { persistent: false }, (_event, changed) => {
        if (changed === null || changed.startsWith(name)) this.#soon();
      });
      watcher.on('error', () => {
        watcher.close();
        this.#watchedDirectory = '';
      });
      this.#watcher = watcher;
      this.#watchedDirectory = directory;
    } catch {
      // No room for another watch, or no right to: the look each second remains.
    }
  }

  #soon(): void {
    if (this.#settling !== undefined) return;
    this.#looksLeft = SETTLE_LOOKS_MAX;
    this.#arm();
  }

  #arm(): void {
    this.#settling = setTimeout(() => this.#look(), SETTLE_MILLISECONDS).unref();
  }

  #look(): void {
    const now = this.#signature();
    const rests = now === this.#seen;
    this.#seen = now;
    if (!rests && this.#looksLeft-- > 0) {
      this.#arm();
      return;
    }
    this.#settling = undefined;
    if (now === this.#told) return;
    this.#told = now;
    this.#onChange();
  }

  #signature(): string {
    return signatureOf(this.#paths);
  }
}

/** Another one, once any of the files has changed. */
export function signatureOf(paths: readonly string[]): string {
  const signatures = paths.map((path) => {
    const stats = statsOf(path);
    return stats === undefined ? '-' : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
  });
  return signatures.join(' ');
}

function identityOf(directory: string): string {
  const stats = statsOf(directory);
  return stats === undefined ? '' : `${stats.dev}:${stats.ino}`;
}

/** Undefined also where a directory on the way is closed. */
function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}
