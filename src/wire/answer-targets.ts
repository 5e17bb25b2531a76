// The names that an answer leads to, in the order in which they are judged: behind CNAME, behind DNAME, those of services, which may be
// reached by their hints alone, without anybody asking for the target's address.

import type { AnswerFacts } from './answer-reader.ts';

export type TargetKind = 'CNAME' | 'DNAME' | 'service';

export function targetCount({ cnameCount, dnameCount, serviceTargetCount }: AnswerFacts): number {
  return cnameCount + dnameCount + serviceTargetCount;
}

/** Where the name at `index` stands in the message. */
export function targetOffset(facts: AnswerFacts, index: number): number {
  const amongDnames = index - facts.cnameCount;
  if (amongDnames < 0) return facts.cnameTargetOffsets[index]!;
  const amongServices = amongDnames - facts.dnameCount;
  return amongServices < 0 ? facts.dnameTargetOffsets[amongDnames]! : facts.serviceTargetOffsets[amongServices]!;
}

export function targetKind({ cnameCount, dnameCount }: AnswerFacts, index: number): TargetKind {
  if (index < cnameCount) return 'CNAME';
  return index < cnameCount + dnameCount ? 'DNAME' : 'service';
}
