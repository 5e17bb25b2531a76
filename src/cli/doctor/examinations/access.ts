// Does [access] leave out clients that should come in?

import { AccessList, type AddressRange, isRangeWithin } from '../../../policy/access-list.ts';
import { LOOPBACK_RANGES, octetsOf, scopeOf } from '../address-scope.ts';
import type { Circumstances } from '../circumstances.ts';
import { publicNames } from '../client-names.ts';
import { type Endpoint, endpointToText } from '../endpoints.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, skip, unknown, warn } from '../finding.ts';

/** Addresses from all over the world: who lets all of them in lets everybody in. */
const ANYWHERE = ['1.1.1.1', '84.1.2.3', '203.0.112.1', '2001:470::1', '2600::1', '2a02::1'].map(octetsOf);

export const access: Examination = {
  name: 'access',
  subject: 'who may ask',
  async examine(circumstances) {
    const atHome = homeFindings(circumstances);
    return [...(await encryptedFindings(circumstances, atHome)), ...plainFindings(circumstances)];
  },
};

/** `atHome`: what is to be said of devices of this network. */
async function encryptedFindings(
  circumstances: Circumstances,
  atHome: readonly Finding[],
): Promise<readonly Finding[]> {
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
      return [unknown(`access.encrypted ${left}; whether ${name} is published for them could not be asked`), ...atHome];
    if (!published.addresses.some((address) => scopeOf(address) === 'public')) continue;
    const sentence = `access.encrypted ${left}, while ${name} is published for everybody: phones on the road are refused`;
    const advice = 'let them in with [access] encrypted = ["any"], or give phones a VPN home';
    return [permitted === 'some' ? warn(sentence, advice) : fail(sentence, advice), ...atHome];
  }
  if (atHome.length > 0) return atHome;
  return [ok(`access.encrypted ${left}; no public name says that they may come`)];
}

/** Devices of this network are judged by the addresses that this machine has in it. */
function homeFindings({ settings, endpoints }: Circumstances): readonly Finding[] {
  const encrypted = endpoints.filter(({ kind }) => kind === 'dot' || kind === 'doh');
  const atHome = homeAddresses(encrypted);
  const leftOut = leftOutOf(settings.access.encrypted, atHome);
  if (leftOut.length === 0) return [];
  const [those, addresses] = [leftOut.length === 1 ? 'an address' : 'addresses', leftOut.join(', ')];
  const services = encrypted.every(({ kind }) => kind === 'dot') ? 'DNS over TLS' : 'DNS over TLS or HTTPS';
  const sentence = `access.encrypted leaves out ${addresses}, ${those} of this machine: devices that come with ${services} from addresses like ${leftOut.length === 1 ? 'it' : 'them'} are refused`;
  const hint = leftOut.some((address) => scopeOf(address) === 'private') ? '; "private" is every local one' : '';
  const advice = `add their networks to [access] encrypted, such as ${networkLike(leftOut[0]!)}${hint}`;
  // Any other network that is let in may be the one of the devices: this machine may have addresses for containers alone.
  return [letsOthersIn(settings.access.encrypted) ? warn(sentence, advice) : fail(sentence, advice)];
}

function plainFindings({ settings, endpoints }: Circumstances): readonly Finding[] {
  const plain = endpoints.filter(({ kind }) => kind === 'udp');
  const leftOut = leftOutOf(settings.access.plain, homeAddresses(plain));
  return plain
    .filter(({ address }) => leftOut.includes(address))
    .map((endpoint) =>
      warn(
        `access.plain leaves out ${endpoint.address}, an address of this machine: devices that ask ${endpointToText(endpoint)} from addresses like it are refused`,
        `add its network to [access] plain, such as ${networkLike(endpoint.address)}`,
      ),
    );
}

/** Each once. Those of devices may be public, as with IPv6 at home, and are strangers to "private" then. */
function homeAddresses(endpoints: readonly Endpoint[]): readonly string[] {
  const isHome = endpoints.some(({ address }) => scopeOf(address) === 'private');
  const addresses = endpoints
    .map(({ address }) => address)
    .filter((address) => {
      const scope = scopeOf(address);
      return scope === 'private' || (scope === 'public' && isHome && address.includes(':'));
    });
  return [...new Set(addresses)];
}

/** Whether the list has anything but this machine. */
function letsOthersIn(ranges: readonly AddressRange[]): boolean {
  return ranges.some((range) => !isRangeWithin(range, LOOPBACK_RANGES));
}

function leftOutOf(ranges: readonly AddressRange[], addresses: readonly string[]): readonly string[] {
  const list = new AccessList(ranges);
  return addresses.filter((address) => !list.permits(octetsOf(address)));
}

/** The prefix that most networks have. */
function networkLike(address: string): string {
  return address.includes(':')
    ? 'its first four groups: "2001:db8:1:2::/64"'
    : `"${address.split('.').slice(0, 3).join('.')}.0/24"`;
}

function share(ranges: readonly AddressRange[]): 'all' | 'some' | 'none' {
  const list = new AccessList(ranges);
  const count = ANYWHERE.filter((address) => list.permits(address)).length;
  if (count === ANYWHERE.length) return 'all';
  return count === 0 ? 'none' : 'some';
}
