// What a file of names says, and which of its lines say nothing.

import type { SourcedRecord } from './sourced-record.ts';

export interface LineFault {
  readonly line: number;
  readonly reason: string;
}

export interface ParsedFile {
  readonly records: readonly SourcedRecord[];
  /** The first few. */
  readonly faults: readonly LineFault[];
  readonly faultCount: number;
  /** Leases whose devices gave a name that none can have. */
  readonly unusableNames?: number;
  /** When the first of its names expires, in seconds since 1970; undefined where none does. */
  readonly nextExpirySeconds: number | undefined;
}

const FAULTS_SHOWN = 5;

/** Collects what is wrong, bounded. */
export class LineFaults {
  readonly shown: LineFault[] = [];
  count = 0;

  add(line: number, reason: string): void {
    this.count++;
    if (this.shown.length < FAULTS_SHOWN) this.shown.push({ line, reason });
  }
}

/** `line 3: not an address; line 7: …; and 12 more`. */
export function faultsToText({ faults, faultCount }: Pick<ParsedFile, 'faults' | 'faultCount'>): string {
  const shown = faults.map(({ line, reason }) => `line ${line}: ${reason}`).join('; ');
  return faultCount > faults.length ? `${shown}; and ${faultCount - faults.length} more` : shown;
}
