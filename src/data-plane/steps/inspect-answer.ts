// Looks inside a fresh answer for what the policy forbids there, before anyone gets it.

import type { AnswerStep } from '../step.ts';
import { isOfPublic } from '../answers/answer-filing.ts';
import { type AnswerInspector, CLEAN } from '../answers/answer-inspector.ts';

export function inspectAnswer(inspector: AnswerInspector): AnswerStep {
  return {
    name: 'inspect-answer',
    run(answer) {
      if (answer.isFaulty) return;
      const finding = inspector.inspect(answer.message, answer.length, isOfPublic(answer.question));
      // Our own rules come first; without one, what the upstream said of the name stays.
      if (finding !== CLEAN) answer.inspection = finding;
    },
  };
}
