// Certificates of the operator's own files, while the gateway runs (main thread): a pair that has changed and fits is taken into use,
// whoever wrote it and in whatever order; any other is waited for, then told of once, and what is in use stays.

import { X509Certificate } from 'node:crypto';
import type { LogLevel } from '../../plane-messages/messages.ts';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import { certificatesInPem } from './pem.ts';
import { FileWatch } from '../file-watch/file-watch.ts';
import type { CertificateSettings } from '../settings/settings.ts';
import {
  type CertificateFiles,
  certificateDoubts,
  dayOf,
  readCertificateFiles,
  refusalsOf,
  whyRefused,
} from './certificate-files.ts';

export interface FilesWatchOptions {
  /** All of the settings; those from files are watched. */
  readonly certificates: readonly CertificateSettings[];
  /** What is in use at a place of `certificates`. */
  readonly serving: (index: number) => CertificateSnapshot;
  /** Takes a new one into use there; resolves when every new client gets it. */
  readonly onChange: (index: number, certificate: CertificateSnapshot) => void | Promise<void>;
  readonly log: (level: LogLevel, message: string) => void;
  readonly now?: () => Date;
  /** How long key and certificate may not fit before that is told. */
  readonly patienceMilliseconds?: number;
}

export interface FilesWatch {
  /** Why the files at this place are not in use; undefined where they are. */
  faultAt(index: number): { readonly at: number; readonly message: string } | undefined;
  stop(): void;
}

/** Programs that renew write key and chain one after the other, some with a check of their own in between. */
const PATIENCE_MILLISECONDS = 10_000;
/** What is refused for its dates comes to be right without anybody touching it. */
const LOOK_AGAIN_MILLISECONDS = 3_600_000;

/** Looks at once: they may have changed since they were loaded. */
export function watchCertificateFiles(options: FilesWatchOptions): FilesWatch {
  const watched = new Map<number, WatchedPair>();
  for (const [index, { names, source }] of options.certificates.entries())
    if (source.kind === 'files')
      watched.set(index, new WatchedPair(index, names, source.certPath, source.keyPath, options));
  return {
    faultAt: (index) => watched.get(index)?.fault,
    stop() {
      for (const pair of watched.values()) pair.stop();
    },
  };
}

class WatchedPair {
  fault: { readonly at: number; readonly message: string } | undefined;
  readonly #index: number;
  readonly #names: readonly string[];
  readonly #certPath: string;
  readonly #keyPath: string;
  readonly #options: FilesWatchOptions;
  readonly #watches: readonly FileWatch[];
  #timer: NodeJS.Timeout | undefined;
  #told = '';

  constructor(index: number, names: readonly string[], certPath: string, keyPath: string, options: FilesWatchOptions) {
    this.#index = index;
    this.#names = names;
    this.#certPath = certPath;
    this.#keyPath = keyPath;
    this.#options = options;
    this.#watches = [certPath, keyPath].map((path) => new FileWatch([path], () => this.#look()));
    this.#look();
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const watch of this.#watches) watch.stop();
  }

  /** Runs in timers, where what is thrown would end the process. */
  #look(hasWaited = false): void {
    clearTimeout(this.#timer);
    try {
      const reading = readCertificateFiles(this.#certPath, this.#keyPath);
      const wrong = reading.ok ? this.#whyWorse(reading.files) : reading.wrong;
      if (wrong !== undefined) this.#refuse(wrong, hasWaited);
      else if (reading.ok) this.#take(reading.files);
    } catch (error) {
      this.#refuse(`${this.#certPath}: ${(error as Error).message}`, hasWaited);
    }
  }

  #take(files: CertificateFiles): void {
    const certificate = { names: this.#names, keyPem: files.keyPem, chainPem: files.chainPem };
    if (!isSame(certificate, this.#options.serving(this.#index))) void this.#replace(certificate, files);
    else if (this.#told !== '') this.#options.log('info', `${this.#certPath}: in order again, the certificate in use`);
    this.fault = undefined;
    this.#told = '';
  }

  async #replace(certificate: CertificateSnapshot, files: CertificateFiles): Promise<void> {
    const { log, onChange } = this.#options;
    const leaf = files.chain[0]!;
    const doubts = certificateDoubts(files, this.#names, this.#now());
    try {
      await onChange(this.#index, certificate);
    } catch (error) {
      return this.#refuse(`${this.#certPath}: ${(error as Error).message}`, true);
    }
    log('info', `${this.#certPath}: the new certificate is in use; it ends on ${dayOf(leaf.validToDate)}`);
    for (const doubt of doubts) log('warn', `${this.#certPath}: ${doubt}`);
  }

  #refuse(wrong: string, hasWaited: boolean): void {
    const { patienceMilliseconds = PATIENCE_MILLISECONDS, log } = this.#options;
    this.fault = { at: this.#now().getTime(), message: wrong };
    if (hasWaited && wrong !== this.#told) {
      log('warn', `${wrong}; the certificate before stays in use`);
      this.#told = wrong;
    }
    const wait = wrong === this.#told ? LOOK_AGAIN_MILLISECONDS : patienceMilliseconds;
    this.#timer = setTimeout(() => this.#look(true), wait).unref();
  }

  /**
   * What some clients would refuse that they accept now does not take its place; one whose time is over or to come, which none
   * accepts, makes room for any whose time is now.
   */
  #whyWorse({ chain }: CertificateFiles): string | undefined {
    const now = this.#now();
    const leaf = chain[0]!;
    const { chainPem } = this.#options.serving(this.#index);
    const served = certificatesInPem(chainPem).value ?? [];
    const before = refusalsOf(new X509Certificate(chainPem), this.#names, now);
    const after = refusalsOf(leaf, this.#names, now);
    if ((before.isExpired || before.isEarly) && !after.isExpired && !after.isEarly) return undefined;

    const isWorse =
      (after.isExpired && !before.isExpired) ||
      (after.isEarly && !before.isEarly) ||
      after.uncovered.some((name) => !before.uncovered.includes(name));
    const reasons = isWorse ? whyRefused(leaf, this.#names, now) : [];
    if (chain.length === 1 && served.length > 1 && !leaf.checkIssued(leaf))
      reasons.push('it holds the certificate without the chain that the one before has');
    return reasons.length === 0 ? undefined : `${this.#certPath}: ${reasons.join('; ')}`;
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}

function isSame(one: CertificateSnapshot, other: CertificateSnapshot): boolean {
  return one.keyPem === other.keyPem && one.chainPem === other.chainPem;
}
