// IPv6: a published address that nobody answers at makes phones wait or fail, as they try it first.

import { scopeOf, sameAddress } from '../address-scope.ts';
import type { Circumstances } from '../circumstances.ts';
import { publicNames } from '../client-names.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, unknown, warn } from '../finding.ts';

export const ipv6: Examination = {
  name: 'ipv6',
  subject: 'IPv6',
  async examine(circumstances) {
    const names = publicNames(circumstances.settings);
    const published = await Promise.all(names.map((name) => examineName(name, circumstances)));
    const findings = [...linkLocalFindings(circumstances), ...published.flat()];
    if (findings.length > 0) return findings;
    const known = await Promise.all(names.map((name) => circumstances.publicAddresses(name)));
    if (known.some((it) => 'reason' in it)) return [unknown('whether an IPv6 address is published could not be asked')];
    return [withoutPublication(circumstances)];
  },
};

/** A client needs to name its interface to use such an address, and no record can do that. */
function linkLocalFindings({ settings }: Circumstances): readonly Finding[] {
  const { dot, doh } = settings.listen;
  return [...dot, ...doh]
    .filter(({ address }) => scopeOf(address) === 'link-local')
    .map(({ address }) =>
      warn(`${address} is link-local: phones cannot be told to connect to it`, 'listen on another address as well'),
    );
}

async function examineName(name: string, circumstances: Circumstances): Promise<readonly Finding[]> {
  const published = await circumstances.publicAddresses(name);
  if ('reason' in published) return [];
  const addresses = published.addresses.filter((address) => address.includes(':'));
  return addresses.flatMap((address) => examineAddress(name, address, circumstances));
}

function examineAddress(name: string, address: string, { interfaceAddresses }: Circumstances): readonly Finding[] {
  const scope = scopeOf(address);
  const record = `the AAAA record of ${name}`;
  const remove = 'take the AAAA record out, or correct it, where the domain is hosted';
  if (scope === 'link-local' || scope === 'loopback')
    return [fail(`${record} is ${address}, which leads nobody to this machine (${scope})`, remove)];
  if (!interfaceAddresses().some((it) => sameAddress(it.address, address)))
    return [
      unknown(
        `${record} is ${address}, which is none of this machine's addresses; phones try it first`,
        `unless another machine hands it on to this one: ${remove}`,
        'prefixes of home networks change: a dynamic DNS client must update AAAA as well',
      ),
    ];
  return [ok(`${record} is ${address}, of this machine; the findings under "reach" say whether it is answered there`)];
}

function withoutPublication(circumstances: Circumstances): Finding {
  const global = circumstances
    .interfaceAddresses()
    .filter(({ address }) => address.includes(':') && scopeOf(address) === 'public');
  if (global.length === 0) return ok('this machine has no public IPv6 address, and none is published: phones use IPv4');
  const listens = circumstances.endpoints.some(
    ({ kind, address }) => (kind === 'dot' || kind === 'doh') && global.some((it) => sameAddress(it.address, address)),
  );
  const state = listens ? 'the gateway listens on it' : 'the gateway listens on IPv4 only';
  return ok(
    `this machine has the public IPv6 address ${global[0]!.address} (${state}), and none is published: phones use IPv4`,
  );
}
