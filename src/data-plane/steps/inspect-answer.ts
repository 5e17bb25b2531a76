// Looks inside a fresh answer for what the policy forbids there, before anyone gets it.

import type { AnswerStep } from '../step.ts';
import type { AnswerInspector } from '../answer-inspector.ts';

export function inspectAnswer(inspector: AnswerInspector): AnswerStep {
  return {
    name: 'inspect-answer',
    run(answer) {
      if (!answer.isFaulty) answer.inspection = inspector.inspect(answer.message, answer.length);
    },
  };
}
