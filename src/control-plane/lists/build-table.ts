// Lists and rules -> block table. Reads the kept copies and blocks while it works: for the helper process, or for rules alone.

import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { TableSource } from '../../memory/block-table/block-table.ts';
import { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import { parseRule } from '../../policy/rule.ts';
import type { CompiledTable, CompileInput, ListInput } from './compile-messages.ts';
import { ListReader } from './list-reader.ts';

const CHUNK_BYTES = 256 * 1024;

/** What the source of all own rules is called in a table. */
export const RULES_SOURCE = 'rules';

/** A kept copy that is not what its metadata say, or cannot be read at all. */
export class CopyChanged extends Error {
  readonly list: string;

  constructor(list: string) {
    super(`the kept copy of list "${list}" has changed`);
    this.list = list;
  }
}

/** Throws CopyChanged or what the builder throws. */
export function buildTable(input: CompileInput, contentId: string): CompiledTable {
  const builder = collectNames(input, contentId);
  return { table: builder.finish(), entryCount: builder.entryCount };
}

/** Everything that is in the table, ready to be laid out. Throws CopyChanged or what the builder throws. */
export function collectNames(input: CompileInput, contentId: string): BlockTableBuilder {
  const sources: TableSource[] = input.lists.map(({ name, action }) => ({ name, kind: 'list', action }));
  if (input.rules.length > 0) sources.push({ name: RULES_SOURCE, kind: 'rules', action: 'block' });
  const builder = new BlockTableBuilder({
    hashKey: input.hashKey,
    contentId,
    sources,
    expectedNames: expectedNames(input),
  });
  for (const [index, list] of input.lists.entries()) addList(builder, index, list);
  for (const text of input.rules) {
    const rule = parseRule(text);
    // The settings have been checked: a rule that cannot be read never gets here.
    if (typeof rule === 'string') throw new Error(`rule ${rule}`);
    builder.add(sources.length - 1, rule.name, rule.name.length, rule.scope, rule.action);
  }
  return builder;
}

/** At least the names of the longest list; how much the others add depends on how far they overlap. */
function expectedNames({ lists, rules }: CompileInput): number {
  return rules.length + Math.max(0, ...lists.map(({ copy }) => copy?.names ?? 0));
}

function addList(builder: BlockTableBuilder, index: number, list: ListInput): void {
  if (list.copy === undefined) return;
  const reader = new ListReader(list, (wire, length, subtree) => {
    builder.add(index, wire, length, subtree ? 'subtree' : 'exact', list.action);
  });
  const digest = readThrough(list.name, list.copy.path, reader);
  reader.finish();
  if (digest !== list.copy.sha256) throw new CopyChanged(list.name);
}

/** Reads the file into the reader; returns its SHA-256. */
function readThrough(list: string, path: string, reader: ListReader): string {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(CHUNK_BYTES);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    throw new CopyChanged(list);
  }
  try {
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, length));
      reader.push(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
