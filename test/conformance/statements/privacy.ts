// Section V.

import type { Section } from './statement.ts';

export const PRIVACY: Section = {
  letter: 'V',
  title: 'Privacy and operation',
  sources: 'RFC 8806, 8932, 9076, 9103, 9230, 9250',
  statements: [
    {
      id: 'V01',
      level: 'M',
      statement:
        'From start to end no packet to a port of DNS leaves the host, through failures, list downloads and orders of certificates.',
    },
    {
      id: 'V02',
      level: 'M',
      statement: "The upstream's addresses are fixed, its name is verified and never resolved.",
    },
    {
      id: 'V03',
      level: 'P',
      statement: 'List hosts are resolved through the gateway; the resolver of the system is never called.',
    },
    { id: 'V04', level: 'S', statement: 'At the default level the log names no queried name and no client.' },
    { id: 'V05', level: 'P', statement: 'No protocol is offered that is not served: no HTTP/3, no DoQ, no Alt-Svc.' },
    {
      id: 'V06',
      level: 'M',
      statement: 'A gateway that is its own upstream is refused or noticed, and does not ask itself in circles.',
    },
    {
      id: 'V07',
      level: 'M',
      statement:
        'SIGTERM ends it within 5 s with exit code 0: nothing new is accepted, what is in flight is answered, HTTP/2 gets GOAWAY.',
    },
    {
      id: 'V08',
      level: 'P',
      statement:
        'Leases, the hosts file, reverse names of private addresses and zones of LAN resolvers are for clients of this network; others who may ask get what is public.',
    },
  ],
};
