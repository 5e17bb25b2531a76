// Section W.

import type { Section } from './statement.ts';

export const HEADER: Section = {
  letter: 'W',
  title: 'Message format and header',
  sources: 'RFC 1035, 2181, 6895, 8906, 9267, 9619, 9824',
  statements: [
    { id: 'W01', level: 'M', statement: 'A datagram shorter than a header, 12 octets, is met with silence.' },
    { id: 'W02', level: 'M', statement: 'A response (QR=1) that arrives at a listener is never answered.' },
    { id: 'W03', level: 'M', statement: 'Two questions in one query are FORMERR, and neither is resolved.' },
    { id: 'W04', level: 'M', statement: 'A query without a question and without a cookie is FORMERR.' },
    {
      id: 'W05',
      level: 'P',
      statement: 'A query without a question but with a cookie is NOERROR with a fresh server cookie.',
    },
    {
      id: 'W06',
      level: 'M',
      statement: 'An opcode other than QUERY is NOTIMP with its ID, opcode and RD, and never taken for a query.',
    },
    { id: 'W07', level: 'M', statement: 'NOTIFY and UPDATE are NOTIMP or REFUSED and never forwarded.' },
    {
      id: 'W08',
      level: 'M',
      statement: 'A reply bears the ID, the question octet for octet and the RD of its query, RA=1, AA=0, Z=0.',
    },
    { id: 'W09', level: 'M', statement: 'TC=1 in a query is ignored.' },
    { id: 'W10', level: 'M', statement: 'Reserved label types, and names longer than 255 octets, are FORMERR.' },
    {
      id: 'W11',
      level: 'M',
      statement: 'A compression pointer in the name asked for is FORMERR at once, wherever it leads.',
    },
    {
      id: 'W12',
      level: 'M',
      statement:
        'The work on one message is bounded: 64 KiB of chained compression pointers are dealt with in milliseconds.',
    },
    {
      id: 'W13',
      level: 'M',
      statement:
        'Lengths and counts that promise more than is there are FORMERR in a query and a failure of the upstream in an answer.',
    },
    { id: 'W14', level: 'P', statement: 'Octets behind the last record of a query are ignored and never forwarded.' },
    {
      id: 'W15',
      level: 'P',
      statement: 'A query with records in its answer or authority section is FORMERR, and they are never cached.',
    },
    {
      id: 'W16',
      level: 'M',
      statement:
        'Labels are octets: NUL, dots, blanks and invalid UTF-8 pass unchanged, and no two names share a cache entry.',
    },
    {
      id: 'W17',
      level: 'M',
      statement: 'Types that cannot be asked for (0, OPT, 128 to 250) are FORMERR and never forwarded.',
    },
    {
      id: 'W18',
      level: 'M',
      statement: 'Classes other than IN are refused and never forwarded, version.bind among them.',
    },
    { id: 'W19', level: 'P', statement: 'A query without RD never causes a query upstream.' },
    {
      id: 'W20',
      level: 'M',
      statement:
        'Every well-formed query gets a reply, whatever its type, class, opcode or EDNS. Over UDP one is read as far as 1,232 octets, and is FORMERR where that cuts it short.',
    },
    {
      id: 'W21',
      level: 'M',
      statement: 'A reply comes from the address and port that were asked, also on a host with several addresses.',
    },
  ],
};
