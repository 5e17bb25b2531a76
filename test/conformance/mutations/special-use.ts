// Section L.

import type { Mutation } from './mutation.ts';

const ZONES = 'src/control-plane/local-names/special-use-zones.ts';

export const SPECIAL_USE_MUTATIONS: readonly Mutation[] = [
  { id: 'L01', file: ZONES, from: "['localhost', '*.localhost']", to: "['localhost']" },
  { id: 'L02', file: ZONES, from: "'onion', ", to: '' },
  { id: 'L03', file: ZONES, from: "'168.192', ", to: '' },
  {
    id: 'L03',
    file: 'src/memory/local-names/local-names-builder.ts',
    from: 'if (!hasApexRecords) continue;',
    to: 'if (hasApexRecords) continue;',
  },
  { id: 'L03', file: ZONES, from: "'192.168.0.0/112', ", to: '' },
  { id: 'L04', file: ZONES, from: 'range(64, 127)', to: 'range(64, 126)' },
  {
    id: 'L05',
    file: 'src/control-plane/local-names/reverse-records.ts',
    from: 'return builder.add(source, reverse);',
    to: 'return undefined;',
  },
  {
    id: 'L05',
    file: 'src/memory/local-names/local-names.ts',
    from: 'this.#askAtParent(this.nodeWord(above, NODE.ZONE), match);',
    to: 'this.#askAtParent(0, match);',
  },
  { id: 'L06', file: ZONES, from: "'home.arpa', ", to: '' },
  {
    id: 'L06',
    file: ZONES,
    from: 'parentAnswersDs: DELEGATED.some(',
    to: 'parentAnswersDs: [].some(',
  },
  { id: 'L07', file: ZONES, from: "zone('resolver.arpa', {", to: "zone('resolver.alt', {" },
  { id: 'L08', file: ZONES, from: "'wpad']", to: "'wpad', 'service.arpa']" },
  { id: 'L09', file: ZONES, from: ", 'wpad'", to: '' },
  { id: 'L10', file: ZONES, from: "'internal', ", to: '' },
  {
    id: 'L11',
    file: 'src/data-plane/questions/deliver-answer.ts',
    from: 'query.isAllowedByName ? FINDING.CLEAN : inspector',
    to: 'inspector',
  },
  {
    id: 'L05',
    file: 'src/data-plane/questions/ask-upstream.ts',
    from: 'if (forwarder < 0) upstream.ask(',
    to: 'if (forwarder < lanResolvers.length) upstream.ask(',
  },
  {
    id: 'L05',
    file: 'src/control-plane/local-names/compile-local-names.ts',
    from: 'for (const [index, zone] of zones.entries()) builder.addZone(forwardedZone(zone.name, index));',
    to: '',
  },
  {
    id: 'L05',
    file: 'src/data-plane/answers/answer-inspector.ts',
    from: 'return this.#local.forwarder >= 0;',
    to: 'return false;',
  },
  {
    id: 'L08',
    file: 'src/control-plane/local-names/compile-local-names.ts',
    from: 'if (settings.resolve.dns64 !== undefined)',
    to: 'if (settings.resolve.dns64 === undefined)',
  },
];
