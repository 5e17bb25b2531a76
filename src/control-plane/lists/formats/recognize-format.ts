// Which format a list has, decided from its first lines, and what a file is that is no list at all.

import type { ListFormatName } from './format-names.ts';
import { isFault } from './line-fault.ts';
import type { LineFormat } from './line-format.ts';
import { makeFormat } from './make-format.ts';

/** As much of the beginning as is looked at: some thousand lines. */
export const HEAD_BYTES = 128 * 1024;

/** Of these. */
const LINES_TRIED = 2000;

/** Each takes lines that those behind it take as well: at the same count the first has it. */
const EXACTING: readonly ListFormatName[] = ['domains', 'hosts', 'dnsmasq', 'addresses', 'rpz'];
/** The format that takes so many of the lines needs no comparison with the other exacting ones. */
const ENOUGH = 0.9;
/**
 * `adblock` takes hosts lines and bare names too, and `regex` nearly anything: they must make sense of clearly more. Where lines have
 * what only `adblock` has, each of them would be lost without it, so one is enough.
 */
const MORE_FOR_ADBLOCK = 1 / 3;
const MORE_FOR_REGEX = 2;
/** `||name^`, `|name^`, an exception, `/expression/`. */
const ADBLOCK_RULE = /^[ \t]*(?:@@|\||\/.+\/[ \t\r]*(?:\$|$))/m;
/** A line with one of the characters that stand for something else in an expression, besides the dot and the bar. */
const EXPRESSION = /^[^#!\n][^\n]*[\\^$()[\]{}*+?]|^[\\^([/]/gm;
const ADBLOCK_HEADER = /^\s*\[[^\]\n]*(?:adblock|adguard|ublock)[^\]\n]*\]/i;

export interface RecognizedFormat {
  readonly name: ListFormatName;
  /** For `adblock`: the list is mostly one of names, in which `*.name` is about the name too. */
  readonly wildcardsCoverNames?: boolean;
}

/**
 * The format that makes sense of the most lines of `head` (whole lines only). A head of comments or of nonsense is
 * "domains"; whether the list is any good shows at its end.
 */
export function recognizeFormat(head: Uint8Array): RecognizedFormat {
  const sample = firstLines(head);
  if (ADBLOCK_HEADER.test(textOf(sample.subarray(0, 200)))) return { name: 'adblock' };
  let best = tried('domains', sample);
  for (const name of EXACTING) {
    if (best.lines > 0 && best.lines >= best.allLines * ENOUGH) break;
    const candidate = tried(name, sample);
    if (candidate.lines > best.lines) best = candidate;
  }
  if (best.lines === best.allLines) return { name: ofNames(best) };
  const wildcardsCoverNames = best.name === 'domains';
  const adblock = tried('adblock', sample, wildcardsCoverNames);
  const isAdblock = adblock.lines - best.lines > adblock.lines * MORE_FOR_ADBLOCK;
  const isMixed = !isAdblock && adblock.format.goodLines > best.format.goodLines && ADBLOCK_RULE.test(textOf(sample));
  const lines = isAdblock || isMixed ? adblock.lines : best.lines;
  if (lines * MORE_FOR_REGEX <= best.allLines && isRegex(sample, lines * MORE_FOR_REGEX)) return { name: 'regex' };
  if (isMixed) return { name: 'adblock', wildcardsCoverNames };
  return { name: isAdblock ? 'adblock' : ofNames(best) };
}

/** More lines than these, of which half have what only an expression has: a table of names and words between bars is none. */
function isRegex(sample: Uint8Array, others: number): boolean {
  const { lines } = tried('regex', sample);
  return lines > others && (textOf(sample).match(EXPRESSION) ?? []).length * 2 >= lines;
}

function ofNames({ name, format }: Tried): ListFormatName {
  return name === 'domains' && format.subtrees * 2 > format.goodLines ? 'wildcard' : name;
}

function textOf(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1');
}

function firstLines(head: Uint8Array): Uint8Array {
  let at = 0;
  for (let line = 0; line < LINES_TRIED; line++) {
    const lineFeed = head.indexOf(0x0a, at);
    if (lineFeed === -1) return head;
    at = lineFeed + 1;
  }
  return head.subarray(0, at);
}

interface Tried {
  readonly name: ListFormatName;
  readonly format: LineFormat;
  /** That the format makes sense of: rules, and what it knows to be for others. */
  readonly lines: number;
  /** Besides comments and empty ones. */
  readonly allLines: number;
}

function tried(name: ListFormatName, head: Uint8Array, wildcardsCoverNames = false): Tried {
  let forOthers = 0;
  let faulty = 0;
  const format = makeFormat(
    name,
    { subdomains: false, allows: false, wildcardsCoverNames },
    { onName: ignore, onPattern: ignore, onAddress: ignore, onRemoval: ignore },
    (_, reason) => {
      if (isFault(reason)) faulty++;
      else forOthers++;
    },
  );
  format.parse(head, 0, head.length);
  const lines = format.goodLines + forOthers;
  return { name, format, lines, allLines: lines + faulty };
}

function ignore(): void {}

/** `[[:` and `[[.` begin an expression, and so does `[]a]`. */
const JSON_START = /^(?:\{\s*(?:["}]|$)|\[\s*(?:["{]|\[(?![:.=])|\]\s*$|$))/;

/** Why the beginning of a file cannot be the beginning of a list; undefined if it can. */
export function foreignContent(head: Uint8Array): string | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'it is a gzip archive, not text';
  if (head.indexOf(0) !== -1) return 'it is binary data, not text';
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 4096)).toString('latin1');
  const line = firstEntry(text);
  if (/^<(!doctype|!--|html|head|body|\?xml|script)/i.test(line)) return 'it is a web page, not a list';
  if (JSON_START.test(line)) return 'it is JSON, not a list';
  return undefined;
}

function firstEntry(text: string): string {
  for (const line of text.split('\n')) {
    const trimmed = line.replace(/^(\u00ef\u00bb\u00bf)?\s*/, '').trimEnd();
    if (trimmed !== '' && !trimmed.startsWith('#')) return trimmed;
  }
  return '';
}
