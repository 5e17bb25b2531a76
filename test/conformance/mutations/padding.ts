// Section A.

import type { Mutation } from './mutation.ts';

export const PADDING_MUTATIONS: readonly Mutation[] = [
  {
    id: 'A01',
    file: 'src/data-plane/steps/append-edns.ts',
    from: '(facts.options & OPTION_BIT.PADDING) !== 0 && query.sink.transport.encrypted',
    to: 'facts.options < 0',
  },
  {
    id: 'A02',
    file: 'src/wire/query-builder.ts',
    from: 'const PADDING_BLOCK_BYTES = 128;',
    to: 'const PADDING_BLOCK_BYTES = 100;',
  },
  {
    id: 'A03',
    file: 'src/data-plane/steps/append-edns.ts',
    from: ' && query.sink.transport.encrypted',
    to: '',
  },
  {
    id: 'A04',
    file: 'src/wire/reply-padding.ts',
    from: 'out.fill(0, ',
    to: 'out.fill(1, ',
  },
  {
    id: 'A05',
    file: 'src/data-plane/steps/append-edns.ts',
    from: ': MESSAGE_MAX_BYTES;\n  query.replyLength = padReply',
    to: ': MESSAGE_MAX_BYTES + 400;\n  query.replyLength = padReply',
  },
  {
    id: 'A06',
    file: 'src/data-plane/steps/append-edns.ts',
    from: '&& query.sink.transport.encrypted) pad(query);',
    to: '&& query.sink.transport.encrypted && query.replyIsRelayed) pad(query);',
  },
];
