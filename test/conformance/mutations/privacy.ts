// Section V.

import type { Mutation } from './mutation.ts';

export const PRIVACY_MUTATIONS: readonly Mutation[] = [
  {
    id: 'V01',
    file: 'src/main.ts',
    from: 'hashKey,\n    lookup: lookupThroughUpstream(ownQuestions),',
    to: "hashKey,\n    lookup: (await import('node:dns')).lookup as never,",
  },
  {
    id: 'V01',
    file: 'src/main.ts',
    from: 'settings,\n    lookup: lookupThroughUpstream(ownQuestions),',
    to: "settings,\n    lookup: (await import('node:dns')).lookup as never,",
  },
  {
    id: 'V02',
    file: 'src/upstream/connect-pinned.ts',
    from: 'checkServerIdentity(pinned.host, certificate)',
    to: 'undefined',
  },
  {
    id: 'V03',
    file: 'src/main.ts',
    from: 'hashKey,\n    lookup: lookupThroughUpstream(ownQuestions),',
    to: "hashKey,\n    lookup: (await import('node:dns')).lookup as never,",
  },
  {
    id: 'V04',
    file: 'src/data-plane/steps/count.ts',
    from: 'run(query) {',
    to: "run(query) {\n      console.error(Buffer.from(query.message).toString('latin1'));",
  },
  {
    id: 'V05',
    file: 'src/data-plane/listeners/doh-exchange.ts',
    from: "'content-length': length,",
    to: "'content-length': length,\n    'alt-svc': 'h3=\":443\"',",
  },
  {
    id: 'V06',
    file: 'src/control-plane/settings/cross-checks.ts',
    from: 'const listener = doh.find((listening) =>',
    to: 'const listener = doh.find((listening) => !isWildcard(listening.address) &&',
  },
  {
    id: 'V07',
    file: 'src/data-plane/listeners/doh-http2-engine.ts',
    from: 'session.close();',
    to: 'session.destroy();',
  },
  {
    id: 'V06',
    file: 'src/control-plane/settings/cross-checks.ts',
    from: 'const listener = dns.find((listening) => reaches(address, port, listening, ownAddresses));',
    to: 'const listener = dns.find((listening) => address === listening.address && port === listening.port);',
  },
  {
    id: 'V08',
    file: 'src/data-plane/query.ts',
    from: 'if (inForce.access.localNames.permits(this.clientAddress)) return localNames;',
    to: 'if (inForce.access.encrypted.permits(this.clientAddress)) return localNames;',
  },
  {
    id: 'V08',
    file: 'src/control-plane/local-names/compile-local-names.ts',
    from: 'if (hasReverses) yield* addReverses',
    to: 'yield* addReverses',
  },
  {
    id: 'V08',
    file: 'src/control-plane/local-names/compile-local-names.ts',
    from: 'compileSliced({ ...settings, zones: [] }, hashKey,',
    to: 'compileSliced(settings, hashKey,',
  },
];
