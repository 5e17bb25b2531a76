// A reply as `sotto query` shows it: a line of status, why it is so, then the sections. Whatever a server sends, nothing but
// printable characters comes out.

import {
  FLAG_AA,
  FLAG_AD,
  FLAG_CD,
  FLAG_QR,
  FLAG_RA,
  FLAG_RD,
  FLAG_TC,
  rcodeOf,
  readAdditionalCount,
  readAnswerCount,
  readAuthorityCount,
  readFlags,
  readQuestionCount,
} from '../../../wire/header.ts';
import { CLASS } from '../../../wire/numbers.ts';
import { isStructurallySound } from '../../../wire/structure-guard.ts';
import { rcodeToText, typeToText } from '../../../wire/type-text.ts';
import type { Reply } from '../ask/ask.ts';
import { ednsLines, extendedRcode } from './edns-text.ts';
import { hexText } from './octets-text.ts';
import { rdataToText } from './rdata-text.ts';
import { type ResourceRecord, readSections } from './sections.ts';

const FLAG_WORDS = [
  [FLAG_QR, 'qr'],
  [FLAG_AA, 'aa'],
  [FLAG_TC, 'tc'],
  [FLAG_RD, 'rd'],
  [FLAG_RA, 'ra'],
  [FLAG_AD, 'ad'],
  [FLAG_CD, 'cd'],
] as const;

/** Several lines without a final newline. The message has at least a header. */
export function replyToText(reply: Reply): string {
  const { message } = reply;
  if (!isStructurallySound(message)) return brokenReplyToText(reply);
  const { questions, answers, authorities, additionals, opt } = readSections(message);
  const rcode = rcodeOf(readFlags(message)) | ((opt === undefined ? 0 : extendedRcode(opt)) << 4);
  const asked = questions.map((question) => [question.name, classToText(question.class), typeToText(question.type)]);
  const rows = (records: readonly ResourceRecord[]) => records.map((record) => recordColumns(message, record));
  return [
    statusLine(rcodeToText(rcode), reply),
    ...(opt === undefined ? [] : ednsLines(message, opt)),
    ...section('QUESTION', asked),
    ...section('ANSWER', rows(answers)),
    ...section('AUTHORITY', rows(authorities)),
    ...section('ADDITIONAL', rows(additionals)),
  ].join('\n');
}

function statusLine(outcome: string, { message, from, milliseconds }: Reply): string {
  const flags = readFlags(message);
  const words = FLAG_WORDS.filter(([flag]) => (flags & flag) !== 0).map(([, word]) => word);
  const time = `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
  return [outcome, `flags ${words.join(' ')}`, `${message.length} octets`, time, from].join('  ');
}

function recordColumns(message: Uint8Array, record: ResourceRecord): string[] {
  return [
    record.owner,
    String(record.ttlSeconds),
    classToText(record.class),
    typeToText(record.type),
    rdataToText(message, record),
  ];
}

/** RFC 3597 section 5 for classes without a mnemonic. */
function classToText(value: number): string {
  return Object.entries(CLASS).find(([, number]) => number === value)?.[0] ?? `CLASS${value}`;
}

const COLUMN_WIDTH_MAX = 40;

/** Nothing for an empty section. */
function section(title: string, rows: readonly string[][]): string[] {
  if (rows.length === 0) return [];
  const widths = rows[0]!.map((_, column) =>
    Math.min(COLUMN_WIDTH_MAX, Math.max(...rows.map((row) => row[column]!.length))),
  );
  const lines = rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return ['', title, ...lines];
}

const DUMP_LINE_BYTES = 32;
const DUMP_BYTES_MAX = 512;

/** Never decoded: counts, lengths or names in it lie. */
function brokenReplyToText(reply: Reply): string {
  const { message } = reply;
  const counts = [
    `QUESTION ${readQuestionCount(message)}`,
    `ANSWER ${readAnswerCount(message)}`,
    `AUTHORITY ${readAuthorityCount(message)}`,
    `ADDITIONAL ${readAdditionalCount(message)}`,
  ];
  const lines: string[] = [];
  const end = Math.min(message.length, DUMP_BYTES_MAX);
  for (let start = 0; start < end; start += DUMP_LINE_BYTES)
    lines.push(
      `${String(start).padStart(5)}  ${hexText(message.subarray(start, Math.min(end, start + DUMP_LINE_BYTES)))}`,
    );
  if (message.length > end) lines.push(`       ${message.length - end} octets more`);
  return [
    statusLine(rcodeToText(rcodeOf(readFlags(message))), reply),
    'MALFORMED: the counts, lengths or names in this reply contradict its octets, so it is not decoded',
    `claimed: ${counts.join(', ')}`,
    '',
    ...lines,
  ].join('\n');
}
