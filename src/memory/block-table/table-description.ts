// What a block table says in words: whose rules it holds, and the parts of rules that do not fit an item. JSON, checked on reading.

import { BlockTableDamaged } from './block-table-damaged.ts';
import { DESCRIBED_MAX, SOURCES_MAX } from './block-table-layout.ts';
import {
  type MadePattern,
  RULE_CLASSES,
  type RuleClass,
  type RuleCondition,
  type RuleResponse,
  type RuleSource,
  TIER,
} from './rule-model.ts';

/** A rule about names that no look-up finds. `condition` and `response`: numbers from 1, 0 for none. */
export interface TablePattern {
  readonly source: number;
  readonly kind: 'regex' | 'glob';
  readonly text: string;
  readonly class: RuleClass;
  readonly condition: number;
  readonly response: number;
  /** 1-based. */
  readonly line: number;
  /** In the first of the patterns that have the same text. */
  readonly made?: MadePattern;
}

export interface TableDescription {
  readonly contentId: string;
  /** In configured order. */
  readonly sources: readonly RuleSource[];
  readonly conditions: readonly RuleCondition[];
  readonly responses: readonly RuleResponse[];
  /** In order of precedence. */
  readonly patterns: readonly TablePattern[];
}

/** Of one pattern. */
const LITERALS_MAX = 64;

/** Throws BlockTableDamaged where anything is not what it has to be. */
export function readDescription(octets: Uint8Array): TableDescription {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(octets));
  } catch {
    throw new BlockTableDamaged('the description is not JSON');
  }
  if (!isDescription(parsed)) throw new BlockTableDamaged('the description lacks its fields');
  return parsed;
}

function isDescription(value: unknown): value is TableDescription {
  if (!isObject(value)) return false;
  const { contentId, sources, conditions, responses, patterns } = value;
  return (
    typeof contentId === 'string' &&
    isArrayOf(sources, SOURCES_MAX, isSource) &&
    isArrayOf(conditions, DESCRIBED_MAX, isCondition) &&
    isArrayOf(responses, DESCRIBED_MAX, isResponse) &&
    isArrayOf(patterns, DESCRIBED_MAX, (pattern): pattern is TablePattern =>
      isPattern(pattern, sources.length, conditions.length, responses.length),
    )
  );
}

const SOURCE_KINDS: readonly unknown[] = ['list', 'rules', 'group-rules', 'service', 'safe-search'];
const TIERS: readonly unknown[] = Object.values(TIER);

function isSource(value: unknown): value is RuleSource {
  if (!isObject(value)) return false;
  return typeof value.name === 'string' && SOURCE_KINDS.includes(value.kind) && TIERS.includes(value.tier);
}

function isCondition(value: unknown): value is RuleCondition {
  if (!isObject(value)) return false;
  const { types, clients, tags, denyAllow, liftsResponsesOnly } = value;
  return (
    (types === undefined ||
      (isObject(types) && typeof types.except === 'boolean' && isArrayOf(types.numbers, 0x1_0000, isNumber16))) &&
    (clients === undefined || isOnlyExcept(clients)) &&
    (tags === undefined || isOnlyExcept(tags)) &&
    (denyAllow === undefined || isArrayOf(denyAllow, DESCRIBED_MAX, isText)) &&
    (liftsResponsesOnly === undefined || liftsResponsesOnly === true)
  );
}

function isOnlyExcept(value: unknown): boolean {
  return (
    isObject(value) && isArrayOf(value.only, DESCRIBED_MAX, isText) && isArrayOf(value.except, DESCRIBED_MAX, isText)
  );
}

const PLAIN_RESPONSES: readonly unknown[] = ['nxdomain', 'nodata', 'refused', 'drop', 'truncate'];

function isResponse(value: unknown): value is RuleResponse {
  if (!isObject(value)) return false;
  if (value.kind === 'alias') return typeof value.target === 'string';
  if (value.kind === 'records') return isArrayOf(value.records, DESCRIBED_MAX, isRecord);
  return PLAIN_RESPONSES.includes(value.kind);
}

const HEX = /^(?:[0-9a-f]{2}){0,65535}$/i;

function isRecord(value: unknown): value is unknown {
  return isObject(value) && isNumber16(value.type) && typeof value.rdataHex === 'string' && HEX.test(value.rdataHex);
}

function isPattern(value: unknown, sources: number, conditions: number, responses: number): value is TablePattern {
  if (!isObject(value)) return false;
  const { source, kind, text, class: ruleClass, condition, response, line, made } = value;
  return (
    isBelow(source, sources) &&
    (kind === 'regex' || kind === 'glob') &&
    typeof text === 'string' &&
    isBelow(ruleClass, RULE_CLASSES) &&
    isBelow(condition, conditions + 1) &&
    isBelow(response, responses + 1) &&
    typeof line === 'number' &&
    (made === undefined || isMade(made))
  );
}

function isMade(value: unknown): value is MadePattern {
  if (!isObject(value)) return false;
  const { automaton, literals } = value;
  return typeof automaton === 'string' && (literals === undefined || isArrayOf(literals, LITERALS_MAX, isLiteral));
}

/** Some ASCII text. */
function isLiteral(value: unknown): value is string {
  return typeof value === 'string' && /^[\0-\x7f]+$/.test(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isArrayOf<T>(value: unknown, most: number, isElement: (element: unknown) => element is T): value is T[] {
  return Array.isArray(value) && value.length <= most && value.every((element) => isElement(element));
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber16(value: unknown): value is number {
  return isBelow(value, 0x1_0000);
}

function isBelow(value: unknown, end: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < end;
}
