// Keeps the table of local names as the settings and the files say it is: reads the files, watches them, lets leases expire,
// and publishes what has changed. Main thread; long work is done in slices.

import type { LocalRecord } from '../../memory/local-names/local-names-builder.ts';
import {
  compileSliced,
  type CompiledLocalNames,
  type LocalNameContents,
  type LocalNameSettings,
  sourcesOf,
} from './compile-local-names.ts';
import { LEASE_SIBLINGS, NamesFile, type NamesLog } from './names-file.ts';
import { runAtOnce, runInSlices } from './slices.ts';
import type { SourceContent } from './sourced-record.ts';
import { FileWatch } from './watch-file.ts';

export interface LocalNamesKeeperParts {
  readonly settings: LocalNameSettings;
  readonly hashKey: Uint8Array;
  readonly log: NamesLog;
  readonly discovery?: readonly LocalRecord[];
  readonly nowSeconds?: () => number;
}

/** Rest between two compilations, as a multiple of how long the last one took. */
const REST_FACTOR = 4;
const EXPIRY_MILLISECONDS_MAX = 3_600_000;

export class LocalNamesKeeper {
  readonly #parts: LocalNamesKeeperParts;
  readonly #nowSeconds: () => number;
  readonly #hosts: NamesFile | undefined;
  readonly #leases: readonly NamesFile[];
  readonly #dirty = new Set<NamesFile>();
  #discovery: readonly LocalRecord[];
  #compiled: CompiledLocalNames;
  #publish: ((table: SharedArrayBuffer) => Promise<void>) | undefined;
  #watches: FileWatch[] = [];
  #expiry: NodeJS.Timeout | undefined;
  #isRunning = false;
  #mustRunAgain = false;
  #lastLeftOut = '';

  /** Reads all files at once: nothing is answered before. */
  constructor(parts: LocalNamesKeeperParts) {
    this.#parts = parts;
    this.#nowSeconds = parts.nowSeconds ?? (() => Date.now() / 1000);
    const { resolve } = parts.settings;
    this.#hosts = resolve.hostsFile === undefined ? undefined : NamesFile.hosts(resolve.hostsFile);
    this.#leases = resolve.leaseFiles.map((path) => NamesFile.leases(path, resolve.leaseDomain));
    this.#discovery = parts.discovery ?? [];
    for (const file of this.#files) runAtOnce(file.refresh(this.#nowSeconds(), parts.log));
    this.#compiled = runAtOnce(this.#compile());
    this.#reportLeftOut();
  }

  get table(): SharedArrayBuffer {
    return this.#compiled.table;
  }

  /** Where names were written. */
  get sources(): readonly SourceContent[] {
    return sourcesOf(this.#parts.settings, this.contents);
  }

  get contents(): LocalNameContents {
    return {
      hosts: this.#hosts?.content,
      leases: this.#leases.map((file) => file.content),
      discovery: this.#discovery,
    };
  }

  /** From now on changes are published. */
  start(publish: (table: SharedArrayBuffer) => Promise<void>): void {
    this.#publish = publish;
    this.#watches = this.#files.map((file) => {
      const siblings = file === this.#hosts ? [] : LEASE_SIBLINGS;
      return new FileWatch(file.path, siblings, () => {
        this.#dirty.add(file);
        void this.#run();
      });
    });
    // What has changed since the constructor read it, no watch has seen.
    for (const file of this.#files) this.#dirty.add(file);
    if (this.#dirty.size > 0) void this.#run();
  }

  /** Other addresses or certificates: other records about ourselves. */
  setDiscovery(records: readonly LocalRecord[]): void {
    this.#discovery = records;
    void this.#run();
  }

  stop(): void {
    this.#publish = undefined;
    clearTimeout(this.#expiry);
    for (const watch of this.#watches) watch.stop();
  }

  get #files(): readonly NamesFile[] {
    return this.#hosts === undefined ? this.#leases : [this.#hosts, ...this.#leases];
  }

  /** One after another: what comes in the meantime is done right after. */
  async #run(): Promise<void> {
    this.#mustRunAgain = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#mustRunAgain && this.#publish !== undefined) {
      this.#mustRunAgain = false;
      const startedAtMilliseconds = performance.now();
      try {
        await this.#refresh();
      } catch (error) {
        this.#parts.log('warn', `local names could not be renewed: ${String(error)}`);
      }
      const tookMilliseconds = performance.now() - startedAtMilliseconds;
      if (this.#mustRunAgain) await rest(tookMilliseconds * REST_FACTOR);
    }
    this.#isRunning = false;
  }

  async #refresh(): Promise<void> {
    const { log } = this.#parts;
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    for (const file of dirty) await runInSlices(file.refresh(this.#nowSeconds(), log));
    for (const file of this.#leases) file.lapse(this.#nowSeconds());
    this.#compiled = await runInSlices(this.#compile());
    this.#reportLeftOut();
    await this.#publish?.(this.#compiled.table);
    this.#awaitExpiry();
  }

  #compile() {
    return compileSliced(this.#parts.settings, this.#parts.hashKey, this.contents);
  }

  #awaitExpiry(): void {
    clearTimeout(this.#expiry);
    const next = Math.min(...this.#leases.map((file) => file.nextExpirySeconds ?? Number.POSITIVE_INFINITY));
    if (next === Number.POSITIVE_INFINITY || this.#publish === undefined) return;
    const milliseconds = Math.max(1_000, (next - this.#nowSeconds()) * 1_000 + 1);
    this.#expiry = setTimeout(() => void this.#run(), Math.min(milliseconds, EXPIRY_MILLISECONDS_MAX)).unref();
  }

  #reportLeftOut(): void {
    const text = [...this.#compiled.leftOut].map(([source, count]) => `${count} of ${source}`).join(', ');
    if (text !== '' && text !== this.#lastLeftOut)
      this.#parts.log(
        'warn',
        `there is no room for more local names than 200,000 (and 12 kB for each name and type); left out: ${text}`,
      );
    this.#lastLeftOut = text;
  }
}

function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());
}
