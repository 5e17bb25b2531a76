// Section A.

import type { Section } from './statement.ts';

export const PADDING: Section = {
  letter: 'A',
  title: 'Padding',
  sources: 'RFC 7830, 8467',
  statements: [
    {
      id: 'A01',
      level: 'M',
      statement:
        'A padded query over DoT or DoH gets a reply of a multiple of 468 octets, or of 8,192 where Android would not read the next one.',
    },
    { id: 'A02', level: 'S', statement: "The gateway's own queries are padded to a multiple of 128 octets." },
    { id: 'A03', level: 'M', statement: 'Replies over UDP and plain TCP, and to queries without OPT, are not padded.' },
    { id: 'A04', level: 'M', statement: 'Padding is written as zeros, and read whatever it is.' },
    { id: 'A05', level: 'M', statement: 'Padding brings no message over 65,535 octets.' },
    { id: 'A06', level: 'S', statement: 'Fetched, cached, blocked and allowed replies have the same padded sizes.' },
  ],
};
