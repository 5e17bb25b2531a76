// Section X.

import type { Mutation } from './mutation.ts';

export const PROXY_MUTATIONS: readonly Mutation[] = [
  {
    id: 'X01',
    file: 'src/data-plane/listeners/stream-service.ts',
    from: 'answer: (stream, reply, length) => stream.answer(reply, length),',
    to: 'answer: (stream, reply, length) => stream.answer(reply, Math.min(length, 512)),',
  },
  {
    id: 'X02',
    file: 'src/control-plane/workers/listen-requests.ts',
    from: "...wanted(dns, 'tcp'),",
    to: "...wanted(dns.slice(1), 'tcp'),",
  },
  {
    id: 'X03',
    file: 'src/data-plane/steps/check-question.ts',
    from: 'type <= TYPE.ANY);',
    to: 'type <= TYPE.ANY && type !== TYPE.IXFR && type !== TYPE.AXFR);',
  },
  {
    id: 'X04',
    file: 'src/data-plane/steps/check-question.ts',
    from: 'type >= TYPE.NXNAME && type <= TYPE.ANY',
    to: 'type >= TYPE.NXNAME && type < TYPE.ANY',
  },
  {
    id: 'X04',
    file: 'src/data-plane/steps/append-edns.ts',
    from: 'return Math.min(datagramLimitBytes(query), length + (length >>> 1));',
    to: 'return datagramLimitBytes(query);',
  },
  {
    id: 'X05',
    file: 'src/data-plane/steps/check-question.ts',
    from: 'type <= TYPE.ANY);',
    to: 'type <= TYPE.ANY && type !== TYPE.MAILA && type !== TYPE.MAILB);',
  },
  {
    id: 'X06',
    file: 'src/wire/query-reader.ts',
    from: 'if (opcodeOf(facts.flags) !== OPCODE.QUERY) return',
    to: 'if (opcodeOf(facts.flags) !== OPCODE.QUERY && opcodeOf(facts.flags) !== 6) return',
  },
  {
    id: 'X07',
    file: 'src/wire/query-builder.ts',
    from: 'writeUint16(message, nameEnd, question.type);',
    to: 'writeUint16(message, nameEnd, question.name[0]! > 0 ? TYPE.NS : question.type);',
  },
  {
    id: 'X08',
    file: 'src/wire/query-builder.ts',
    from: 'FLAG_RD | FLAG_AD | (question.checkingDisabled ? FLAG_CD : 0)',
    to: 'FLAG_RD | FLAG_AD | FLAG_CD',
  },
  {
    id: 'X09',
    file: 'src/control-plane/settings/tables/access-table.ts',
    from: "table.plain ?? ['loopback', 'private']",
    to: "table.plain ?? table.encrypted ?? ['loopback', 'private']",
  },
];
