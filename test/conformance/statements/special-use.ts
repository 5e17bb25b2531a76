// Section L.

import type { Section } from './statement.ts';

export const SPECIAL_USE: Section = {
  letter: 'L',
  title: 'Special-use names and locally served zones',
  sources: 'RFC 6303, 6761, 6762, 7686, 7793, 8375, 8880, 9462, 9476, 9665',
  statements: [
    {
      id: 'L01',
      level: 'M',
      statement: 'localhost and what is below it is the loopback address of its family, NODATA for other types.',
    },
    {
      id: 'L02',
      level: 'M',
      statement: 'invalid, test, local, onion and alt, and all below them, are NXDOMAIN with SOA.',
    },
    {
      id: 'L03',
      level: 'S',
      statement:
        'Reverse zones of private and special addresses, also inside 64:ff9b::/96, are answered locally, their apex with SOA and NS, with TTL 10800.',
      deviation:
        'the TTL is 60 where records, a hosts file or leases are configured, so that a name that appears is not missed for three hours',
    },
    { id: 'L04', level: 'S', statement: 'The reverse zones of 100.64.0.0/10 are answered locally.' },
    {
      id: 'L05',
      level: 'M',
      statement: 'A zone that the operator gave records or a LAN resolver comes before the built-in ones.',
    },
    {
      id: 'L06',
      level: 'M',
      statement: 'home.arpa is answered locally, except for its DS, also as the domain of leases.',
    },
    { id: 'L07', level: 'M', statement: 'resolver.arpa and all below it never goes upstream.' },
    {
      id: 'L08',
      level: 'S',
      statement: 'service.arpa and ipv4only.arpa are forwarded like others, unless DNS64 is on.',
    },
    { id: 'L09', level: 'P', statement: 'wpad is NXDOMAIN; other names of one label are forwarded.' },
    { id: 'L10', level: 'P', statement: 'internal is NXDOMAIN unless configured.' },
    {
      id: 'L11',
      level: 'S',
      statement:
        'With rebinding protection, a public name with a private address is NODATA with EDE 15, unless a rule allows the name.',
    },
  ],
};
