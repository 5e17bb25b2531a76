// What the micro-benches work on: names, queries, a block table, a cache. Names are made up unless the real ones are there
// (SOTTO_TEST_DATA names their folder).

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BlockTableBuilder } from '../../src/memory/block-table/block-table-builder.ts';
import { RULE_CLASS, SCOPE, TIER } from '../../src/memory/block-table/rule-model.ts';
import { FLAG_RD, HEADER_BYTES, writeCounts, writeFlags, writeUint16 } from '../../src/wire/header.ts';
import { NAME_MAX_BYTES } from '../../src/wire/name.ts';
import { nameFromText } from '../../src/wire/name-text.ts';
import { CLASS, RCODE, TYPE } from '../../src/wire/numbers.ts';
import { QueryFacts, readQuery } from '../../src/wire/query-reader.ts';
import { appendAddress, startReply } from '../../src/wire/reply-builder.ts';
import { UDP_PAYLOAD_BYTES } from '../../src/wire/reply-opt.ts';
import { QUESTION_FIXED_BYTES, RECORD_MIN_BYTES } from '../../src/wire/resource-record.ts';

export const HASH_KEY = Uint8Array.from({ length: 16 }, (_, index) => 31 * index);

const DIRECTORY = process.env.SOTTO_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data');
const TOPS = ['com', 'net', 'org', 'example', 'co.uk', 'de'];

/** Names of people's queries, the most asked first. */
export function clientNames(count: number): string[] {
  return realLines('names/umbrella-top-100k.txt.gz', count) ?? madeUp(count, 'www.');
}

/** Names of a block list. */
export function listedNames(count: number): string[] {
  return realLines('blocklists/union-1.5M-domains.txt.gz', count) ?? madeUp(count, 'ads.');
}

function realLines(path: string, count: number): string[] | undefined {
  const file = join(DIRECTORY, path);
  if (!existsSync(file)) return undefined;
  const lines = gunzipSync(readFileSync(file)).toString('latin1').trimEnd().split('\n');
  const stride = Math.max(1, Math.floor(lines.length / count));
  return lines.filter((_, index) => index % stride === 0).slice(0, count);
}

function madeUp(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, index) => {
    const mixed = Math.imul(index, 0x9e3779b1) >>> 0;
    return `${index % 3 === 0 ? prefix : ''}n${mixed.toString(36)}${index.toString(36)}.${TOPS[mixed % TOPS.length]}`;
  });
}

const BLOCK = { class: RULE_CLASS.BLOCK };

/** A table that blocks exactly these names. */
export function tableOf(names: Iterable<string>): SharedArrayBuffer {
  const builder = new BlockTableBuilder({
    hashKey: HASH_KEY,
    contentId: 'bench',
    sources: [{ name: 'bench', kind: 'list', tier: TIER.LISTS }],
  });
  // With room behind it, as every name of a query has: reading past the end of an array is slow, and V8 would remember it.
  const padded = new Uint8Array(NAME_MAX_BYTES + 3);
  for (const text of names) {
    const name = nameFromText(text);
    if (name === undefined) continue;
    padded.set(name);
    builder.add(0, padded, name.length, SCOPE.EXACT, BLOCK);
  }
  return builder.finish();
}

/** A client's question for the address of `text`, as it arrives: outside of V8's heap, the OPT record without options. */
export function queryFor(text: string, edns: boolean): Buffer {
  const name = nameFromText(text)!;
  const questionEnd = HEADER_BYTES + name.length + QUESTION_FIXED_BYTES;
  const bytes = new Uint8Array(edns ? questionEnd + RECORD_MIN_BYTES : questionEnd);
  writeFlags(bytes, FLAG_RD);
  writeCounts(bytes, 1, 0, 0, edns ? 1 : 0);
  bytes.set(name, HEADER_BYTES);
  writeUint16(bytes, questionEnd - 4, TYPE.A);
  writeUint16(bytes, questionEnd - 2, CLASS.IN);
  if (edns) {
    writeUint16(bytes, questionEnd + 1, TYPE.OPT);
    writeUint16(bytes, questionEnd + 3, UDP_PAYLOAD_BYTES);
  }
  const message = Buffer.allocUnsafeSlow(512).subarray(0, bytes.length);
  message.set(bytes);
  return message;
}

/** An upstream's answer to `query`: one address, kept for a day. */
export function answerTo(query: Uint8Array): Uint8Array {
  const facts = new QueryFacts();
  readQuery(query, query.length, facts);
  const out = new Uint8Array(512);
  const length = startReply(facts, RCODE.NOERROR, out);
  return out.slice(0, appendAddress(out, length, Uint8Array.of(192, 0, 2, 1), 86_400));
}
