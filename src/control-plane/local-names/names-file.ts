// One file that names come from, and the last good content of it. What cannot be used is told once and changes nothing.

import type { Settings } from '../settings/settings.ts';
import { LeaseTable } from './lease-table.ts';
import { faultsToText, type ParsedFile } from './parsed-file.ts';
import { parseHostsFile } from './parse-hosts-file.ts';
import { parseLeases, recognizeLeases } from './parse-lease-file.ts';
import { readNamesFile } from './read-names-file.ts';
import type { Sliced } from './slices.ts';
import type { SourceContent } from './sourced-record.ts';

export type NamesLog = (level: 'info' | 'warn' | 'debug', message: string) => void;

/** What the file says at a time, or why it says nothing. */
type Reading = { readonly wrong: string } | { readonly wrong?: undefined; contentAt(nowSeconds: number): ParsedFile };

/** Kea writes to a new file while it cleans up the old ones, in this order. */
export const LEASE_SIBLINGS = ['.completed', '.2', '.1'];

export class NamesFile {
  readonly path: string;
  readonly #title: string;
  readonly #read: () => Sliced<Reading>;
  #contentAt: ((nowSeconds: number) => ParsedFile) | undefined;
  #parsed: ParsedFile | undefined;
  #lastWarning = '';
  #unusableTold = 0;

  private constructor(path: string, title: string, read: () => Sliced<Reading>) {
    this.path = path;
    this.#title = title;
    this.#read = read;
  }

  static hosts(path: string): NamesFile {
    return new NamesFile(path, 'the hosts file', () => readHosts(path));
  }

  /** `domain`: wire name below which leases are named. */
  static leases(path: string, domain: Settings['resolve']['leaseDomain']): NamesFile {
    return new NamesFile(path, 'a lease', () => readLeaseFiles(path, domain));
  }

  get content(): SourceContent {
    return { title: this.#title, file: this.path, records: this.#parsed?.records ?? [] };
  }

  get nextExpirySeconds(): number | undefined {
    return this.#parsed?.nextExpirySeconds;
  }

  /** Reads it anew; a file that cannot be used leaves what was. */
  *refresh(nowSeconds: number, log: NamesLog): Sliced<void> {
    const reading = yield* this.#read();
    if (reading.wrong !== undefined) {
      const meanwhile = this.#parsed === undefined ? 'no names come from it' : 'its last good content stays in force';
      this.#warn(`${this.path} ${reading.wrong}; ${meanwhile}`, log);
      return;
    }
    this.#contentAt = reading.contentAt;
    const parsed = this.lapse(nowSeconds);
    const records = parsed?.records.length ?? 0;
    log('debug', `${this.path} read: ${records} records`);
    this.#noteUnusable(parsed?.unusableNames ?? 0, log);
    const faults = parsed === undefined || parsed.faultCount === 0 ? '' : faultsToText(parsed);
    this.#warn(faults === '' ? '' : `${this.path}: not every line is used: ${faults}`, log);
  }

  /** Lets go of what has expired, without reading again. */
  lapse(nowSeconds: number): ParsedFile | undefined {
    this.#parsed = this.#contentAt?.(nowSeconds);
    return this.#parsed;
  }

  /** Told once, and again where there are more of them. */
  #noteUnusable(count: number, log: NamesLog): void {
    if (count > this.#unusableTold) {
      const leases = count === 1 ? '1 lease has a name' : `${count} leases have names`;
      log('info', `${this.path}: ${leases} that cannot be used, such as one with spaces or a reserved one`);
      this.#unusableTold = count;
    }
  }

  #warn(message: string, log: NamesLog): void {
    if (message !== '' && message !== this.#lastWarning) log('warn', message);
    this.#lastWarning = message;
  }
}

function* readHosts(path: string): Sliced<Reading> {
  const file = readNamesFile(path);
  if (!file.ok) return file;
  const parsed = yield* parseHostsFile(file.text);
  if (parsed.records.length === 0 && parsed.faultCount > 0)
    return { wrong: `is not a hosts file (${faultsToText(parsed)})` };
  return { contentAt: () => parsed };
}

function* readLeaseFiles(path: string, domain: Uint8Array): Sliced<Reading> {
  const file = readNamesFile(path);
  if (!file.ok) return file;
  const format = recognizeLeases(file.text);
  if (format === undefined) return { wrong: 'is not a lease file of dnsmasq, ISC dhcpd or Kea' };
  const table = new LeaseTable();
  if (format === 'kea') yield* parseKeaSiblings(path, table);
  yield* parseLeases(file.text, format, table);
  const { faults } = table;
  return {
    contentAt: (nowSeconds) => ({
      ...table.records(domain, nowSeconds),
      faults: faults.shown,
      faultCount: faults.count,
      unusableNames: table.unusableNames,
    }),
  };
}

/** The older files first: a later row about an address replaces an earlier one. `.2` is what `.completed` will become. */
function* parseKeaSiblings(path: string, table: LeaseTable): Sliced<void> {
  const completed = readNamesFile(`${path}.completed`);
  const older = [completed.ok ? completed : readNamesFile(`${path}.2`), readNamesFile(`${path}.1`)];
  for (const file of older)
    if (file.ok && recognizeLeases(file.text) === 'kea') yield* parseLeases(file.text, 'kea', table);
}
