// For `explain`: which line of a list, or which own rule, names a name. Reads the list again, as a stream; off every hot path.

import { createReadStream } from 'node:fs';
import type { RuleAction, RuleScope } from '../../memory/block-table/block-table.ts';
import { parseRule } from '../../policy/rule.ts';
import { ListReader, printable, type ReadOptions } from './list-reader.ts';

/** Nine names a line fit, as compressed hosts lists have them. */
const TEXT_MAX = 500;

export interface FoundLine {
  /** 1-based; 0 for a rule whose place in the configuration is not known. */
  readonly lineNumber: number;
  /** The line or rule, shortened and printable. */
  readonly text: string;
}

export interface WantedEntry {
  /** Lower-cased uncompressed wire name of the entry, which may be a parent of the name that was asked for. */
  readonly name: Uint8Array;
  /** undefined: either. */
  readonly scope: RuleScope | undefined;
}

/**
 * The first line of the list in `path` (a kept copy, see copyPath) that names the entry. Undefined if none does, or the file
 * cannot be read.
 */
export async function findListLine(
  path: string,
  options: ReadOptions,
  wanted: WantedEntry,
): Promise<FoundLine | undefined> {
  let found = 0;
  const reader = new ListReader(options, (wire, length, subtree, lineNumber) => {
    if (found === 0 && isWanted(wanted, wire, length, subtree)) found = lineNumber;
  });
  try {
    for await (const chunk of chunksOf(path)) {
      reader.push(chunk);
      if (found > 0) break;
    }
    reader.finish();
    return found === 0 ? undefined : { lineNumber: found, text: await lineText(path, found) };
  } catch {
    return undefined;
  }
}

/** The first rule with this name, scope and action. */
export function findRuleLine(
  rules: readonly { readonly text: string; readonly line: number }[],
  wanted: WantedEntry & { readonly action: RuleAction },
): FoundLine | undefined {
  for (const { text, line } of rules) {
    const rule = parseRule(text);
    if (typeof rule === 'string' || rule.action !== wanted.action) continue;
    if (isWanted(wanted, rule.name, rule.name.length, rule.scope === 'subtree')) {
      return { lineNumber: line, text: text.trim() };
    }
  }
  return undefined;
}

function isWanted(wanted: WantedEntry, wire: Uint8Array, length: number, subtree: boolean): boolean {
  const { name, scope } = wanted;
  if (length !== name.length || (scope !== undefined && (scope === 'subtree') !== subtree)) return false;
  for (let at = 0; at < length; at++) if (wire[at] !== name[at]) return false;
  return true;
}

function chunksOf(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: 256 * 1024 });
}

async function lineText(path: string, wantedLine: number): Promise<string> {
  let lineNumber = 1;
  const parts: Buffer[] = [];
  for await (const chunk of chunksOf(path)) {
    let at = 0;
    while (lineNumber < wantedLine) {
      const lineFeed = chunk.indexOf(0x0a, at);
      if (lineFeed === -1) break;
      lineNumber++;
      at = lineFeed + 1;
    }
    if (lineNumber < wantedLine) continue;
    const lineFeed = chunk.indexOf(0x0a, at);
    parts.push(chunk.subarray(at, lineFeed === -1 ? undefined : lineFeed));
    if (lineFeed !== -1) break;
  }
  return printable(Buffer.concat(parts), TEXT_MAX);
}
