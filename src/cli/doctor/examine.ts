// Runs the examinations side by side and hands their findings on in order. Each may take its time; all together may not.

import type { Circumstances } from './circumstances.ts';
import type { Examination } from './examination.ts';
import { type Finding, unknown } from './finding.ts';

export interface Examined {
  readonly examination: Examination;
  readonly findings: readonly Finding[];
}

export interface ExamineOptions {
  /** The one that is waited for. */
  onWaiting?(examination: Examination): void;
  onExamined?(examined: Examined): void;
  /** Of all examinations together. */
  readonly longestMilliseconds: number;
}

export async function examine(
  examinations: readonly Examination[],
  circumstances: Circumstances,
  options: ExamineOptions,
): Promise<readonly Examined[]> {
  const { longestMilliseconds } = options;
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), longestMilliseconds);
  const running = examinations.map((examination) => examineOrExplain(examination, circumstances));
  const all: Examined[] = [];
  try {
    for (const [index, examination] of examinations.entries()) {
      options.onWaiting?.(examination);
      const findings = await Promise.race([running[index]!, late.promise]);
      const examined = { examination, findings: findings ?? [outOfTime(examination, longestMilliseconds)] };
      all.push(examined);
      options.onExamined?.(examined);
    }
  } finally {
    clearTimeout(timer);
  }
  return all;
}

/** A fault of one of them must not cost the findings of the others. */
async function examineOrExplain(examination: Examination, circumstances: Circumstances): Promise<readonly Finding[]> {
  try {
    return await examination.examine(circumstances);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return [unknown(`${examination.subject}: the examination itself failed (${text})`, 'please report it')];
  }
}

function outOfTime({ subject }: Examination, milliseconds: number): Finding {
  return unknown(
    `${subject}: not found out within ${Math.round(milliseconds / 1000)} s`,
    'try again when the machine has less to do',
  );
}
