// Does the gateway's own name lead to it: at home, where phones look it up in plain DNS before they connect, and from anywhere else?

import type { Circumstances } from '../circumstances.ts';
import {
  nameBelow,
  privateNames,
  privateWildcardParents,
  publicNames,
  publicWildcardParents,
} from '../client-names.ts';
import { servesThisMachineAlone } from '../endpoints.ts';
import type { Examination } from '../examination.ts';
import { type Finding, skip, warn } from '../finding.ts';
import { atHome, wildcardAtHome } from '../own-names/at-home.ts';
import { fromElsewhere, wildcardFromElsewhere } from '../own-names/from-elsewhere.ts';

export const ownNames: Examination = {
  name: 'name',
  subject: "whether the gateway's own name leads to it",
  async examine(circumstances) {
    const { settings } = circumstances;
    const findings = [
      ...privateNames(settings).map((name) => ofThisNetwork(name, circumstances)),
      ...privateWildcardParents(settings).map((parent) => wildcardAtHome(nameBelow(parent), parent, circumstances)),
      ...publicNames(settings).map(async (name) => [
        ...(await atHome(name, circumstances)),
        ...(await fromElsewhere(name, circumstances)),
      ]),
      ...publicWildcardParents(settings).map(async (parent) => [
        await wildcardFromElsewhere(nameBelow(parent), parent, circumstances),
        ...(await wildcardAtHome(nameBelow(parent), parent, circumstances)),
      ]),
    ];
    return [...withoutPublicName(circumstances), ...(await Promise.all(findings)).flat()];
  },
};

function withoutPublicName(circumstances: Circumstances): readonly Finding[] {
  const { settings } = circumstances;
  if (publicNames(settings).length > 0) return [];
  const sentence = "no certificate has a public DNS name, and Android's Private DNS takes nothing else";
  if (servesThisMachineAlone(circumstances)) return [skip(`${sentence}; it does not matter to this machine alone`)];
  return [
    warn(
      sentence,
      'get a name of your own (a dynamic one will do), and a [[certificate]] for it with source = "acme"',
      ...(privateNames(settings).length > 0
        ? ['a name within a [[zone]], resolve.lease_domain or a special-use domain is of this network alone']
        : []),
    ),
  ];
}

/** Nobody outside is told that there is such a name. */
async function ofThisNetwork(name: string, circumstances: Circumstances): Promise<readonly Finding[]> {
  return [
    ...(await atHome(name, circumstances)),
    skip(`${name} from elsewhere: it is of this network alone, so nobody outside was asked about it`),
  ];
}
