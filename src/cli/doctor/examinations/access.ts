// Does [access] leave out clients that should come in?

import { AccessList, type AddressRange } from '../../../policy/access-list.ts';
import { octetsOf, scopeOf } from '../address-scope.ts';
import type { Circumstances } from '../circumstances.ts';
import { publicNames } from '../client-names.ts';
import { endpointToText } from '../endpoints.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, skip, unknown, warn } from '../finding.ts';

/** Addresses from all over the world: who lets all of them in lets everybody in. */
const ANYWHERE = ['1.1.1.1', '84.1.2.3', '203.0.112.1', '2001:470::1', '2600::1', '2a02::1'].map(octetsOf);

export const access: Examination = {
  name: 'access',
  subject: 'who may ask',
  async examine(circumstances) {
    return [...(await encryptedFindings(circumstances)), ...plainFindings(circumstances)];
  },
};

async function encryptedFindings(circumstances: Circumstances): Promise<readonly Finding[]> {
  const { settings } = circumstances;
  if (settings.listen.dot.length + settings.listen.doh.length === 0)
    return [skip('no encrypted listener is configured')];
  const permitted = share(settings.access.encrypted);
  if (permitted === 'all') return [ok('access.encrypted lets everybody in who finds the way')];
  const left =
    permitted === 'some' ? 'leaves out a part of the world' : 'leaves out everybody who is not in the local network';
  for (const name of publicNames(settings)) {
    const published = await circumstances.publicAddresses(name);
    if ('reason' in published)
      return [unknown(`access.encrypted ${left}; whether ${name} is published for them could not be asked`)];
    if (!published.addresses.some((address) => scopeOf(address) === 'public')) continue;
    const sentence = `access.encrypted ${left}, while ${name} is published for everybody: phones on the road are refused`;
    const advice = 'let them in with [access] encrypted = ["any"], or give phones a VPN home';
    return [permitted === 'some' ? warn(sentence, advice) : fail(sentence, advice)];
  }
  return [ok(`access.encrypted ${left}; no public name says that they may come`)];
}

/** Devices whose addresses are public, as with IPv6 at home, are strangers to "private". */
function plainFindings({ settings, endpoints }: Circumstances): readonly Finding[] {
  const list = new AccessList(settings.access.plain);
  const plain = endpoints.filter(({ kind }) => kind === 'udp');
  const isHome = plain.some(({ address }) => scopeOf(address) === 'private');
  const leftOut = plain.filter(({ address }) => {
    const scope = scopeOf(address);
    if (scope === 'loopback' || scope === 'link-local' || list.permits(octetsOf(address))) return false;
    return scope === 'private' || (isHome && address.includes(':'));
  });
  return leftOut.map((endpoint) => {
    const { address } = endpoint;
    const network = address.includes(':')
      ? 'its network (mostly its first four groups, as in "2001:db8:1:2::/64")'
      : 'its network';
    return warn(
      `access.plain leaves out ${address}, an address of this machine: devices that ask ${endpointToText(endpoint)} from addresses like it are refused`,
      `add ${network} to [access] plain`,
    );
  });
}

function share(ranges: readonly AddressRange[]): 'all' | 'some' | 'none' {
  const list = new AccessList(ranges);
  const count = ANYWHERE.filter((address) => list.permits(address)).length;
  if (count === ANYWHERE.length) return 'all';
  return count === 0 ? 'none' : 'some';
}
