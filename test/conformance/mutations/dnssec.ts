// Section D.

import type { Mutation } from './mutation.ts';

export const DNSSEC_MUTATIONS: readonly Mutation[] = [
  {
    id: 'D01',
    file: 'src/wire/query-builder.ts',
    from: 'question.dnssecOk ? OPT_FLAG_DO : 0',
    to: 'question.dnssecOk ? 0 : 0',
  },
  {
    id: 'D02',
    file: 'src/wire/query-builder.ts',
    from: '(question.checkingDisabled ? FLAG_CD : 0)',
    to: '(question.checkingDisabled ? 0 : 0)',
  },
  {
    id: 'D02',
    file: 'src/data-plane/steps/restore-question.ts',
    from: '(FLAG_RD | FLAG_CD)',
    to: '(FLAG_RD | 0)',
  },
  {
    id: 'D03',
    file: 'src/data-plane/steps/restore-question.ts',
    from: '(wantsAuthenticData ? relayed & FLAG_AD : 0)',
    to: '(relayed & FLAG_AD)',
  },
  {
    id: 'D03',
    file: 'src/data-plane/steps/restore-question.ts',
    from: '(wantsAuthenticData ? relayed & FLAG_AD : 0)',
    to: '(wantsAuthenticData ? FLAG_AD : 0)',
  },
  {
    id: 'D04',
    file: 'src/data-plane/steps/restore-question.ts',
    from: '(wantsAuthenticData ? relayed & FLAG_AD : 0)',
    to: '(facts.flags & FLAG_AD)',
  },
  {
    id: 'D05',
    file: 'src/wire/answer-scope.ts',
    from: '    if (!this.#wantsSignatures) return DROPPED;',
    to: '    if (this.#wantsSignatures) return DROPPED;',
  },
  {
    id: 'D05',
    file: 'src/wire/answer-scope.ts',
    from: 'const isWanted = this.#wantsSignatures || this.#isAskedFor(this.#typeOf(index));',
    to: 'const isWanted = true;',
  },
  {
    id: 'D06',
    file: 'src/data-plane/fallback/failure.ts',
    from: 'return extendedErrorCode >= EXTENDED_ERROR.DNSSEC_BOGUS && extendedErrorCode <= EXTENDED_ERROR.NSEC_MISSING;',
    to: 'return extendedErrorCode > EXTENDED_ERROR.DNSSEC_BOGUS && extendedErrorCode <= EXTENDED_ERROR.NSEC_MISSING;',
  },
  {
    id: 'D06',
    file: 'src/data-plane/questions/question-settler.ts',
    from: 'if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) {',
    to: 'if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN && rcode !== RCODE.SERVFAIL) {',
  },
  {
    id: 'D06',
    file: 'src/data-plane/questions/question-settler.ts',
    from: 'if (isBogus(failure.extendedErrorCode)) superseder.answerIsWithdrawn',
    to: 'if (isStaleAllowed) superseder.answerIsWithdrawn',
  },
  {
    id: 'D06',
    file: 'src/data-plane/questions/question-settler.ts',
    from: 'else if (!isStaleAllowed) superseder',
    to: 'else if (isStaleAllowed) superseder',
  },
  {
    id: 'D03',
    file: 'src/wire/derived-answer.ts',
    from: 'readFlags(source) & ~FLAG_AD',
    to: 'readFlags(source)',
  },
  {
    id: 'D07',
    file: 'src/control-plane/local-names/special-use-zones.ts',
    from: 'hasApexRecords: true, parentAnswersDs: true });',
    to: 'hasApexRecords: true });',
  },
];
