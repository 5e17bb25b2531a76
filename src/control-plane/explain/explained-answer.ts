// What a client gets, and the Extended DNS Errors (RFC 8914) that tell it why. Who says what is the data plane's (data-plane/refusals.ts);
// codes and texts come from where it has them.

import type { RuleResponse } from '../../memory/block-table/rule-model.ts';
import { BlockTexts } from '../../policy/block-texts.ts';
import { type Decision, REASON } from '../../policy/decide.ts';
import type { PolicyTables } from '../../policy/policy-tables.ts';
import { CHAIN_TEXT, NOT_READY_TEXT } from '../../policy/refusal-texts.ts';
import { type ListErrorCodes, sourceErrorCodes } from '../../policy/source-error-codes.ts';
import { EXTENDED_ERROR, TYPE } from '../../wire/numbers.ts';
import { extendedErrorToText } from '../../wire/type-text.ts';
import type { ExplainedAnswer, ExplainedError } from './explanation.ts';
import { responseText } from './response-text.ts';
import type { RuledQuestion } from './ruled-question.ts';

export interface AnswerContext {
  readonly policy: PolicyTables;
  readonly settings: { readonly lists: readonly { readonly name: string; readonly extendedErrorCode?: number }[] };
}

const utf8 = new TextDecoder();
const TCP_FIRST = '; over UDP it is sent to TCP first';

export function plainAnswer(text: string): ExplainedAnswer {
  return { text, extendedErrors: [] };
}

export function answerWithError(text: string, code: number, errorText: string): ExplainedAnswer {
  return { text, extendedErrors: [extendedError(code, errorText)] };
}

export const NOT_READY_ANSWER: ExplainedAnswer = answerWithError(
  'SERVFAIL until the lists have arrived',
  EXTENDED_ERROR.NOT_READY,
  NOT_READY_TEXT,
);

export const CHAIN_ANSWER: ExplainedAnswer = answerWithError(
  'SERVFAIL: its aliases are too many, or lead round in a circle',
  EXTENDED_ERROR.OTHER,
  CHAIN_TEXT,
);

/** For a rule that wants a stream: what the client then gets over that. */
export function overStreams({ text, extendedErrors }: ExplainedAnswer): ExplainedAnswer {
  return { text: text.endsWith(TCP_FIRST) ? text : `${text}${TCP_FIRST}`, extendedErrors };
}

/** What a group's block response, or the rule's own, makes of a block. `response`: the rule's. `question`: the name it is about, or with an address, 16 octets. */
export function blockedAnswer(
  context: AnswerContext,
  question: RuledQuestion,
  decision: Decision,
  response: RuleResponse | undefined,
  address?: Uint8Array,
): ExplainedAnswer {
  const { group, clientType: type } = question;
  const given = response ?? group.blockResponse;
  const text = responseText(given, type);
  if (given.kind === 'drop' || given.kind === 'truncate' || (given.kind === 'alias' && type !== TYPE.CNAME))
    return plainAnswer(text);
  const errorText =
    group.extendedErrorTexts && given.kind !== 'alias' ? blockText(context, question, decision, address) : '';
  const blocked = extendedError(errorCodeOf(context, decision), errorText);
  const isForged = given.kind === 'alias' || givesRecords(given, type);
  return { text, extendedErrors: [blocked, ...(isForged ? [extendedError(EXTENDED_ERROR.FORGED_ANSWER, '')] : [])] };
}

function extendedError(code: number, text: string): ExplainedError {
  return { code, name: extendedErrorToText(code), text };
}

function blockText(
  { policy }: AnswerContext,
  { name, hasher }: RuledQuestion,
  decision: Decision,
  address: Uint8Array | undefined,
): string {
  const texts = new BlockTexts(policy);
  if (address !== undefined) return utf8.decode(texts.textOfAddress(decision, address));
  return utf8.decode(texts.textOf(decision, name, name.length, hasher));
}

function errorCodeOf({ policy, settings }: AnswerContext, { reason, source }: Decision): number {
  const ofLists: ListErrorCodes = settings.lists.flatMap(({ name, extendedErrorCode }) =>
    extendedErrorCode === undefined ? [] : [[name, extendedErrorCode] as const],
  );
  if (source >= 0) return sourceErrorCodes(policy.sources, ofLists)[source]!;
  return reason === REASON.TYPE_NOT_ALLOWED ? EXTENDED_ERROR.FILTERED : EXTENDED_ERROR.BLOCKED;
}

function givesRecords(given: RuleResponse | RuledQuestion['group']['blockResponse'], type: number): boolean {
  const isAddress = type === TYPE.A || type === TYPE.AAAA;
  switch (given.kind) {
    case 'records':
      return given.records.some((record) => record.type === type);
    case 'null-address':
      return isAddress;
    case 'address':
      return (type === TYPE.A && given.a !== undefined) || (type === TYPE.AAAA && given.aaaa !== undefined);
    default:
      return false;
  }
}
