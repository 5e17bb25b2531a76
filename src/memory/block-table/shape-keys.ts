// Builder side: when two conditions or responses are the same, whatever order their parts were written in.

import { TYPE } from '../../wire/numbers.ts';
import type { RuleCondition, RuleResponse } from './rule-model.ts';

export function conditionKey({ types, clients, tags, denyAllow, liftsResponsesOnly }: RuleCondition): string {
  return JSON.stringify([
    types === undefined ? 0 : [types.except, types.numbers.toSorted((a, b) => a - b)],
    clients === undefined ? 0 : [clients.only.toSorted(), clients.except.toSorted()],
    tags === undefined ? 0 : [tags.only.toSorted(), tags.except.toSorted()],
    denyAllow === undefined ? 0 : denyAllow.toSorted(),
    liftsResponsesOnly === true,
  ]);
}

/** What rules of whole lists say: nothing, refusals, and nobody's addresses. There are two dozen of them. */
export function isPlainResponse(response: RuleResponse): boolean {
  if (response.kind === 'alias') return false;
  if (response.kind !== 'records') return true;
  const { records } = response;
  return records.length <= 2 && records.every(({ type, rdataHex }) => rdataHex === NOBODY.get(type));
}

/** 0.0.0.0 and ::, by type. */
const NOBODY: ReadonlyMap<number, string> = new Map([
  [TYPE.A, '0'.repeat(8)],
  [TYPE.AAAA, '0'.repeat(32)],
]);

export function responseKey(response: RuleResponse): string {
  return `${response.isBlock === true ? 'block ' : ''}${contentKey(response)}`;
}

function contentKey(response: RuleResponse): string {
  switch (response.kind) {
    case 'alias':
      return `alias ${response.target}`;
    case 'records':
      return JSON.stringify(response.records.map(recordKey).toSorted());
    default:
      return response.kind;
  }
}

function recordKey({ type, rdataHex }: { readonly type: number; readonly rdataHex: string }): string {
  return `${type} ${rdataHex.toLowerCase()}`;
}
