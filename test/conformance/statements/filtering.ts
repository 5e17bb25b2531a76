// Section F.

import type { Section } from './statement.ts';

export const FILTERING: Section = {
  letter: 'F',
  title: 'Extended DNS errors and filtering',
  sources: 'RFC 8914, 9567, draft-ietf-dnsop-structured-dns-error',
  statements: [
    {
      id: 'F01',
      level: 'M',
      statement:
        'Every refusal and failure bears an EDE where the query had OPT, none where it had not, and the RCODE is the same. What refuses a query over UDP without a valid cookie has one only within one and a half times the octets of the query.',
    },
    {
      id: 'F02',
      level: 'P',
      statement:
        'What lists, rules or the upstream block says 15, with 4 beside it where an address is made up; a client that may not ask gets 18. 17 is for what clients ask for themselves: rules and choices of their group; a list may say 16, 17 or 18 in place of 15.',
    },
    {
      id: 'F03',
      level: 'P',
      statement:
        'SERVFAIL says 22 or 23 when no upstream is reached, 14 before the lists are there, 24 when the answer is garbage.',
    },
    {
      id: 'F04',
      level: 'M',
      statement: 'The text of an EDE is short UTF-8, and the first thing to go where room is short.',
    },
    {
      id: 'F05',
      level: 'S',
      statement:
        'EDE of the upstream is passed on with the answer it came with, and with a failure for as long as that is kept.',
      deviation: 'an answer from the cache comes without: its EDE told of how the upstream came by it',
    },
    {
      id: 'F06',
      level: 'P',
      statement:
        'Blocked names are answered in the shape and with the TTL that were chosen; an address shape gives other types NODATA.',
    },
    {
      id: 'F07',
      level: 'M',
      statement:
        'A rule holds for the name and for every target of CNAME, SVCB and HTTPS records; private addresses are kept out by choice.',
    },
    {
      id: 'F08',
      level: 'M',
      statement: 'Canary names of browsers and relays are NXDOMAIN or NODATA, never an address.',
    },
    {
      id: 'F09',
      level: 'M',
      statement: 'An allowing rule beats a blocking one of its class, be they exact or with all below the name.',
    },
    {
      id: 'F10',
      level: 'P',
      statement: 'Structured errors are sent where the client asks for them by an empty EDE.',
      deviation:
        'still a draft that its working group has taken back; EDE codes and texts say the same to those who read them',
    },
    { id: 'F11', level: 'M', statement: 'Report-Channel of the upstream is dropped, and no reports are sent.' },
    {
      id: 'F12',
      level: 'P',
      statement:
        'A client belongs to the group of its ID, else to that of the smallest network around its address, else to the default one; an ID that nobody has is REFUSED with EDE 18 where the operator wants that.',
    },
    {
      id: 'F13',
      level: 'P',
      statement: 'A type that the group of a client may not have is NODATA with SOA and EDE 17.',
    },
    {
      id: 'F14',
      level: 'P',
      statement: 'A client whose filtering is paused gets every answer as it is, and nobody else does.',
    },
    {
      id: 'F15',
      level: 'M',
      statement:
        'Questions of a group with upstreams of its own go to no other, and their answers, failures and refreshes are kept apart.',
    },
    {
      id: 'F16',
      level: 'M',
      statement:
        'Every negative answer made here has a SOA (RFC 2308); SVCB and HTTPS of a name that is blocked by address are NODATA; a rule with an answer of its own is answered so.',
    },
    {
      id: 'F17',
      level: 'M',
      statement:
        'A rule that leads to another name gives a CNAME and what that name has, and never leads in a circle, also where it is about an address; safe search opens nothing that is blocked, a list nothing in allowlist mode, and it leads to nothing that the operator or the group blocks.',
    },
    {
      id: 'F18',
      level: 'P',
      statement:
        'A rule may want silence, or TC=1 over UDP with the answer itself over streams, where it hides no other block.',
    },
    {
      id: 'F19',
      level: 'P',
      statement:
        'The text of an EDE names the list and the rule, in answers to what leads there too; it can be switched off.',
    },
    {
      id: 'F20',
      level: 'M',
      statement:
        'Targets of CNAME, DNAME, SVCB and HTTPS are judged one by one, by the group of whoever asks, at each hit.',
    },
    {
      id: 'F21',
      level: 'M',
      statement:
        'Addresses of answers and hints of services are held against the rules about addresses and networks that the group obeys.',
    },
    {
      id: 'F22',
      level: 'P',
      statement: 'A public name that points into this network is NODATA with SOA by choice, but for names that may.',
    },
  ],
};
