// What a group of clients may not have of a cached answer: where in the message the name stands that a rule blocks. Filed as the answer's
// `inspection`, where upstream-block.ts has no use for it; valid for the policy generation that stands beside it. The name is judged anew
// at each hit, the rest of the answer is not even read.

import { NO_UPSTREAM_BLOCK } from '../../policy/upstream-block.ts';

const OFFSET_MASK = 0xffff;
const GROUP_SHIFT = 16;

export const NOT_FILED = -1;

/** `offset`: behind the header. Above NO_UPSTREAM_BLOCK. */
export function findingAt(groupIndex: number, offset: number): number {
  return (groupIndex << GROUP_SHIFT) | offset;
}

/** NOT_FILED where nothing is known of this group. */
export function offsetOfFinding(inspection: number, groupIndex: number): number {
  if (!isFinding(inspection) || inspection >>> GROUP_SHIFT !== groupIndex) return NOT_FILED;
  return inspection & OFFSET_MASK;
}

export function isFinding(inspection: number): boolean {
  return inspection > NO_UPSTREAM_BLOCK;
}
