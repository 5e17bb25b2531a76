// Who was asked, as a part of AnswerKey.variant: where a group has upstreams of its own, its answers are kept apart from those of others.

import type { AnswerKey } from './cached-answer.ts';

/** From here on a bit for each upstream that may be asked; none of them: all. */
const UPSTREAMS_SHIFT = 8;
const WITHOUT_UPSTREAMS = 0xff;
/** All bits there are for upstreams. */
export const VARIANT_OF_ANY_UPSTREAMS = 0xffff00;

/** Their bits of AnswerKey.variant. `upstreams`: indexes into [[upstream]]; undefined: all. */
export function variantOfUpstreams(upstreams: readonly number[] | undefined): number {
  return (upstreams ?? []).reduce((bits, upstream) => bits | (1 << (UPSTREAMS_SHIFT + upstream)), 0);
}

/** A bit for each upstream that may be asked; 0: all. */
export function upstreamsOf({ variant }: Pick<AnswerKey, 'variant'>): number {
  return variant >>> UPSTREAMS_SHIFT;
}

/** `bits`: of variantOfUpstreams. */
export function withUpstreams(variant: number, bits: number): number {
  return (variant & WITHOUT_UPSTREAMS) | bits;
}
