// What is wrong with a configuration, collected while it is read, and how a fault looks on a terminal.

import type { SettingsFault } from './settings.ts';

/** Where a value stands: table, key, index. */
export type SettingsPath = readonly (string | number)[];

/** A value, or a sentence that says what is wrong and what would be right. */
export type Reading<T> =
  | { readonly value: T; readonly wrong?: undefined }
  | { readonly value?: undefined; readonly wrong: string };

/** Beyond this a listing helps nobody, and memory must stay bounded on any input. */
const FAULTS_MAX = 1000;

interface Remark {
  readonly path: SettingsPath;
  readonly message: string;
}

/** Faults and notices by path; lines are added at the end, since only then is it known whether they are needed. */
export class FaultCollector {
  readonly #faults: Remark[] = [];
  readonly #notices: Remark[] = [];
  readonly #faultyPaths = new Set<string>();
  #faultsLeftOut = 0;

  /** A message that costs work may come as a function; it is called only if it will be shown. */
  fault(path: SettingsPath, message: string | (() => string)): void {
    if (this.#faults.length >= FAULTS_MAX) {
      this.#faultsLeftOut++;
      return;
    }
    this.#faults.push({ path, message: printable(typeof message === 'string' ? message : message()) });
    this.#faultyPaths.add(formatKey(path));
  }

  notice(path: SettingsPath, message: string): void {
    if (this.#notices.length < FAULTS_MAX) this.#notices.push({ path, message: printable(message) });
  }

  /** The value, or undefined after its fault was noted. */
  accept<T>(path: SettingsPath, reading: Reading<T>): T | undefined {
    if (reading.wrong !== undefined) this.fault(path, reading.wrong);
    return reading.value;
  }

  /** Whether exactly this key has a fault: it was written, so it is not missing and no default stands in for it. */
  isFaulty(path: SettingsPath): boolean {
    return this.#faultyPaths.has(formatKey(path));
  }

  get hasFaults(): boolean {
    return this.#faults.length > 0;
  }

  faults(lineOf: (path: SettingsPath) => number): SettingsFault[] {
    const faults = sortedByLine(this.#faults, lineOf);
    if (this.#faultsLeftOut > 0)
      faults.push({ line: 0, key: '', message: `${this.#faultsLeftOut} more faults are not shown` });
    return faults;
  }

  notices(lineOf: (path: SettingsPath) => number): SettingsFault[] {
    return sortedByLine(this.#notices, lineOf);
  }
}

function sortedByLine(remarks: readonly Remark[], lineOf: (path: SettingsPath) => number): SettingsFault[] {
  return remarks
    .map(({ path, message }) => ({ line: lineOf(path), path, message }))
    .sort((a, b) => a.line - b.line || comparePaths(a.path, b.path))
    .map(({ line, path, message }) => ({ line, key: formatKey(path), message }));
}

function comparePaths(a: SettingsPath, b: SettingsPath): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (part === other) continue;
    if (typeof part === 'number' && typeof other === 'number') return part - other;
    return String(part) < String(other ?? '') ? -1 : 1;
  }
  return a.length - b.length;
}

/** `FILE:LINE: key: what is wrong, what is allowed`; line and key are left out where there is none. */
export function formatFault(file: string, fault: SettingsFault): string {
  const place = fault.line > 0 ? `${file}:${fault.line}` : file;
  return fault.key === '' ? `${place}: ${fault.message}` : `${place}: ${fault.key}: ${fault.message}`;
}

/** `listen.dns[1]`; a key that is no bare TOML key stands in quotes. */
export function formatKey(path: SettingsPath): string {
  let key = '';
  for (const part of path) {
    if (typeof part === 'number') key += `[${part}]`;
    else key += `${key === '' ? '' : '.'}${/^[A-Za-z0-9_-]{1,80}$/.test(part) ? part : quote(part)}`;
  }
  return key;
}

const SHOWN_CHARACTERS_MAX = 80;

/** Foreign text in quotes: shortened, and without anything that could move a terminal's cursor or reorder its line. */
export function quote(text: string): string {
  const shown = text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
  return escapeInvisible(JSON.stringify(shown));
}

const MESSAGE_CHARACTERS_MAX = 1000;

/** Messages come from several folders and may carry what was written in the file. */
function printable(message: string): string {
  return escapeInvisible(
    message.length > MESSAGE_CHARACTERS_MAX ? `${message.slice(0, MESSAGE_CHARACTERS_MAX)}…` : message,
  );
}

function escapeInvisible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

/** A TOML value as a fault names it. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return `${value}`;
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a date or time';
  return 'a table';
}
