// Two versions of a list side by side: which rules came and went, and what becomes of what people asked for. Reads both files once,
// and keeps of their rules no more than a hash each, and those that could concern one of the names and addresses. Helper process.

import { BlockTableBuilder } from '../../../memory/block-table/block-table-builder.ts';
import { type RuleSource, TIER } from '../../../memory/block-table/rule-model.ts';
import { NameHasher } from '../../../memory/name-hash/name-hasher.ts';
import { REASON } from '../../../policy/decision.ts';
import type { RuleSubject } from '../../../policy/rule-syntax/rule-pattern.ts';
import { nameToText } from '../../../wire/name-text.ts';
import { ListReader } from '../list-reader.ts';
import { readListFile } from '../read-list-file.ts';
import { tableSink } from '../table-sink.ts';
import { type AnsweredName, IPV4_MAPPED, unpackAnswered } from './answered-names.ts';
import type { Comparison, ComparisonJob, VersionFile } from './compare-messages.ts';
import { spokenOf } from './decide-alone.ts';
import { RuleCounts } from './rule-counts.ts';
import { VERSION, type Version } from './rule-tally.ts';

const EXAMPLES_MAX = 10;
const IPV4_HEX_DIGITS = 8;
/** A changed list mostly has a little more than the old one. */
const GROWTH = 1.05;

/** Throws where a file cannot be read. */
export function compareVersions(job: ComparisonJob): Comparison {
  const { before, after, list } = job;
  const counts = new RuleCounts(GROWTH * Math.max(before.names, after.names));
  const answered = [...unpackAnswered(job.answered)];
  const suffixes = suffixHashes(answered, job.hashKey);
  const addresses = answered.flatMap((one) => one.addresses).sort();
  // Block lists decide by blocking, allow lists by allowing; some do both.
  const speaks = list.action === 'block' ? REASON.LIST_BLOCKS : REASON.LIST_ALLOWS;
  const decided = (version: Version, file: VersionFile) => {
    const table = readVersion(job, version, file, { counts, suffixes, addresses });
    return [...spokenOf(table, job.hashKey, answered, speaks)];
  };
  const spokeBefore = decided(VERSION.BEFORE, before);
  const speaksAfter = decided(VERSION.AFTER, after);
  const isWorse = list.action === 'block';
  const newlyBlocked = answered.filter((_, index) => {
    const spoke = spokeBefore[index]!;
    return speaksAfter[index]!.some((speaksNow, at) => speaksNow === isWorse && spoke[at] !== isWorse);
  });
  return {
    ...counts.change(),
    answered: answered.length,
    newlyBlocked: newlyBlocked.length,
    examples: newlyBlocked.slice(0, EXAMPLES_MAX).map(({ name }) => nameToText(name, 0)),
  };
}

function suffixHashes(answered: readonly AnsweredName[], hashKey: Uint8Array): ReadonlySet<number> {
  const hasher = new NameHasher(hashKey);
  const hashes = new Set<number>();
  for (const { name } of answered) {
    hasher.hash(name, name.length);
    for (let suffix = 0; suffix < hasher.labelCount; suffix++) hashes.add(hasher.high[suffix]!);
  }
  return hashes;
}

interface Tried {
  readonly counts: RuleCounts;
  readonly suffixes: ReadonlySet<number>;
  /** Ascending. */
  readonly addresses: readonly string[];
}

/** Counts all rules of a version; the table has those that could concern a name with one of the suffixes, or one of the addresses. */
function readVersion(
  { hashKey, list }: ComparisonJob,
  version: Version,
  file: VersionFile,
  { counts, suffixes, addresses }: Tried,
): SharedArrayBuffer {
  const hasher = new NameHasher(hashKey);
  const sources: RuleSource[] = [{ name: list.name, kind: 'list', tier: TIER.LISTS }];
  const builder = new BlockTableBuilder({ hashKey, contentId: '', sources });
  const sink = tableSink(builder, 0);
  const reader = new ListReader(list, {
    onName(wire, length, scope, shape, lineNumber) {
      hasher.hash(wire, length);
      counts.countName(hasher.fullHigh, hasher.fullLow, scope, shape, version);
      if (suffixes.has(hasher.fullHigh)) sink.onName(wire, length, scope, shape, lineNumber);
    },
    onPattern(rule) {
      counts.countOther(subjectText(rule), rule.shape, version);
      sink.onPattern(rule);
    },
    onAddress(rule) {
      counts.countOther(subjectText({ kind: 'addresses', ...rule }), rule.shape, version);
      if (hasBetween(addresses, mappedHex(rule.firstHex), mappedHex(rule.lastHex))) sink.onAddress(rule);
    },
    onRemoval(rule, lineNumber) {
      counts.countRemoval(subjectText(rule.subject), rule.shape, version);
      sink.onRemoval(rule, lineNumber);
    },
    endZone: () => sink.endZone?.(),
  });
  if (readListFile(file.path, reader) === undefined) throw new Error(`${file.path} cannot be read`);
  return builder.finish();
}

/** Rules write IPv4 addresses in 4 octets. */
function mappedHex(hex: string): string {
  return hex.length === IPV4_HEX_DIGITS ? IPV4_MAPPED + hex : hex;
}

/** Whether one of the ascending texts is neither below `first` nor above `last`. */
function hasBetween(texts: readonly string[], first: string, last: string): boolean {
  let low = 0;
  for (let high = texts.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if (texts[middle]! < first) low = middle + 1;
    else high = middle;
  }
  return low < texts.length && texts[low]! <= last;
}

/** What two rules about the same have in common. */
function subjectText(subject: RuleSubject): string {
  switch (subject.kind) {
    case 'name':
      return `name ${subject.scope} ${Buffer.from(subject.wire).toString('latin1')}`;
    case 'addresses':
      return `${subject.firstHex} ${subject.lastHex}`;
    default:
      return `${subject.kind} ${subject.text}`;
  }
}
