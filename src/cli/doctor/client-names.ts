// The names of the gateway, as clients are given them: who may be asked about which. Names of this network alone stay in it.

import { isAuthenticationName } from '../../control-plane/local-names/discovery-records.ts';
import { specialUseZones } from '../../control-plane/local-names/special-use-zones.ts';
import type { Settings } from '../../control-plane/settings/settings.ts';
import { foldName } from '../../wire/name.ts';
import { knownName } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { isWithin } from '../../wire/name-within.ts';

/** In use in networks, though nobody has set them aside: no CA signs for them, and nobody outside can look them up. */
const USUAL_PRIVATE = ['lan', 'localdomain', 'home', 'intranet', 'corp', 'private'].map((text) => knownName(text));
const SPECIAL_USE = specialUseZones(false).map(({ name }) => name);
const NAMES_MAX = 8;
const LEADING_TYPES: readonly number[] = [TYPE.A, TYPE.AAAA, TYPE.CNAME];

/** Each device may have a name below a wildcard, and looks it up before it connects: one that no device is given stands for all. */
const LABEL_OF_NO_DEVICE = 'sotto-doctor';

export type NameSettings = Pick<Settings, 'certificates' | 'zones' | 'records'> & {
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
  return wildcardParents(settings).filter((parent) => !isPrivate(parent, settings));
}

/** The same of names that are of this network alone. */
export function privateWildcardParents(settings: NameSettings): readonly string[] {
  return wildcardParents(settings).filter((parent) => isPrivate(parent, settings));
}

export function nameBelow(parent: string): string {
  return `${LABEL_OF_NO_DEVICE}.${parent}`;
}

function wildcardParents({ certificates }: NameSettings): readonly string[] {
  const wildcards = certificates.flatMap(({ names }) => names).filter((name) => name.startsWith('*.'));
  return [...new Set(wildcards.map((name) => name.slice(2)))].slice(0, NAMES_MAX);
}

function authenticationNames({ certificates }: NameSettings): readonly string[] {
  const names = certificates.flatMap((certificate) => certificate.names);
  return [...new Set(names.filter(isAuthenticationName))].slice(0, NAMES_MAX);
}

/**
 * Within a [[zone]], resolve.lease_domain, a special-use name, or what many networks use like one; or with a [[record]] of ours and
 * no certificate that anybody outside could check.
 */
function isPrivate(text: string, settings: NameSettings): boolean {
  const { zones, resolve } = settings;
  const name = foldedName(text);
  const apexes = [...SPECIAL_USE, ...USUAL_PRIVATE, ...zones.map((zone) => zone.name), resolve.leaseDomain];
  return apexes.some((apex) => isWithin(name, apex)) || isOfLocalCaAndRecord(text, settings);
}

function isOfLocalCaAndRecord(text: string, { certificates, records }: NameSettings): boolean {
  const key = text.toLowerCase();
  const ofName = certificates.filter(({ names }) =>
    names.some((name) => [key, `*.${key}`].includes(name.toLowerCase())),
  );
  if (ofName.length === 0 || ofName.some(({ source }) => source.kind !== 'local-ca')) return false;
  const wanted = foldedName(text);
  return records.some(({ owner, type }) => LEADING_TYPES.includes(type) && stands(owner, wanted));
}

/** An owner with a `*` stands for what is below, and is looked at by its parent. */
function stands(owner: Uint8Array, name: Uint8Array): boolean {
  const isWildcard = owner[0] === 1 && owner[1] === 0x2a;
  return isWildcard ? isWithin(name, owner.subarray(2)) : Buffer.compare(owner, name) === 0;
}

function foldedName(text: string): Uint8Array {
  const name = knownName(text);
  foldName(name, name.length);
  return name;
}
