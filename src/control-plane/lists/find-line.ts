// For `explain`: which line of a list, or which own rule, says what a table says. Reads the list again, as a stream and in its own
// format; off every hot path.

import { createReadStream } from 'node:fs';
import { conditionKey, responseKey } from '../../memory/block-table/shape-keys.ts';
import { isAllowing, type RuleAction, type RuleShape, type Scope } from '../../memory/block-table/rule-model.ts';
import { parseRule } from '../../policy/rule.ts';
import type { RuleSubject } from '../../policy/rule-syntax/rule-pattern.ts';
import { isMappedIpv4 } from '../../wire/ip-address.ts';
import { ListReader, type ReadOptions } from './list-reader.ts';
import { printable } from './list-report.ts';

/** Nine names a line fit, as compressed hosts lists have them. */
const TEXT_MAX = 500;

export interface FoundLine {
  /** 1-based; 0 for a rule whose place in the configuration is not known. */
  readonly lineNumber: number;
  /** The line or rule, shortened and printable. */
  readonly text: string;
}

/** What the rule is about. */
export type WantedSubject =
  /** Lower-cased uncompressed wire name as the rule has it, which may be a parent of the name that was asked for. */
  | { readonly name: Uint8Array }
  | { readonly pattern: { readonly kind: 'regex' | 'glob'; readonly text: string } }
  /** 16 octets; the rule may be about a network around it. */
  | { readonly address: Uint8Array };

/** What is left out or undefined may be anything. */
export type WantedEntry = WantedSubject & {
  readonly scope?: Scope | undefined;
  readonly action?: RuleAction | undefined;
  /** As it stands in the table. */
  readonly shape?: RuleShape | undefined;
};

/**
 * The first line of the list in `path` (a kept copy, see copyPath) with such a rule. Undefined if none has one, or the file
 * cannot be read.
 */
export async function findListLine(
  path: string,
  options: ReadOptions,
  wanted: WantedEntry,
): Promise<FoundLine | undefined> {
  const isWanted = matcher(wanted);
  // The table may say it with the rest of the list in mind: a line that says so itself comes first.
  const isPlainlyWanted = matcher(asWritten(wanted));
  let found = 0;
  let foundPlain = 0;
  const look = (subject: RuleSubject, shape: RuleShape, line: number): void => {
    if (found === 0 && isWanted(subject, shape)) found = line;
    if (foundPlain === 0 && isPlainlyWanted(subject, shape)) foundPlain = line;
  };
  const reader = new ListReader(options, {
    onName: (wire, length, scope, shape, line) => {
      if (!('name' in wanted) || wanted.name.length !== length || found !== 0) return;
      look({ kind: 'name', wire: wire.slice(0, length), scope }, shape, line);
    },
    onPattern: ({ kind, text, shape, line }) => look({ kind, text }, shape, line),
    onAddress: ({ firstHex, lastHex, shape, line }) => look({ kind: 'addresses', firstHex, lastHex }, shape, line),
    onRemoval: () => undefined,
  });
  try {
    for await (const chunk of chunksOf(path)) {
      reader.push(chunk);
      if (found > 0) break;
    }
    // Rules made of several lines come at the end.
    reader.finish();
    const line = found || foundPlain;
    return line === 0 ? undefined : { lineNumber: line, text: await lineText(path, line) };
  } catch {
    return undefined;
  }
}

/** The first such rule. */
export function findRuleLine(
  rules: readonly { readonly text: string; readonly line: number }[],
  wanted: WantedEntry,
): FoundLine | undefined {
  const isWanted = matcher(wanted);
  for (const { text, line } of rules) {
    const rule = parseRule(text);
    if (typeof rule === 'string' || rule.removes) continue;
    if (isWanted(rule.subject, rule.shape)) return { lineNumber: line, text: text.trim() };
  }
  return undefined;
}

function matcher(wanted: WantedEntry): (subject: RuleSubject, shape: RuleShape) => boolean {
  const { scope, action, shape: wantedShape } = wanted;
  return (subject, shape) => {
    if (!isAbout(subject, wanted)) return false;
    if (scope !== undefined && subject.kind === 'name' && subject.scope !== scope) return false;
    if (action !== undefined && isAllowing(shape.class) !== (action === 'allow')) return false;
    return wantedShape === undefined || isPartOf(shape, wantedShape);
  };
}

function isAbout(subject: RuleSubject, wanted: WantedSubject): boolean {
  if ('name' in wanted) return subject.kind === 'name' && Buffer.compare(subject.wire, wanted.name) === 0;
  if ('pattern' in wanted) return subject.kind === wanted.pattern.kind && subject.text === wanted.pattern.text;
  if (subject.kind !== 'addresses') return false;
  const { address } = wanted;
  const hex = Buffer.from(isMappedIpv4(address) ? address.subarray(12) : address).toString('hex');
  return hex.length === subject.firstHex.length && subject.firstHex <= hex && hex <= subject.lastHex;
}

/** As a line may say it that `BlockTableBuilder` changed at the end: a wildcard that ends somewhere, "no such name" that became "no data". */
function asWritten(wanted: WantedEntry): WantedEntry {
  if (wanted.shape === undefined) return wanted;
  const { class: ruleClass, condition, response } = wanted.shape;
  const isEnded = condition !== undefined && Object.keys(condition).join() === 'denyAllow';
  const isDenied = response?.kind === 'nodata' && response.isBlock === true;
  const shape: RuleShape = {
    class: ruleClass,
    ...(condition === undefined || isEnded ? {} : { condition }),
    ...(response === undefined ? {} : { response: isDenied ? { kind: 'nxdomain', isBlock: true } : response }),
  };
  return { ...wanted, shape };
}

/** Records of several lines add up to the response that a table has, so a line may have some of them. */
function isPartOf({ class: ruleClass, condition, response }: RuleShape, wanted: RuleShape): boolean {
  if (ruleClass !== wanted.class || conditionKey(condition ?? {}) !== conditionKey(wanted.condition ?? {}))
    return false;
  if (response === undefined || wanted.response === undefined) return response === wanted.response;
  if (response.kind !== 'records' || wanted.response.kind !== 'records' || response.isBlock !== wanted.response.isBlock)
    return responseKey(response) === responseKey(wanted.response);
  const wantedRecords = new Set(wanted.response.records.map(({ type, rdataHex }) => `${type} ${rdataHex}`));
  return response.records.every(({ type, rdataHex }) => wantedRecords.has(`${type} ${rdataHex}`));
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
