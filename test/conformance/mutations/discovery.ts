// Section R.

import type { Mutation } from './mutation.ts';

const RECORDS = 'src/control-plane/local-names/discovery-records.ts';

export const DISCOVERY_MUTATIONS: readonly Mutation[] = [
  {
    id: 'R01',
    file: 'src/data-plane/steps/answer-from-cache.ts',
    from: 'query.replyLength = cached.messageLength;',
    to: 'query.replyLength = cached.messageLength; query.reply[query.facts.questionEnd + 14] ^= 1;',
  },
  {
    id: 'R02',
    file: RECORDS,
    from: 'additional: index === 0 ? addressRecords(target, services) : [] };',
    to: 'additional: [] };',
  },
  { id: 'R02', file: RECORDS, from: 'const TTL_SECONDS = 300;', to: 'const TTL_SECONDS = 600;' },
  {
    id: 'R03',
    file: 'src/control-plane/local-names/special-use-zones.ts',
    from: "zone('resolver.arpa', { kind: ZONE_KIND.NO_DATA,",
    to: "zone('resolver.arpa', { kind: ZONE_KIND.ABSENT,",
  },
  {
    id: 'R04',
    file: 'src/control-plane/local-names/special-use-zones.ts',
    from: "zone('resolver.arpa', { kind: ZONE_KIND.NO_DATA,",
    to: "zone('resolver.alt', { kind: ZONE_KIND.NO_DATA,",
  },
  { id: 'R05', file: RECORDS, from: 'if (service.ipv4.length > 0)', to: 'if (service.ipv4.length > 9)' },
  { id: 'R06', file: RECORDS, from: '(`_dns.', to: '(`_dnx.' },
  {
    id: 'R07',
    file: 'src/control-plane/local-names/compile-local-names.ts',
    from: "if (resolve.discovery === 'nxdomain')",
    to: "if (resolve.discovery === 'answer')",
  },
  { id: 'R08', file: RECORDS, from: "'/dns-query{?dns}'", to: "'/dns-query'" },
  {
    id: 'R08',
    file: RECORDS,
    from: "service.kind === 'dot' ? 'dot' : 'h2'",
    to: "service.kind === 'dot' ? 'dot' : 'h3'",
  },
  { id: 'R09', file: RECORDS, from: '.filter(([word]) => !ERRORS_OF_OTHERS.has(word))', to: '' },
  { id: 'R09', file: RECORDS, from: '[`infourl=', to: '[`qnamemin=' },
  { id: 'R10', file: 'docs/clients/dnr.md', from: 'option6:144,00:01:', to: 'option6:144,00:02:' },
  { id: 'R11', file: RECORDS, from: '...clientServiceRecords(name, services), ', to: '' },
  {
    id: 'R11',
    file: 'src/memory/local-names/append-local-answer.ts',
    from: 'if (match.clientNameLength > 0) return',
    to: 'if (match.clientNameLength > 255) return',
  },
];
