// The names of the gateway, as clients are given them: who may be asked about which. Names of this network alone stay in it.

import { isAuthenticationName } from '../../control-plane/local-names/discovery-records.ts';
import { specialUseZones } from '../../control-plane/local-names/special-use-zones.ts';
import type { Settings } from '../../control-plane/settings/settings.ts';
import { foldName } from '../../wire/name.ts';
import { knownName } from '../../wire/name-text.ts';
import { isWithin } from '../../wire/name-within.ts';

/** In use in networks, though nobody has set them aside: no CA signs for them, and nobody outside can look them up. */
const USUAL_PRIVATE = ['lan', 'localdomain', 'home', 'intranet', 'corp', 'private'].map((text) => knownName(text));
const SPECIAL_USE = specialUseZones(false).map(({ name }) => name);
const NAMES_MAX = 8;

export type NameSettings = Pick<Settings, 'certificates' | 'zones'> & {
  readonly resolve: Pick<Settings['resolve'], 'leaseDomain'>;
};

/** DNS names of the certificates that can be public ones, without wildcards, each once. Of no others is anybody outside asked. */
export function publicNames(settings: NameSettings): readonly string[] {
  return authenticationNames(settings).filter((name) => !isPrivate(name, settings));
}

/** Those that are of this network alone. */
export function privateNames(settings: NameSettings): readonly string[] {
  return authenticationNames(settings).filter((name) => isPrivate(name, settings));
}

/** What stands behind the `*.` of public wildcard names. */
export function publicWildcardParents(settings: NameSettings): readonly string[] {
  const parents = settings.certificates
    .flatMap(({ names }) => names)
    .filter((name) => name.startsWith('*.'))
    .map((name) => name.slice(2));
  return [...new Set(parents.filter((name) => !isPrivate(name, settings)))].slice(0, NAMES_MAX);
}

function authenticationNames({ certificates }: NameSettings): readonly string[] {
  const names = certificates.flatMap((certificate) => certificate.names);
  return [...new Set(names.filter(isAuthenticationName))].slice(0, NAMES_MAX);
}

/** Within a [[zone]], resolve.lease_domain, a special-use name, or what many networks use like one. */
function isPrivate(text: string, { zones, resolve }: NameSettings): boolean {
  const name = knownName(text);
  foldName(name, name.length);
  const apexes = [...SPECIAL_USE, ...USUAL_PRIVATE, ...zones.map((zone) => zone.name), resolve.leaseDomain];
  return apexes.some((apex) => isWithin(name, apex));
}
