// Section C.

import type { Section } from './statement.ts';

export const CACHE: Section = {
  letter: 'C',
  title: 'Cache and negative cache',
  sources: 'RFC 1035, 2181, 2308, 3597, 4343, 8020, 8198, 8767, 9520',
  statements: [
    {
      id: 'C01',
      level: 'M',
      statement:
        'Names are compared without regard to the case of A to Z alone, and a reply keeps the case that was asked.',
    },
    { id: 'C02', level: 'M', statement: 'TTLs count down in whole seconds, and never wrap around.' },
    { id: 'C03', level: 'M', statement: 'Records with TTL 0 answer those who wait, and are not kept.' },
    {
      id: 'C04',
      level: 'M',
      statement: 'A TTL with its top bit set counts as 0, and no TTL exceeds cache.max_ttl (24 h).',
    },
    { id: 'C05', level: 'S', statement: 'Records of one set with different TTLs all get the smallest.' },
    {
      id: 'C06',
      level: 'M',
      statement: 'NXDOMAIN is kept for the name and all types, NODATA for the name and its type.',
    },
    {
      id: 'C07',
      level: 'M',
      statement:
        'A negative answer lives as long as the smaller of SOA TTL and MINIMUM, and its SOA counts down with it.',
    },
    { id: 'C08', level: 'S', statement: 'A negative answer lives at most cache.negative_max_ttl (3 h).' },
    {
      id: 'C09',
      level: 'M',
      statement:
        'NXDOMAIN without SOA is no fact about the name: where an upstream marks its blocks so, it is kept for a minute for that question alone; otherwise not at all.',
    },
    {
      id: 'C10',
      level: 'S',
      statement: 'A name below one that does not exist is never answered NOERROR from what the cache knows.',
    },
    {
      id: 'C11',
      level: 'M',
      statement: 'NXDOMAIN behind a CNAME is about its target: another type of the name gets the CNAME again.',
    },
    { id: 'C12', level: 'M', statement: 'Nothing is made up from NSEC or NSEC3.' },
    {
      id: 'C13',
      level: 'M',
      statement: 'A failure is remembered for 1 s to 5 min: a hundred questions cost the upstream one attempt.',
    },
    { id: 'C14', level: 'M', statement: 'One question causes at most three tries to one address of an upstream.' },
    { id: 'C15', level: 'S', statement: 'A remembered failure is explained by EDE 13.' },
    {
      id: 'C16',
      level: 'S',
      statement:
        'Stale answers come only when the upstream fails or takes over 1.8 s, with TTL 30 and EDE 3 or 19, for at most cache.stale; a failed refresh is tried again after 30 s, or as soon as the upstream is back for others.',
    },
    { id: 'C17', level: 'M', statement: 'NXDOMAIN or NODATA of the upstream replaces a stale answer at once.' },
    {
      id: 'C18',
      level: 'M',
      statement: 'Cached and stale answers obey the rules in force now, not those of when they were stored.',
    },
    {
      id: 'C19',
      level: 'M',
      statement: 'With and without DO, clients get their own form of an answer: no unasked signatures, none missing.',
    },
    { id: 'C20', level: 'M', statement: 'An answer to CD=1 is never given to a client that did not set it.' },
    { id: 'C21', level: 'M', statement: 'OPT and its options of an upstream answer reach no client from the cache.' },
    {
      id: 'C22',
      level: 'M',
      statement: 'Records of unknown types pass octet for octet, cold and cached, also without RDATA.',
    },
    {
      id: 'C23',
      level: 'M',
      statement: 'Records that do not belong to the name or its chain of CNAMEs are neither passed on nor kept.',
    },
    {
      id: 'C24',
      level: 'M',
      statement:
        'The same question from many clients is one request upstream, and each gets its own ID, case and EDNS.',
    },
    {
      id: 'C25',
      level: 'M',
      statement: 'The cache is bounded in octets, and a flood of names leaves what is asked often in it.',
    },
    { id: 'C26', level: 'S', statement: 'At most one refresh of an entry is under way.' },
  ],
};
