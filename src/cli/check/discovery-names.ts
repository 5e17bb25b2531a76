// The names by which clients are told of the encrypted listeners, and which of them somebody else has to know, for `sotto check`.

import { matchOf } from '../../control-plane/explain/explain-local.ts';
import { compileLocalNames } from '../../control-plane/local-names/compile-local-names.ts';
import { isAuthenticationName } from '../../control-plane/local-names/discovery-records.ts';
import { readLocalContents } from '../../control-plane/local-names/read-local-contents.ts';
import type { Settings } from '../../control-plane/settings/settings.ts';
import { LOCAL, LocalNames } from '../../memory/local-names/local-names.ts';
import { HASH_KEY_BYTES, NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { foldName } from '../../wire/name.ts';
import { knownName } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';

export interface DiscoveryName {
  readonly name: string;
  /** It is a certificate's of the local CA, which asks nobody whether there is such a name, and no name of this network. */
  readonly isForOthersToKnow: boolean;
}

/** One for each certificate that can be checked by a name; none where clients are told nothing. */
export function discoveryNames(settings: Settings): DiscoveryName[] {
  const { certificates, listen, resolve } = settings;
  if (resolve.discovery !== 'answer' || listen.dot.length + listen.doh.length === 0) return [];
  const told = certificates.flatMap(({ names, source }) =>
    names
      .filter(isAuthenticationName)
      .slice(0, 1)
      .map((name) => ({ name, source })),
  );
  const isOurs = told.length === 0 ? () => true : namesOf(settings);
  return told.map(({ name, source }) => ({ name, isForOthersToKnow: source.kind === 'local-ca' && !isOurs(name) }));
}

/** Whether addresses of a name are answered here, or at a resolver of this network. */
function namesOf(settings: Settings): (name: string) => boolean {
  const hashKey = new Uint8Array(HASH_KEY_BYTES);
  const names = new LocalNames(compileLocalNames(settings, hashKey, readLocalContents(settings, new Date())).table);
  return (text) => {
    const name = knownName(text);
    foldName(name, name.length);
    const hasher = new NameHasher(hashKey);
    hasher.hash(name, name.length);
    const match = matchOf(names, name, TYPE.A, hasher);
    return match.outcome !== LOCAL.PASS || match.forwarder >= 0;
  };
}
