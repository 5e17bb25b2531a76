// Section T.

import type { Section } from './statement.ts';

export const SIZES: Section = {
  letter: 'T',
  title: 'Sizes and truncation',
  sources: 'RFC 1035, 2181, 6891, 9715',
  statements: [
    { id: 'T01', level: 'M', statement: 'Without OPT in the query, a datagram has at most 512 octets, else TC=1.' },
    { id: 'T02', level: 'M', statement: 'A UDP payload size below 512 counts as 512.' },
    { id: 'T03', level: 'S', statement: 'No datagram exceeds 1232 octets, whatever the client offers.' },
    { id: 'T04', level: 'M', statement: 'A truncated reply has an empty answer section, and keeps its OPT.' },
    { id: 'T05', level: 'M', statement: 'Over TCP, DoT and DoH the same question gets the whole answer with TC=0.' },
    {
      id: 'T06',
      level: 'M',
      statement: 'A truncated answer of the upstream is a failure: neither cached nor passed on.',
    },
    { id: 'T07', level: 'S', statement: 'An answer of 8,100 octets travels whole over TCP and DoT.' },
    { id: 'T08', level: 'M', statement: 'A length prefix below 12 ends its connection and disturbs no other.' },
  ],
};
