// An answer without the records that do not belong to its question, and with the others in the order of their chain: some clients
// follow a CNAME only to what stands behind it.

import type { AnswerFacts } from './answer-reader.ts';
import { type AnswerScope, NAME_WORK_MAX } from './answer-scope.ts';
import { writeCounts } from './header.ts';
import { copyRecord } from './record-copy.ts';

/**
 * Writes into `out` header and question of `message` and the records that `scope` ranked, names written out. Returns the length,
 * or -1 if a record is malformed, all of them do not fit, or their names are too much work.
 */
export function rebuildAnswer(message: Uint8Array, facts: AnswerFacts, scope: AnswerScope, out: Uint8Array): number {
  out.set(message.subarray(0, facts.questionEnd));
  let length = facts.questionEnd;
  let answerCount = 0;
  let authorityCount = 0;
  // A rank more than there are links: AUTHORITY.
  for (let rank = 0; rank <= scope.linkCount; rank++) {
    for (let index = 0; index < scope.recordCount; index++) {
      if (scope.ranks[index] !== rank) continue;
      length = copyRecord(message, scope.ownerOf(index), facts.lengthWithoutOpt, out, length, scope.nameWork);
      if (length < 0 || scope.nameWork.octets > NAME_WORK_MAX) return -1;
      if (index < facts.answerCount) answerCount++;
      else authorityCount++;
    }
  }
  writeCounts(out, 1, answerCount, authorityCount, 0);
  return length;
}
