// `sotto doctor`: why a device cannot connect, step by step, and what to do.

import { readArguments } from './arguments.ts';
import { gatherCircumstances } from './doctor/circumstances.ts';
import { EXAMINATIONS } from './doctor/examinations.ts';
import { examine, type Examined } from './doctor/examine.ts';
import { findingsToJson } from './doctor/print/findings-json.ts';
import { conclusionText, findingsToText } from './doctor/print/findings-text.ts';
import { Progress } from './doctor/print/progress.ts';
import { knowsEscapeCodes } from './doctor/print/terminal.ts';
import { thisMachine } from './doctor/surroundings.ts';
import { settingsOrFaults } from './settings-or-faults.ts';

/** Asking a gateway that does not answer whether it is there takes 10 s of them. */
const LONGEST_MILLISECONDS = 25_000;

/** `surroundings`: tests put another machine here. */
export async function doctor(args: readonly string[], surroundings = thisMachine()): Promise<number> {
  const { options, flags } = readArguments(args, {
    usage: 'sotto doctor [--config FILE] [--json]',
    options: ['config'],
    flags: ['json'],
  });
  const settings = settingsOrFaults(options.config, 'hide notices');
  if (settings === undefined) return 2;
  const isForPrograms = flags.has('json');
  const hasColors = knowsEscapeCodes(process.stdout) && (process.env.NO_COLOR ?? '') === '';
  const progress = new Progress(process.stderr);
  progress.show('the gateway');
  const begun = performance.now();
  const circumstances = await gatherCircumstances(settings, surroundings);
  let all: readonly Examined[];
  try {
    all = await examine(EXAMINATIONS, circumstances, {
      longestMilliseconds: LONGEST_MILLISECONDS - (performance.now() - begun),
      onWaiting: ({ subject }) => progress.show(subject),
      onExamined(examined) {
        progress.hide();
        if (!isForPrograms && examined.findings.length > 0) console.log(findingsToText(examined, hasColors));
      },
    });
  } finally {
    progress.hide();
    await circumstances.close();
  }
  console.log(isForPrograms ? findingsToJson(all) : `\n${conclusionText(all)}`);
  return all.some(({ findings }) => findings.some(({ verdict }) => verdict === 'fail')) ? 1 : 0;
}
