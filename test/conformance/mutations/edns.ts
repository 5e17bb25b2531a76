// Section E.

import type { Mutation } from './mutation.ts';

export const EDNS_MUTATIONS: readonly Mutation[] = [
  {
    id: 'E01',
    file: 'src/data-plane/steps/append-edns.ts',
    from: 'if (!facts.hasOpt) return;',
    to: 'if (!facts.hasOpt && query.replyIsRelayed) return;',
  },
  {
    id: 'E02',
    file: 'src/wire/query-reader.ts',
    from: 'if (facts.hasOpt || message[position] !== 0) return QUERY_FAULT.OPT;',
    to: 'if (message[position] !== 0) return QUERY_FAULT.OPT;',
  },
  {
    id: 'E03',
    file: 'src/wire/query-reader.ts',
    from: '  return version === 0 ? QUERY_FAULT.NONE : QUERY_FAULT.EDNS_VERSION;',
    to: '  return version < 2 ? QUERY_FAULT.NONE : QUERY_FAULT.EDNS_VERSION;',
  },
  {
    id: 'E04',
    file: 'src/wire/query-reader.ts',
    from: '(readUint16(message, ownerEnd + OPT_FLAGS) & OPT_FLAG_DO) !== 0',
    to: 'readUint16(message, ownerEnd + OPT_FLAGS) !== 0',
  },
  {
    id: 'E05',
    file: 'src/wire/edns.ts',
    from: 'return next <= end ? next : -1;',
    to: 'return Math.min(next, end);',
  },
  {
    id: 'E06',
    file: 'src/wire/query-reader.ts',
    from: '  while (position < end) {\n    const next',
    to: '  for (let left = 1000; position < end; left--) {\n    if (left === 0) return false;\n    const next',
  },
  {
    id: 'E07',
    file: 'src/data-plane/steps/append-edns.ts',
    from: 'query.replyLength = cookies.append(query, query.replyLength);',
    to: 'for (let i = 0; i < query.length; i += 200) query.replyLength = cookies.append(query, query.replyLength);',
  },
  {
    id: 'E08',
    file: 'src/wire/query-builder.ts',
    from: 'writeUint16(message, optStart + 3, UDP_PAYLOAD_BYTES);',
    to: 'writeUint16(message, optStart + 3, 4321);',
  },
  {
    id: 'E09',
    file: 'src/wire/reply-opt.ts',
    from: 'writeUint16(out, length + 3, UDP_PAYLOAD_BYTES);',
    to: 'writeUint16(out, length + 3, 4096);',
  },
  {
    id: 'E10',
    file: 'src/wire/query-reader.ts',
    from: '    position = rdataEnd;\n',
    to: '    position = rdataEnd;\n    if (facts.hasOpt && left > 1) return QUERY_FAULT.FORMAT;\n',
  },
  {
    id: 'E11',
    file: 'src/wire/query-builder.ts',
    from: 'OPTION.PADDING);',
    to: 'OPTION.CLIENT_SUBNET);',
  },
  {
    id: 'E11',
    // Echoes the options of the client, whose OPT ends its message.
    file: 'src/data-plane/steps/append-edns.ts',
    from: '      // Most queries bring no option that has an effect',
    to: '      for (let i = facts.questionEnd + 11; i < query.length; i++, query.reply[query.optStart + 10]!++) query.reply[query.replyLength++] = query.message[i]!;\n      // Most queries bring no option that has an effect',
  },
  {
    id: 'E12',
    file: 'src/wire/query-option.ts',
    from: 'return length === 8 || (length >= 16 && length <= COOKIE_MAX_BYTES);',
    to: 'return length <= COOKIE_MAX_BYTES;',
  },
  {
    id: 'E13',
    file: 'src/wire/server-cookie.ts',
    from: 'const VERSION = 1;',
    to: 'const VERSION = 2;',
  },
  {
    id: 'E13',
    file: 'src/wire/server-cookie.ts',
    from: 'const AGE_MAX_SECONDS = 3600;',
    to: 'const AGE_MAX_SECONDS = 86_400;',
  },
  {
    id: 'E13',
    file: 'src/wire/sip-hash.ts',
    from: 'const FINAL_ROUNDS = 4;',
    to: 'const FINAL_ROUNDS = 3;',
  },
  {
    id: 'E14',
    file: 'src/data-plane/server-cookies.ts',
    from: ' || !sink.transport.datagram',
    to: '',
  },
  {
    id: 'E14',
    file: 'src/data-plane/steps/check-cookie.ts',
    from: 'if (!cookies.demandsAnother(query)) return',
    to: 'if (!cookies.demandsAnother(query) || query.facts.type === 255) return',
  },
  {
    id: 'E15',
    file: 'src/wire/reply-opt.ts',
    from: '  writeUint16(out, length + 9, 0);\n  raiseAdditionalCount(out);\n  return length + RECORD_MIN_BYTES;',
    to: '  writeUint16(out, length + 9, 0);\n  raiseAdditionalCount(out);\n  return appendOptionHead(out, length, length + RECORD_MIN_BYTES, 3, 0);',
  },
];
