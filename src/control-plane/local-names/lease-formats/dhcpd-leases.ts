// ISC dhcpd: `lease ADDRESS { … }` and, for IPv6, `iaaddr ADDRESS { … }` within `ia-na "…" { … }`. Statements end with `;`, the
// last block about an address counts. Times are UTC, `epoch SECONDS`, or `never`.

import type { LeaseTable } from '../lease-table.ts';
import { ITEMS_PER_SLICE, type Sliced } from '../slices.ts';

interface OpenLease {
  readonly address: string;
  readonly line: number;
  hostName: string;
  expirySeconds: number;
  isActive: boolean;
}

export function* parseDhcpdLeases(text: string, table: LeaseTable): Sliced<void> {
  let lease: OpenLease | undefined;
  /** Blocks within the open lease, which are nobody's business here. */
  let depth = 0;
  let line = 0;
  for (const written of text.split('\n')) {
    line++;
    if (line % ITEMS_PER_SLICE === 0) yield;
    for (const statement of statementsOf(written)) {
      const opened = /^(?:lease|iaaddr) ([\da-fA-F.:]+) \{/.exec(statement)?.[1];
      if (opened !== undefined) {
        if (lease !== undefined) table.faults.add(lease.line, 'a lease that is not closed');
        // Without a state it is one of an old file, where every lease in it is active.
        lease = { address: opened, line, hostName: '', expirySeconds: Number.POSITIVE_INFINITY, isActive: true };
        depth = 0;
      } else if (lease !== undefined) {
        if (statement.endsWith('{')) depth++;
        else if (statement === '}') {
          if (depth-- > 0) continue;
          table.put(lease);
          lease = undefined;
        } else if (depth === 0) readStatement(statement, lease);
      }
    }
  }
  // The server may be writing it right now: what is cut short is not counted.
}

/** What ends with `;`, `{` or `}` on a line, which is usually one thing. Within quotes they end nothing, and `#` begins no comment. */
function statementsOf(line: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted && character === '\\') i++;
    else if (!isQuoted && character === '#') break;
    else if (!isQuoted && (character === ';' || character === '{' || character === '}')) {
      statements.push(line.slice(start, i + 1).trim());
      start = i + 1;
    }
  }
  return statements;
}

function readStatement(statement: string, lease: OpenLease): void {
  const state = /^binding state ([a-z]+);/.exec(statement)?.[1];
  if (state !== undefined) lease.isActive = state === 'active';
  const name = /^client-hostname "([^"\\]*)";/.exec(statement)?.[1];
  if (name !== undefined) lease.hostName = name;
  const updated = /^set ddns-fwd-name = "([^"\\]*)";/.exec(statement)?.[1];
  if (updated !== undefined && lease.hostName === '') lease.hostName = updated;
  const ends = /^ends ([^;]+);/.exec(statement)?.[1];
  if (ends !== undefined) lease.expirySeconds = readTime(ends);
}

/** What cannot be read has ended. */
function readTime(text: string): number {
  if (text === 'never') return Number.POSITIVE_INFINITY;
  const epoch = /^epoch (\d{1,15})/.exec(text)?.[1];
  if (epoch !== undefined) return Number(epoch);
  const date = /^\d (\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)/.exec(text);
  if (date === null) return 0;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = date.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}
