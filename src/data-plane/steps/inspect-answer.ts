// Looks inside a fresh answer for what the group that asked may not have, so that this is filed with it. Whoever gets it is looked at again
// by himself (deliver-answer.ts).

import type { AnswerStep } from '../step.ts';
import type { AnswerInspector } from '../answers/answer-inspector.ts';

export function inspectAnswer(inspector: AnswerInspector): AnswerStep {
  return {
    name: 'inspect-answer',
    run(answer) {
      if (!answer.isFaulty) inspector.inspectFor(answer.groupIndex, answer);
    },
  };
}
