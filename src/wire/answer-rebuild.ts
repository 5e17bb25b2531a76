// An answer without the records that do not belong to its question, and with the others in the order of their chain: some clients
// follow a CNAME only to what stands behind it.

import type { AnswerFacts } from './answer-reader.ts';
import { type AnswerScope, NAME_WORK_MAX } from './answer-scope.ts';
import { HEADER_BYTES, writeCounts } from './header.ts';
import { copyOwnedRecord, isOwnerShort, shortenOwner } from './owner-pointer.ts';

/**
 * Writes into `out` header and question of `message` and the records that `scope` ranked, names written out but for owners that are
 * the question's name or that of the records before. Returns the length, or -1 if a record is malformed, all of them do not fit, or
 * their names are too much work. The last record must fit with its owner written out.
 */
export function rebuildAnswer(message: Uint8Array, facts: AnswerFacts, scope: AnswerScope, out: Uint8Array): number {
  const { nameWork } = scope;
  out.set(message.subarray(0, facts.questionEnd));
  let length = facts.questionEnd;
  let answerCount = 0;
  let authorityCount = 0;
  /** Where the last owner that is not the question's name is written out. */
  let ownerAt = 0;
  // A rank more than there are links: AUTHORITY.
  for (let rank = 0; rank <= scope.linkCount; rank++) {
    for (let index = 0; index < scope.recordCount; index++) {
      if (scope.ranks[index] !== rank) continue;
      const start = scope.ownerOf(index);
      let end = copyOwnedRecord(message, start, facts.lengthWithoutOpt, HEADER_BYTES, out, length, nameWork);
      if (end < 0 || nameWork.octets > NAME_WORK_MAX) return -1;
      if (!isOwnerShort(out, length) && ownerAt > 0) end = shortenOwner(out, length, end, ownerAt, nameWork);
      if (!isOwnerShort(out, length)) ownerAt = length;
      length = end;
      if (index < facts.answerCount) answerCount++;
      else authorityCount++;
    }
  }
  writeCounts(out, 1, answerCount, authorityCount, 0);
  return length;
}
