// docs/filter/rules.md: every example on it is asked of the code, and gets what the page says.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { LIST_FORMATS, type ListFormatName } from '../../src/control-plane/lists/formats/format-names.ts';
import { LINE_MAX_BYTES, type SkipReason, skipReasonText } from '../../src/control-plane/lists/formats/line-fault.ts';
import { buildRulesTable } from '../../src/control-plane/rules/build-rules-table.ts';
import { parseRulesFile } from '../../src/control-plane/rules/parse-rules-file.ts';
import { PATTERN_BOUNDS } from '../../src/control-plane/rules/pattern-budget.ts';
import { NAME_CONDITION_PARTS_MAX } from '../../src/memory/block-table/condition-parts.ts';
import { PARTS_OF_LIST_MAX } from '../../src/memory/block-table/numbered-parts.ts';
import { RULE_CLASS, TIER } from '../../src/memory/block-table/rule-model.ts';
import { NameHasher } from '../../src/memory/name-hash/name-hasher.ts';
import { ACTION, Decision, decide, decideAddress } from '../../src/policy/decide.ts';
import { patternFault } from '../../src/policy/patterns/pattern-fault.ts';
import { INSTRUCTIONS_MAX } from '../../src/policy/patterns/pattern-program.ts';
import { PolicyTables } from '../../src/policy/policy-tables.ts';
import { parseAddress } from '../../src/wire/ip-address.ts';
import { foldName } from '../../src/wire/name.ts';
import { knownName, nameToText } from '../../src/wire/name-text.ts';
import { rdataFromText } from '../../src/wire/rdata-from-text.ts';
import { typeFromText } from '../../src/wire/type-text.ts';
import { rulesOf } from '../fixtures/lists/rules-of.ts';
import { compileList } from '../fixtures/lists/verdicts.ts';
import { noRules, testGroup } from '../fixtures/policy.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'filter');
const PAGE = readFileSync(join(FOLDER, 'rules.md'), 'utf8');
/** As compileList has it. */
const HASH_KEY = new Uint8Array(16).fill(7);
const GROUPS = [testGroup(), testGroup({ name: 'kids', tags: ['user_child'] })];
const KIDS = 1;

type Row = ReadonlyMap<string, string>;

/** The rows of all tables whose head has these columns, by column. */
function rowsWith(...columns: readonly string[]): readonly Row[] {
  const tables = PAGE.match(/(?:^\|.*\n)+/gm) ?? [];
  return tables.flatMap((table) => {
    const [head, _, ...rows] = table.trimEnd().split('\n').map(cellsOf);
    if (!columns.every((column) => head!.includes(column))) return [];
    return rows.map((cells) => new Map(head!.map((column, index) => [column, cells[index]!])));
  });
}

function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function codesIn(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}

/** What becomes of a question, such as `ads.example AAAA (tablet)`, or of an answer with an address. */
function decided(policy: PolicyTables, question: string): Decision {
  const {
    subject,
    typeText = 'A',
    client,
  } = /^(?<subject>\S+)(?: (?<typeText>\w+))?(?: \((?<client>.+)\))?$/.exec(question)!.groups!;
  const clientAddress = new Uint8Array(16);
  const isAddress = client !== undefined && parseAddress(client, clientAddress);
  const clientId = client === undefined || isAddress ? '' : client;
  const asker = { clientAddress, clientId, groupIndex: clientId === '' ? 0 : KIDS };
  const group = GROUPS[asker.groupIndex]!;
  const hasher = new NameHasher(HASH_KEY);
  const decision = new Decision();
  const type = typeFromText(typeText)!;
  const address = new Uint8Array(16);
  const isAboutAddress = parseAddress(subject!, address);
  const name = knownName(isAboutAddress ? 'www.example' : subject!);
  foldName(name, name.length);
  hasher.hash(name, name.length);
  if (isAboutAddress) decideAddress(policy, group, asker, address, name, name.length, type, hasher, decision);
  else decide(policy, group, asker, name, name.length, type, hasher, decision);
  return decision;
}

