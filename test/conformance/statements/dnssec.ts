// Section D.

import type { Section } from './statement.ts';

export const DNSSEC: Section = {
  letter: 'D',
  title: 'DNSSEC bits in a forwarder',
  sources: 'RFC 3225, 4035, 6840',
  statements: [
    { id: 'D01', level: 'M', statement: 'DO of a query is set towards the upstream and in the reply.' },
    { id: 'D02', level: 'M', statement: 'CD of a query is set towards the upstream and in the reply.' },
    {
      id: 'D03',
      level: 'M',
      statement:
        'AD is set only where the upstream set it and the client asked by DO or AD; never on what the gateway made itself.',
    },
    { id: 'D04', level: 'M', statement: 'AD in a query is no fault, and makes no answer look validated.' },
    {
      id: 'D05',
      level: 'M',
      statement: 'Without DO no RRSIG, NSEC or NSEC3 is in a reply, unless its type was asked for.',
    },
    {
      id: 'D06',
      level: 'M',
      statement:
        'SERVFAIL of a validating upstream stays SERVFAIL, with its EDE, and no other upstream is asked in its place.',
    },
    { id: 'D07', level: 'M', statement: 'DS of a zone that is answered locally is never NXDOMAIN with AD.' },
  ],
};
