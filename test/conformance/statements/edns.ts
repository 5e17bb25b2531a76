// Section E.

import type { Section } from './statement.ts';

export const EDNS: Section = {
  letter: 'E',
  title: 'EDNS and its options',
  sources: 'RFC 5001, 6891, 7830, 7871, 7873, 9018',
  statements: [
    { id: 'E01', level: 'M', statement: 'A reply has one OPT if the query had one, else none.' },
    { id: 'E02', level: 'M', statement: 'Two OPT records, or one with an owner, are FORMERR.' },
    { id: 'E03', level: 'M', statement: 'An EDNS version above 0 is BADVERS with version 0 and no answer.' },
    { id: 'E04', level: 'M', statement: 'Unknown options and flags are ignored and not echoed.' },
    { id: 'E05', level: 'M', statement: 'An option longer than its record is FORMERR.' },
    { id: 'E06', level: 'M', statement: 'A query with thousands of options is read in milliseconds.' },
    { id: 'E07', level: 'M', statement: 'Options that are repeated do not make a reply larger.' },
    { id: 'E08', level: 'M', statement: "Nothing of a client's OPT is sent upstream; the gateway writes its own." },
    { id: 'E09', level: 'S', statement: 'The UDP payload size that the gateway announces is 1232.' },
    {
      id: 'E10',
      level: 'M',
      statement: 'OPT need not come last, and a signed query gets a reply but is never forwarded changed.',
    },
    { id: 'E11', level: 'M', statement: 'Client subnets are neither sent upstream nor echoed.' },
    {
      id: 'E12',
      level: 'M',
      statement: 'A cookie of impossible length is FORMERR; a client cookie is answered with client and server cookie.',
    },
    {
      id: 'E13',
      level: 'M',
      statement:
        'Server cookies are those of RFC 9018: version 1, time and SipHash-2-4, good for an hour, through a change of secrets.',
    },
    {
      id: 'E14',
      level: 'S',
      statement:
        'BADCOOKIE is sent over UDP alone, only where cookies are required, and only to clients that speak of cookies; it comes before any refusal of what can be read.',
      planned: 'a valid cookie lifts no limits yet, as there are no rate limits',
    },
    { id: 'E15', level: 'M', statement: 'NSID is not answered.' },
  ],
};
