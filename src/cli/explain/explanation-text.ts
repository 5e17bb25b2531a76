// An explanation as `sotto explain` shows it: the verdict as a sentence, then what the client gets, who it is, every rule about the name
// with the strongest first, and what the answer leads to.

import type {
  ExplainedClient,
  ExplainedError,
  Explanation,
  ExplainedReach,
} from '../../control-plane/explain/explanation.ts';
import { untilText } from '../pause/group-state-text.ts';
import { visible } from '../visible-text.ts';
import { Ink } from './ink.ts';
import { rulesText } from './rules-text.ts';

export interface TextOptions {
  readonly hasColors: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What it rests on, where no gateway was asked; undefined: one was. */
  readonly notice: string | undefined;
}

type Row = readonly [word: string, text: string];

const WORD_WIDTH = 8;
const MARGIN = ' '.repeat(WORD_WIDTH + 4);

/** Several lines without a final newline. */
export function explanationToText(explanation: Explanation, { hasColors, now, notice }: TextOptions): string {
  const { sentence, action, rules, hasMoreRules, reached } = explanation;
  const ink = new Ink(hasColors);
  const verdict = `${visible(sentence)}.`;
  const sections = [
    [action === 'allow' ? ink.good(verdict) : ink.bad(verdict), ...(notice === undefined ? [] : [ink.faint(notice)])],
    rowsOf(explanation, now).map(([word, text]) => `  ${ink.faint(word.padEnd(WORD_WIDTH))}  ${visible(text)}`),
    rules.length === 0
      ? []
      : ['rules about the name, the strongest first', ...rulesText(rules, hasMoreRules, '  ', ink)],
    reached === undefined ? [] : reachText(reached, ink),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function rowsOf(explanation: Explanation, now: number): Row[] {
  const { answer, client, line, rules, notes, isPreliminary } = explanation;
  const rows: Row[] = [['answer', answer.text]];
  for (const error of answer.extendedErrors) rows.push(['', errorText(error)]);
  rows.push(...clientRows(client, now));
  // Of a rule it is shown beside the rule.
  if (line !== undefined && explanation.local !== undefined) {
    rows.push(['line', line.number > 0 ? `${line.file}:${line.number}` : line.file]);
    rows.push(['', line.text]);
  }
  if (isPreliminary) rows.push(['note', 'not all lists are here yet; one that is missing may name it']);
  if (rules.length === 0 && explanation.local === undefined && explanation.action !== 'refused')
    rows.push(['rules', 'no rule is about the name']);
  for (const note of notes) rows.push(['note', note]);
  return rows;
}

function errorText({ code, name, text }: ExplainedError): string {
  return `extended error ${code} (${name})${text === '' ? '' : `: ${text}`}`;
}

function clientRows({ client, group, why, schedule, scheduleUntil, pausedUntil }: ExplainedClient, now: number): Row[] {
  const rows: Row[] = client === undefined ? [] : [['client', client]];
  rows.push(['group', group === undefined ? `none: ${why}` : `${group}: ${why}`]);
  const until = scheduleUntil === undefined ? '' : `, at least until ${untilText(scheduleUntil, now)}`;
  if (schedule !== undefined) rows.push(['schedule', `${schedule}${until}`]);
  else if (scheduleUntil !== undefined) rows.push(['schedule', `none${until}`]);
  if (pausedUntil !== undefined) rows.push(['paused', `until ${untilText(pausedUntil, now)}: everything is answered`]);
  return rows;
}

function reachText(reached: ExplainedReach, ink: Ink): string[] {
  if (!reached.wasLookedAt) return [`what it leads to was not looked at: ${visible(reached.why)}`];
  const from = reached.from === 'the cache' ? 'the cached answer' : `the answer of ${visible(reached.from)}`;
  if (reached.places.length === 0) return [`${from} has neither another name nor an address (${reached.rcode})`];
  return [
    `where ${from} leads`,
    ...reached.places.flatMap(({ kind, text, action, why, rules, hasMoreRules }) => [
      `  ${action === 'block' ? ink.bad('blocked') : ink.good('ok     ')}  ${kind.padEnd(7)}  ${visible(text)}`,
      ...(why === undefined || rules.length > 0 ? [] : [`${MARGIN}${visible(why)}`]),
      ...rulesText(rules, hasMoreRules, MARGIN, ink),
    ]),
  ];
}
