// Section R.

import type { Section } from './statement.ts';

export const DISCOVERY: Section = {
  letter: 'R',
  title: 'Discovery and resolver information',
  sources: 'RFC 9460, 9461, 9462, 9463, 9606',
  statements: [
    {
      id: 'R01',
      level: 'M',
      statement: 'SVCB and HTTPS records pass octet for octet, with unknown keys, ech and AliasMode.',
    },
    {
      id: 'R02',
      level: 'S',
      statement:
        '_dns.resolver.arpa SVCB names the encrypted listeners of this gateway by its own name, with addresses and a TTL of at most 300.',
    },
    { id: 'R03', level: 'S', statement: 'Other types there, and all below resolver.arpa, are NODATA with SOA.' },
    { id: 'R04', level: 'M', statement: 'Without encrypted listeners _dns.resolver.arpa SVCB is NODATA.' },
    {
      id: 'R05',
      level: 'M',
      statement:
        'The hints are the addresses at which the gateway is asked, so that discovery holds for the same address.',
      planned:
        'verified discovery needs the address in the certificate, which the operator has to write there; sotto check says where none is',
    },
    { id: 'R06', level: 'S', statement: '_dns below the name of the gateway is answered likewise.' },
    { id: 'R07', level: 'P', statement: 'resolve.ddr makes discovery NODATA or NXDOMAIN.' },
    {
      id: 'R08',
      level: 'M',
      statement: 'dohpath is a template with {?dns}, and no protocol is named that is not served.',
    },
    { id: 'R09', level: 'S', statement: 'resolver.arpa RESINFO names the EDE codes in use and the info URL.' },
    { id: 'R10', level: 'P', statement: 'The manual shows how DHCP and router advertisements announce the gateway.' },
    {
      id: 'R11',
      level: 'S',
      statement: '_dns below the name of a client, one label below a wildcard certificate, names that very name.',
    },
  ],
};
