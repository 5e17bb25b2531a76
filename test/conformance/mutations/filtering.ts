// Section F.

import type { Mutation } from './mutation.ts';

export const FILTERING_MUTATIONS: readonly Mutation[] = [
  {
    id: 'F02',
    file: 'src/data-plane/refusals.ts',
    from: '        query.explainAlso(EXTENDED_ERROR.FORGED_ANSWER, NO_TEXT);',
    to: '        void EXTENDED_ERROR.FORGED_ANSWER;',
  },
  {
    id: 'F02',
    file: 'src/data-plane/refusals.ts',
    from: '  query.explain(EXTENDED_ERROR.BLOCKED, inForce.texts.textFor(reason, source));',
    to: '  query.explain(EXTENDED_ERROR.FILTERED, inForce.texts.textFor(reason, source));',
  },
  {
    id: 'F03',
    file: 'src/data-plane/fallback/failure.ts',
    from: 'unreachable: { code: EXTENDED_ERROR.NO_REACHABLE_AUTHORITY,',
    to: 'unreachable: { code: EXTENDED_ERROR.OTHER,',
  },
  {
    id: 'F03',
    file: 'src/data-plane/fallback/failure.ts',
    from: "'bad-reply': { code: EXTENDED_ERROR.INVALID_DATA,",
    to: "'bad-reply': { code: EXTENDED_ERROR.OTHER,",
  },
  {
    id: 'F05',
    file: 'src/data-plane/questions/deliver-answer.ts',
    from: '  query.explain(answer.extendedErrorCode, answer.extendedErrorText);',
    to: '  query.explain(-1, answer.extendedErrorText);',
  },
  {
    id: 'F07',
    file: 'src/data-plane/answers/answer-inspector.ts',
    from: 'i < facts.cnameCount;',
    to: 'i < facts.cnameCount - 1;',
  },
  {
    id: 'F07',
    file: 'src/data-plane/answers/answer-inspector.ts',
    from: 'i < facts.serviceTargetCount;',
    to: 'i < 0;',
  },
  {
    id: 'F09',
    file: 'src/policy/decide.ts',
    from: 'if (match.ruleAllowSource >= 0) {',
    to: 'if (match.ruleAllowSource >= 0 && match.ruleBlockSource < 0) {',
  },
  {
    id: 'F01',
    file: 'src/data-plane/steps/append-edns.ts',
    from: 'if (!facts.hasOpt) return;',
    to: 'if (!facts.hasOpt && opt.extendedErrorCode < 0) return;',
  },
  {
    id: 'F01',
    file: 'src/data-plane/refusals.ts',
    from: 'return replyError(query, OUTCOME.MALFORMED, rcode, extendedError, text);',
    to: 'return replyError(query, OUTCOME.MALFORMED, rcode, rcode === RCODE.NOTIMP ? -1 : extendedError, text);',
  },
  {
    id: 'F04',
    file: 'src/data-plane/steps/append-edns.ts',
    from: 'if (query.replyLength + extendedErrorBytes(extendedErrorText) + alsoBytes <= limitBytes) {',
    to: 'if (alsoBytes <= limitBytes) {',
  },
  {
    id: 'F11',
    file: 'src/data-plane/steps/check-answer.ts',
    from: 'answer.length = scope.ownerOf(scope.recordCount);',
    to: 'answer.length = answer.message.length;',
  },
  {
    id: 'F06',
    file: 'src/data-plane/refusals.ts',
    from: 'query.facts.type === TYPE.AAAA ? ipv6 : undefined',
    to: 'query.facts.type === TYPE.AAAA ? ipv6 : ipv4',
  },
  {
    id: 'F08',
    file: 'src/control-plane/local-names/compile-local-names.ts',
    from: 'for (const name of canaries) builder.addZone(canaryZone(name));',
    to: 'void canaries;',
  },
];