/** `format`: `rule` for the operator's own. */
function policyOf(format: string, lines: readonly string[]): PolicyTables {
  if (format === 'rule') {
    const { rules, faults } = parseRulesFile(lines.join('\n'));
    assert.deepEqual(faults, []);
    const { table } = buildRulesTable({ hashKey: HASH_KEY, rules, fileRules: [], groupSupplies: [] });
    return new PolicyTables(noRules(HASH_KEY), table, GROUPS);
  }
  const options = { format: format as ListFormatName, subdomains: false };
  return new PolicyTables(compileList(lines.join('\n'), options), noRules(HASH_KEY), GROUPS);
}

const WORDS: Readonly<Record<string, string>> = {
  nxdomain: 'no such name',
  nodata: 'no records',
  refused: 'refused',
  drop: 'silence',
  truncate: 'over UDP, that it is to be asked over TCP',
};

/** In the words of the page; records of the type that is asked for as in `recordsText`. */
function answerTo(policy: PolicyTables, question: string): string {
  const { action, response } = decided(policy, question);
  if (action !== ACTION.BLOCK) return 'goes on to the upstream';
  if (response === undefined) return 'blocked';
  if (response.kind === 'alias') return `CNAME ${nameToText(response.target)}`;
  if (response.kind !== 'records') return WORDS[response.kind]!;
  const type = typeFromText(question.split(' ')[1] ?? 'A')!;
  const records = response.records.filter((record) => record.type === type).map(({ rdata }) => rdata);
  return records.length === 0 ? 'no records' : recordsText(type, records);
}

/** What a cell says: a record, an alias, or words. */
function toldAnswer(cell: string): string {
  const [record] = codesIn(cell);
  if (record === undefined || record.startsWith('CNAME ')) return record ?? cell;
  const [typeText, ...value] = record.split(' ');
  const type = typeFromText(typeText!)!;
  return recordsText(type, [rdataFromText(type, value.join(' ')) as Uint8Array]);
}

function recordsText(type: number, records: readonly Uint8Array[]): string {
  return [type, ...records.map((rdata) => Buffer.from(rdata).toString('hex'))].join(' ');
}

