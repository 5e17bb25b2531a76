// Section T.

import type { Mutation } from './mutation.ts';

export const SIZES_MUTATIONS: readonly Mutation[] = [
  {
    id: 'T01',
    file: 'src/data-plane/datagram-limit.ts',
    from: 'const UDP_WITHOUT_EDNS_BYTES = 512;',
    to: 'const UDP_WITHOUT_EDNS_BYTES = 513;',
  },
  {
    id: 'T02',
    file: 'src/data-plane/datagram-limit.ts',
    from: 'Math.max(facts.udpPayloadSize, UDP_WITHOUT_EDNS_BYTES)',
    to: 'facts.udpPayloadSize',
  },
  {
    id: 'T03',
    file: 'src/data-plane/datagram-limit.ts',
    from: 'UDP_PAYLOAD_BYTES);',
    to: '1400);',
  },
  {
    id: 'T04',
    file: 'src/data-plane/steps/fit-transport.ts',
    from: '    if (!hasOpt) return;',
    to: '    if (questionEnd > 0) return;',
  },
  {
    id: 'T05',
    file: 'src/data-plane/steps/fit-transport.ts',
    from: '!query.sink.transport.datagram || ',
    to: '',
  },
  {
    id: 'T06',
    // Checked where replies arrive, and again before they are filed: this takes both away.
    file: 'src/wire/header.ts',
    from: 'export const FLAG_TC = 0x0200;',
    to: 'export const FLAG_TC = 0;',
  },
  {
    id: 'T06',
    file: 'src/data-plane/steps/check-answer.ts',
    from: '(flags & FLAG_TC) === 0 && ',
    to: '',
  },
  {
    id: 'T07',
    file: 'src/data-plane/steps/append-edns.ts',
    from: 'const ANDROID_REPLY_MAX_BYTES = 8192;',
    to: 'const ANDROID_REPLY_MAX_BYTES = 65_535;',
  },
  {
    id: 'T08',
    file: 'src/data-plane/listeners/message-splitter.ts',
    from: '< HEADER_BYTES',
    to: '< 0',
  },
];
