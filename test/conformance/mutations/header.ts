// Section W.

import type { Mutation } from './mutation.ts';

export const HEADER_MUTATIONS: readonly Mutation[] = [
  {
    id: 'W01',
    file: 'src/data-plane/steps/check-header.ts',
    from: 'if (query.length < HEADER_BYTES) return VERDICT.DROP;',
    to: 'if (query.length < HEADER_BYTES) { query.replyLength = HEADER_BYTES; return VERDICT.REPLY; }',
  },
  {
    id: 'W02',
    file: 'src/data-plane/steps/check-header.ts',
    from: '(readFlags(query.message) & FLAG_QR) === 0 ? VERDICT.PASS : VERDICT.DROP',
    to: '(readFlags(query.message) & FLAG_QR) === 0 ? VERDICT.PASS : VERDICT.REPLY',
  },
  {
    id: 'W03',
    file: 'src/wire/query-reader.ts',
    from: 'if (readQuestionCount(message) !== 1) return',
    to: 'if (readQuestionCount(message) === 0) return',
  },
  {
    id: 'W04',
    file: 'src/data-plane/steps/check-packet.ts',
    from: 'if (fault !== QUERY_FAULT.COOKIE_ALONE || !cookies.areOn)',
    to: 'if (fault !== QUERY_FAULT.COOKIE_ALONE && fault !== QUERY_FAULT.QUESTION_COUNT)',
  },
  {
    id: 'W05',
    file: 'src/data-plane/steps/check-packet.ts',
    from: 'if (fault !== QUERY_FAULT.COOKIE_ALONE || !cookies.areOn)',
    to: 'if (fault >= 0)',
  },
  {
    id: 'W05',
    file: 'src/data-plane/query.ts',
    from: '    this.asked.type = 0;\n',
    to: '',
  },
  {
    id: 'W06',
    file: 'src/wire/query-reader.ts',
    from: 'if (opcodeOf(facts.flags) !== OPCODE.QUERY) return',
    to: 'if (opcodeOf(facts.flags) === 4 || opcodeOf(facts.flags) === 5) return',
  },
  {
    id: 'W07',
    file: 'src/wire/query-reader.ts',
    from: 'if (opcodeOf(facts.flags) !== OPCODE.QUERY) return',
    to: 'if (opcodeOf(facts.flags) !== OPCODE.QUERY && opcodeOf(facts.flags) !== 4) return',
  },
  {
    id: 'W08',
    file: 'src/data-plane/steps/restore-question.ts',
    from: '(facts.flags & (FLAG_RD | FLAG_CD))',
    to: '(facts.flags & (FLAG_RD | FLAG_CD | 0x40))',
  },
  {
    id: 'W09',
    file: 'src/wire/query-reader.ts',
    from: 'if (readQuestionCount(message) !== 1) return',
    to: 'if ((facts.flags & 0x0200) !== 0) return QUERY_FAULT.FORMAT;\n  if (readQuestionCount(message) !== 1) return',
  },
  {
    id: 'W10',
    file: 'src/wire/query-reader.ts',
    from: 'if (labelLength > LABEL_MAX) break;',
    to: 'if (labelLength > 0xbf) break;',
  },
  {
    id: 'W11',
    file: 'src/wire/query-reader.ts',
    from: 'if (labelLength > LABEL_MAX) break;',
    to: 'if (labelLength >= 0xc0) return position + 2;\n    if (labelLength > LABEL_MAX) break;',
  },
  {
    id: 'W12',
    file: 'src/wire/name.ts',
    from: 'const POINTER_HOPS_MAX = 127;',
    to: 'const POINTER_HOPS_MAX = 1_000_000;',
  },
  {
    id: 'W12',
    file: 'src/wire/answer-scope.ts',
    from: 'export const NAME_WORK_MAX = 262_144;',
    to: 'export const NAME_WORK_MAX = 262_144_000;',
  },
  {
    id: 'W13',
    file: 'src/wire/query-reader.ts',
    from: 'if (rdataEnd > end) return QUERY_FAULT.FORMAT;',
    to: 'if (rdataEnd > end) break;',
  },
  {
    id: 'W14',
    file: 'src/wire/query-reader.ts',
    from: '  return version === 0 ? QUERY_FAULT.NONE : QUERY_FAULT.EDNS_VERSION;',
    to: '  if (position < end) return QUERY_FAULT.FORMAT;\n  return version === 0 ? QUERY_FAULT.NONE : QUERY_FAULT.EDNS_VERSION;',
  },
  {
    id: 'W15',
    file: 'src/wire/query-reader.ts',
    from: 'if (readAnswerCount(message) !== 0 || readAuthorityCount(message) !== 0)',
    to: 'if (readAnswerCount(message) > 9)',
  },
  {
    id: 'W16',
    file: 'src/wire/query-reader.ts',
    from: 'name[position - NAME_START] = FOLDED[octet]!;',
    to: 'name[position - NAME_START] = octet >= 0x80 ? 0x3f : FOLDED[octet]!;',
  },
  {
    id: 'W17',
    file: 'src/data-plane/steps/check-question.ts',
    from: 'return type === 0 || type === TYPE.OPT ||',
    to: 'return type === TYPE.OPT ||',
  },
  {
    id: 'W17',
    file: 'src/data-plane/steps/check-question.ts',
    from: '(type >= TYPE.NXNAME && type <= TYPE.ANY)',
    to: '(type > TYPE.NXNAME && type <= TYPE.ANY)',
  },
  {
    id: 'W18',
    file: 'src/data-plane/steps/check-question.ts',
    from: 'if (facts.class !== CLASS.IN)',
    to: 'if (facts.class === CLASS.CH)',
  },
  {
    id: 'W19',
    file: 'src/data-plane/steps/check-question.ts',
    from: 'if ((facts.flags & FLAG_RD) === 0)',
    to: 'if ((facts.flags & FLAG_RD) === 0 && facts.id < 0)',
  },
  {
    id: 'W20',
    file: 'src/data-plane/steps/check-question.ts',
    from: 'if (facts.class !== CLASS.IN) return',
    to: 'if (facts.class === CLASS.ANY) return VERDICT.DROP;\n    if (facts.class !== CLASS.IN) return',
  },
  {
    id: 'W20',
    file: 'src/data-plane/listeners/udp-listener-batched.ts',
    from: 'if (addressBytes === 0) counters',
    to: 'if (addressBytes === 0 || message.length > DATAGRAM_MAX_BYTES) counters',
  },
  {
    id: 'W21',
    file: 'src/sockets/open-listening-sockets.ts',
    from: 'return it.followed && isWildcard(it.address);',
    to: "return it.followed && it.address === 'every';",
  },
];