describe('the page about rules', () => {
  test('says of each example what is blocked by it, and what is not', () => {
    const rows = rowsWith('blocks', 'leaves alone');
    assert.ok(rows.length > 35);
    for (const row of rows) {
      const lines = codesIn(row.get('line') ?? row.get('rule') ?? row.get('example'));
      const policy = policyOf(row.get('format') ?? 'rule', lines);
      const isBlocked = (question: string) => decided(policy, question).action === ACTION.BLOCK;
      for (const question of codesIn(row.get('blocks')))
        assert.equal(isBlocked(question), true, `${lines.join()} blocks ${question}`);
      const leftAlone = codesIn(row.get('leaves alone'));
      assert.ok(leftAlone.length > 0, lines.join());
      for (const question of leftAlone)
        assert.equal(isBlocked(question), false, `${lines.join()} leaves ${question} alone`);
    }
  });

  test('says of each example what it is answered with', () => {
    const rows = rowsWith('question', 'answer');
    assert.ok(rows.length > 20);
    for (const row of rows) {
      const lines = codesIn(row.get('line'));
      const [question] = codesIn(row.get('question'));
      assert.equal(
        answerTo(policyOf(row.get('format')!, lines), question!),
        toldAnswer(row.get('answer')!),
        lines.join(),
      );
    }
  });

  test('says of each line that is left out why', () => {
    const rows = rowsWith('is left out as');
    assert.ok(rows.length > 15);
    for (const row of rows) {
      const line = codesIn(row.get('line'))[0]!;
      const { rules, skipped } = rulesOf((row.get('format') ?? 'adblock') as ListFormatName, line);
      assert.deepEqual(rules, [], line);
      const [, reason] = /^1 ([\w-]+): /.exec(skipped[0] ?? '') ?? [];
      assert.equal(skipReasonText(reason as SkipReason), row.get('is left out as'), line);
    }
  });

  test('names nothing of regular expressions that cannot be used', () => {
    const paragraph = /^\*\*Regular expressions\*\*[\s\S]*?\n\n/m.exec(PAGE)![0];
    const pieces = codesIn(paragraph);
    assert.ok(pieces.length > 12);
    for (const piece of pieces) assert.equal(patternFault('regex', `a${piece.replace('…', 'b')}`), undefined, piece);
  });

  test('leads to pages and headings that are there, as the pages beside it do', () => {
    for (const file of readdirSync(FOLDER)) {
      const text = readFileSync(join(FOLDER, file), 'utf8');
      for (const [, target, heading] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
        const path = join(FOLDER, target === '' ? file : target!);
        assert.ok(existsSync(path), `${file} links ${target}`);
        if (heading !== undefined) assert.ok(headingsOf(path).includes(heading), `${file} links #${heading}`);
      }
    }
  });

  test('has an example of every format and every modifier', () => {
    const formats = new Set(rowsWith('format', 'blocks').map((row) => row.get('format')));
    assert.deepEqual([...formats].sort(), [...LIST_FORMATS].sort());
    const modifiers = new Set(rowsWith('modifier').flatMap((row) => codesIn(row.get('modifier'))));
    const known = ['important', 'badfilter', 'denyallow', 'dnstype', 'client', 'ctag', 'dnsrewrite'];
    assert.deepEqual([...modifiers].sort(), known.sort());
  });

  test('gives the order of precedence as the code has it', () => {
    const [speakers, classes] = [...PAGE.matchAll(/(?:^\d\. .*\n)+/gm)].map(([list]) => list.trimEnd().split('\n'));
    const words: readonly (readonly [RegExp, number])[] = [
      [/the client's group/, TIER.GROUP_RULES],
      [/you, for everybody/, TIER.OWN_RULES],
      [/Android/, TIER.OWN_RULES + 0.5],
      [/the group has chosen/, TIER.GROUP_CHOICES],
      [/lists/, TIER.LISTS],
    ];
    const tiers = speakers!.map((line) => words.find(([word]) => word.test(line))![1]);
    assert.deepEqual(tiers, words.map(([, tier]) => tier).sort());
    const { IMPORTANT_ALLOW, IMPORTANT_BLOCK, ALLOW, BLOCK } = RULE_CLASS;
    const classOf = (line: string) => {
      const [important, plain] = line.includes('exception') ? [IMPORTANT_ALLOW, ALLOW] : [IMPORTANT_BLOCK, BLOCK];
      return line.includes('important') ? important : plain;
    };
    assert.deepEqual(classes!.map(classOf), Object.values(RULE_CLASS).sort());
  });

  test('gives limits as the code has them', () => {
    const limits = rowsWith('how much')
      .map((row) => [...row.values()].join(': '))
      .join('\n');
    const { patterns, runs, forAllNames, automataBytes, conditionParts } = PATTERN_BOUNDS;
    for (const limit of [
      `a line: ${inWords(LINE_MAX_BYTES)} octets`,
      `about one name: ${NAME_CONDITION_PARTS_MAX}`,
      `different answers: ${inWords(PARTS_OF_LIST_MAX)} of each`,
      `all lists together: ${inWords(patterns)}`,
      `${inWords(runs)} runs, and ${inWords(forAllNames)} more`,
      `in each query thread: ${automataBytes / 2 ** 20} MiB`,
      `parts of their modifiers: ${inWords(conditionParts)}`,
      `${inWords(INSTRUCTIONS_MAX)} steps`,
    ])
      assert.ok(limits.includes(limit), limit);
  });
});

function inWords(count: number): string {
  return count.toLocaleString('en-US');
}

/** As links name them. */
function headingsOf(path: string): string[] {
  const headings = readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}
