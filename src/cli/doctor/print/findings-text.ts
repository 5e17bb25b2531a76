// Findings as people read them: a line each, what to do below it.

import { visible } from '../../visible-text.ts';
import type { Examined } from '../examine.ts';
import type { Finding, Verdict } from '../finding.ts';

const NAME_WIDTH = 9;
const WORD_WIDTH = 7;

/** Select Graphic Rendition of ECMA-48: green, yellow, red, cyan, faint. */
const COLORS: Readonly<Record<Verdict, string>> = { ok: '32', warn: '33', fail: '1;31', unknown: '36', skip: '2' };

/** Without a final newline; empty where nothing was found. */
export function findingsToText({ examination, findings }: Examined, hasColors: boolean): string {
  return findings.flatMap((finding) => lines(finding, examination.name, hasColors)).join('\n');
}

function lines({ verdict, sentence, advice }: Finding, name: string, hasColors: boolean): string[] {
  const word = verdict.padEnd(WORD_WIDTH);
  const mark = hasColors ? `\u001b[${COLORS[verdict]}m${word}\u001b[0m` : word;
  const indent = ' '.repeat(WORD_WIDTH + NAME_WIDTH + 4);
  return [
    `${mark}  ${name.padEnd(NAME_WIDTH)}  ${visible(sentence)}`,
    ...advice.map((step) => `${indent}-> ${visible(step)}`),
  ];
}

/** The last line: how many of each, and what it means. */
export function conclusionText(all: readonly Examined[]): string {
  const findings = all.flatMap((examined) => examined.findings);
  const count = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
  const [failures, warnings, unknowns] = [count('fail'), count('warn'), count('unknown')];
  const counts = [
    `${count('ok')} ok`,
    ...(warnings === 0 ? [] : [warnings === 1 ? '1 warning' : `${warnings} warnings`]),
    ...(failures === 0 ? [] : [failures === 1 ? '1 failure' : `${failures} failures`]),
    ...(unknowns === 0 ? [] : [`${unknowns} unknown`]),
  ].join(', ');
  if (failures > 0) return `${counts}. Begin with the first failure: it may be the reason for those below it.`;
  if (warnings > 0) return `${counts}. Nothing fails; the warnings say for whom, or for how long, it does not work.`;
  if (all.some(({ examination, findings: own }) => examination.isBeyondSight !== true && own.some(isUnknown)))
    return `${counts}. Nothing fails; whether devices can connect depends on what is unknown.`;
  return `${counts}. As far as can be seen from inside, devices can connect.`;
}

function isUnknown({ verdict }: Finding): boolean {
  return verdict === 'unknown';
}
