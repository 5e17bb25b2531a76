// Do the encrypted services answer at those addresses of this machine that its names lead to? Devices try the addresses that they
// are told, at the ports that they know, wherever else the gateway listens.

import { certificateCovers } from '../../../control-plane/certificates/certificate-names.ts';
import { sameAddress, scopeOf } from '../address-scope.ts';
import type { Circumstances } from '../circumstances.ts';
import {
  nameBelow,
  privateNames,
  privateWildcardParents,
  publicNames,
  publicWildcardParents,
} from '../client-names.ts';
import { clientPorts, DOT_PORT, urlPort } from '../client-ports.ts';
import { endpointsToText, endpointToText, KIND_TEXT, servesThisMachineAlone } from '../endpoints.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, skip } from '../finding.ts';
import { shakeHands } from '../handshake.ts';
import { type Lead, leadText, type Place, silenceFinding, withdrawAdvice } from '../own-names/lead.ts';
import { divide } from '../own-names/machine-addresses.ts';
import { NOBODY } from '../trust-store.ts';

/** Of a name; more are no set-up of a home. */
const ADDRESSES_MAX = 12;

export const reach: Examination = {
  name: 'reach',
  subject: 'whether the gateway answers where its names lead',
  async examine(circumstances) {
    const { gateway, settings } = circumstances;
    const { dot, doh } = settings.listen;
    if (gateway.kind === 'none') return [skip('no gateway runs that could answer where its names lead')];
    if (dot.length + doh.length === 0) return [skip('neither DNS over TLS nor DNS over HTTPS is listened for')];
    if (servesThisMachineAlone(circumstances))
      return [skip('no name leads devices to a gateway for this machine alone')];
    const leads = (await Promise.all(namesToTry(circumstances).map((name) => leadsOf(name, circumstances)))).flat();
    const tries = leads.flatMap((lead) => triesOf(lead, circumstances));
    if (tries.length === 0)
      return [
        skip('no name leads to an address of this machine where it could be tried: see the findings under "name"'),
      ];
    const findings = await Promise.all(tries.map((it) => tryIt(it, circumstances)));
    const answering = tries.filter((_it, index) => findings[index] === undefined);
    return [...answeringFindings(answering), ...findings.filter((finding) => finding !== undefined)];
  },
};

interface NameToTry {
  /** As it is shown. */
  readonly title: string;
  readonly name: string;
  readonly isPublic: boolean;
}

type Try = Place & NameToTry;

function namesToTry({ settings }: Circumstances): readonly NameToTry[] {
  const plain = (isPublic: boolean) => (name: string) => ({ title: name, name, isPublic });
  const below = (isPublic: boolean) => (parent: string) => ({
    title: `*.${parent}`,
    name: nameBelow(parent),
    isPublic,
  });
  return [
    ...publicNames(settings).map(plain(true)),
    ...privateNames(settings).map(plain(false)),
    ...publicWildcardParents(settings).map(below(true)),
    ...privateWildcardParents(settings).map(below(false)),
  ];
}

/** To addresses of this machine that a device can use. */
async function leadsOf(it: NameToTry, circumstances: Circumstances): Promise<readonly (Lead & NameToTry)[]> {
  const [home, published] = await Promise.all([
    circumstances.addressesAtHome(it.name),
    it.isPublic ? circumstances.publicAddresses(it.name) : { addresses: [] },
  ]);
  const atHome = home.kind === 'told' ? home.addresses : [];
  const public_ = 'reason' in published ? [] : published.addresses;
  const { ours } = divide([...atHome, ...public_], circumstances);
  const usable = ours.filter((address) => ['private', 'public'].includes(scopeOf(address)));
  const each = usable.filter((address, index) => usable.findIndex((other) => sameAddress(other, address)) === index);
  const isAmong = (addresses: readonly string[], address: string) =>
    addresses.some((other) => sameAddress(other, address));
  return each.slice(0, ADDRESSES_MAX).map((address) => ({
    ...it,
    address,
    isToldAtHome: isAmong(atHome, address),
    isPublished: isAmong(public_, address),
  }));
}

function triesOf(lead: Lead & NameToTry, circumstances: Circumstances): readonly Try[] {
  const { dot } = circumstances.settings.listen;
  const tlsPorts = clientPorts(circumstances, 'dot');
  // A router may forward to another port; the findings under "clients" say that it does not help at home.
  const isElsewhere = tlsPorts.length > 0 && !tlsPorts.includes(DOT_PORT) && !lead.isPublished;
  const httpsPort = urlPort(circumstances);
  return [
    ...(dot.length > 0 && !isElsewhere ? [{ ...lead, kind: 'dot', port: DOT_PORT } as const] : []),
    ...(httpsPort === undefined ? [] : [{ ...lead, kind: 'doh', port: httpsPort } as const]),
  ];
}

/** Undefined: it answers, with the certificate of the name as far as the gateway has one. */
async function tryIt(it: Try, { endpoints }: Circumstances): Promise<Finding | undefined> {
  const { name, kind, address, port } = it;
  const greeting = { serverName: name, alpn: kind === 'dot' ? 'dot' : 'h2', trust: NOBODY } as const;
  const handshake = await shakeHands({ address, port }, greeting);
  const isOfGateway = endpoints.some(
    (endpoint) => endpoint.kind === kind && endpoint.port === port && sameAddress(endpoint.address, address),
  );
  if (!handshake.done) return silenceFinding(it, handshake.code, endpoints, isOfGateway);
  if (isOfGateway || certificateCovers(handshake.chain[0]!, name)) return undefined;
  const sentence = `${leadText(it)}, but what answers at ${endpointToText(it)} is another program, without a certificate for the name`;
  return fail(sentence, 'see which it is: ss -ltnp', withdrawAdvice(it));
}

/** Names that lead to the same places share a line. */
function answeringFindings(tries: readonly Try[]): readonly Finding[] {
  const byKind = Map.groupBy(tries, ({ kind }) => kind);
  return [...byKind].flatMap(([kind, ofKind]) => {
    const byName = [...Map.groupBy(ofKind, ({ title }) => title)];
    const byPlaces = Map.groupBy(byName, ([, ofName]) => endpointsToText(ofName));
    return [...byPlaces].map(([places, names]) =>
      ok(`${names.map(([title]) => title).join(', ')}: ${KIND_TEXT[kind]} answers where it leads, at ${places}`),
    );
  });
}
