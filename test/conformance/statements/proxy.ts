// Section X.

import type { Section } from './statement.ts';

export const PROXY: Section = {
  letter: 'X',
  title: 'What a DNS proxy is to its clients',
  sources: 'RFC 5625, 5936, 7766, 8482, 8490, 9103, 9156, 9210',
  statements: [
    { id: 'X01', level: 'M', statement: 'The same question gets the same RCODE and records over every transport.' },
    { id: 'X02', level: 'M', statement: 'TCP is served wherever UDP is.' },
    {
      id: 'X03',
      level: 'M',
      statement: 'Zone transfers are refused at once over every transport, and never forwarded.',
    },
    {
      id: 'X04',
      level: 'P',
      statement:
        'ANY is answered without the upstream, over UDP in at most one and a half times the octets of the query, and answers no later query.',
    },
    { id: 'X05', level: 'M', statement: 'MAILA and MAILB are refused at once, and never forwarded.' },
    { id: 'X06', level: 'M', statement: 'DSO is NOTIMP; names of DNS push are names like others.' },
    { id: 'X07', level: 'P', statement: 'A question goes upstream whole: the gateway does not minimize names.' },
    { id: 'X08', level: 'P', statement: 'The gateway does not validate; AD is what the validating upstream says.' },
    {
      id: 'X09',
      level: 'M',
      statement: 'Strangers are REFUSED on plain DNS by default, also where encrypted DNS is open to all.',
    },
  ],
};
