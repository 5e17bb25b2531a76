// Keeps the table of local names as the settings and the files say it is: reads the files, watches them, lets leases expire,
// and publishes what has changed. Main thread; long work is done in slices.

import type { LocalRecord } from '../../memory/local-names/local-names-builder.ts';
import {
  compileForOthers,
  compileSliced,
  type CompiledLocalNames,
  type LocalNameContents,
  type LocalNameSettings,
  sourcesOf,
} from './compile-local-names.ts';
import type { NameTables } from '../../plane-messages/thread-start.ts';
import { releaseUnusedMemory } from '../../memory/release-unused.ts';
import { EndedNames } from './ended-names.ts';
import { LEASE_SIBLINGS, NamesFile, type NamesLog } from './names-file.ts';
import { runAtOnce, runInSlices } from './slices.ts';
import type { SourceContent } from './sourced-record.ts';
import { FileWatch, signatureOf } from '../file-watch/file-watch.ts';

export interface LocalNamesKeeperParts {
  readonly settings: LocalNameSettings;
  readonly hashKey: Uint8Array;
  readonly log: NamesLog;
  readonly discovery?: readonly LocalRecord[];
  readonly nowSeconds?: () => number;
}

/** Rest between two compilations, as a multiple of how long the last one took. */
const REST_FACTOR = 1;
/** So many names leave much behind when they are replaced. */
const MANY_NAMES = 10_000;
const EXPIRY_MILLISECONDS_MAX = 3_600_000;

export class LocalNamesKeeper {
  readonly #parts: LocalNamesKeeperParts;
  readonly #nowSeconds: () => number;
  readonly #hosts: NamesFile | undefined;
  readonly #leases: readonly NamesFile[];
  readonly #dirty = new Set<NamesFile>();
  /** What the files were when they were read first. */
  readonly #signatures = new Map<NamesFile, string>();
  readonly #ended = new EndedNames();
  #discovery: readonly LocalRecord[];
  #compiled: CompiledLocalNames;
  #forOthers: SharedArrayBuffer | undefined;
  #publish: ((tables: NameTables) => Promise<void>) | undefined;
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
    for (const file of this.#files) {
      this.#signatures.set(file, signatureOf(this.#pathsOf(file)));
      runAtOnce(file.refresh(this.#nowSeconds(), parts.log));
    }
    this.#compiled = runAtOnce(this.#compile());
    this.#forOthers = compileForOthers(parts.settings, parts.hashKey, this.#discovery);
    this.#noteCompiled();
  }

  get tables(): NameTables {
    return { localNames: this.#compiled.table, namesForOthers: this.#forOthers };
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
      ended: this.#ended.all,
    };
  }

  /** From now on changes are published. */
  start(publish: (tables: NameTables) => Promise<void>): void {
    this.#publish = publish;
    this.#watches = this.#files.map((file) => {
      const onChange = () => {
        this.#dirty.add(file);
        void this.#run();
      };
      return new FileWatch(this.#pathsOf(file), onChange, { since: this.#signatures.get(file) });
    });
    this.#awaitExpiry();
    if (this.#compiled.ownerCount > MANY_NAMES) setImmediate(releaseUnusedMemory, 'thorough');
  }

  /** Other addresses or certificates: other records about ourselves. */
  setDiscovery(records: readonly LocalRecord[]): void {
    this.#discovery = records;
    this.#forOthers = compileForOthers(this.#parts.settings, this.#parts.hashKey, records);
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

  /** The file and those beside it that belong to it. */
  #pathsOf(file: NamesFile): readonly string[] {
    return [file.path, ...(file === this.#hosts ? [] : LEASE_SIBLINGS.map((ending) => file.path + ending))];
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
    this.#noteCompiled();
    await this.#publish?.(this.tables);
    this.#awaitExpiry();
    // Nobody waits for this thread.
    if (this.#compiled.ownerCount > MANY_NAMES) setImmediate(releaseUnusedMemory, 'thorough');
  }

  #noteCompiled(): void {
    this.#ended.note(this.#compiled.shortNames);
    this.#reportLeftOut();
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
