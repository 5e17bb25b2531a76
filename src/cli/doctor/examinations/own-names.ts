// Does the gateway's own name lead to it: at home, where phones look it up in plain DNS before they connect, and from anywhere else?

import { addressesOf } from '../../../upstream/answer-addresses.ts';
import { sameAddress, scopeOf } from '../address-scope.ts';
import { RCODE } from '../../../wire/numbers.ts';
import { readQuestion } from '../../query/question.ts';
import { askEndpoint } from '../ask-endpoint.ts';
import type { Circumstances } from '../circumstances.ts';
import { privateNames, publicNames, publicWildcardParents } from '../client-names.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, skip, unknown, warn } from '../finding.ts';
import { firstToAsk } from '../may-ask.ts';
import { servesThisMachineAlone } from '../endpoints.ts';

const LABEL_OF_NO_DEVICE = 'sotto-doctor';

export const ownNames: Examination = {
  name: 'name',
  subject: "whether the gateway's own name leads to it",
  async examine(circumstances) {
    const { settings } = circumstances;
    const names = publicNames(settings);
    const findings = [
      ...privateNames(settings).map((name) => ofThisNetwork(name, circumstances)),
      ...names.map(async (name) => [
        ...(await atHome(name, circumstances)),
        ...(await fromElsewhere(name, circumstances)),
      ]),
      ...publicWildcardParents(settings).map((parent) => belowWildcard(parent, circumstances)),
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

/** Each device may have a name there, and looks it up before it connects: one that nobody gives to a device stands for all. */
async function belowWildcard(parent: string, circumstances: Circumstances): Promise<readonly Finding[]> {
  const name = `${LABEL_OF_NO_DEVICE}.${parent}`;
  const findings: Finding[] = [];
  const published = await circumstances.publicAddresses(name);
  if ('reason' in published)
    findings.push(unknown(`*.${parent} from elsewhere: it could not be asked (${published.reason})`));
  else if (published.addresses.length === 0)
    findings.push(
      warn(
        `*.${parent} from elsewhere: names below ${parent} have no address, so a device that was given one does not find the gateway on the road`,
        `publish *.${parent} with the addresses of ${parent}, where the domain is hosted`,
      ),
    );
  else findings.push(ok(`*.${parent} from elsewhere: names below it lead to ${published.addresses.join(', ')}`));
  const endpoint = firstToAsk(circumstances, ['udp']);
  if (endpoint === undefined) return findings;
  const answers = await Promise.all(['A', 'AAAA'].map((type) => askEndpoint(endpoint, readQuestion(name, type))));
  const read = answers.map((answer) => (answer.kind === 'answer' ? addressesOf(answer.message) : undefined));
  if (read.some((answer) => answer === undefined || answer.rcode === RCODE.SERVFAIL))
    return [
      ...findings,
      unknown(`*.${parent} at home: the gateway has no answer now`, 'see the findings under "ports"'),
    ];
  const found = read.flatMap((answer) => answer!.addresses);
  const record = `[[record]] name = "*.${parent}", type = "A", value = "${lanAddress(circumstances)}"`;
  if (found.length === 0)
    return [
      ...findings,
      warn(`*.${parent} at home: names below ${parent} have no address here`, `give them one: ${record}`),
    ];
  return [...findings, ok(`*.${parent} at home: the gateway's own answer is ${found.join(', ')}`)];
}

/** As a device asks that has this gateway as the resolver of its network. */
async function atHome(name: string, circumstances: Circumstances): Promise<readonly Finding[]> {
  const endpoint = firstToAsk(circumstances, ['udp']);
  if (circumstances.gateway.kind === 'none') return [];
  if (endpoint === undefined)
    return [
      skip(`${name} at home: plain DNS is not for this machine here, so another resolver tells where the name is`),
    ];
  const answers = await Promise.all(['A', 'AAAA'].map((type) => askEndpoint(endpoint, readQuestion(name, type))));
  const found: string[] = [];
  for (const answer of answers) {
    const read = answer.kind === 'answer' ? addressesOf(answer.message) : undefined;
    if (read === undefined || read.rcode === RCODE.SERVFAIL)
      return [
        unknown(`${name} at home: the gateway has no answer now`, 'see the findings under "ports" and "upstream"'),
      ];
    found.push(...read.addresses);
  }
  const advice = `give it the address of this machine: [[record]] name = "${name}", type = "A", value = "${lanAddress(circumstances)}"`;
  if (found.length === 0)
    return [fail(`${name} at home: the gateway's own answer has no address, so devices do not find it`, advice)];
  if (found.every((address) => scopeOf(address) === 'loopback'))
    return [warn(`${name} at home: the answer is ${found.join(', ')}, where every device finds itself`, advice)];
  const { ours, others } = divide(found, circumstances);
  const findings: Finding[] = [];
  if (ours.length > 0)
    findings.push(ok(`${name} at home: the gateway's own answer is ${ours.join(', ')}, this machine`));
  if (others.length > 0)
    findings.push(
      warn(
        `${name} at home: the gateway's own answer is ${others.join(', ')}, not of this machine; it works only where the router leads devices back inside (NAT loopback)`,
        advice,
      ),
    );
  return findings;
}

function divide(
  addresses: readonly string[],
  { interfaceAddresses }: Circumstances,
): { readonly ours: readonly string[]; readonly others: readonly string[] } {
  const own = interfaceAddresses();
  const isOurs = (address: string) => own.some((it) => sameAddress(it.address, address));
  return { ours: addresses.filter(isOurs), others: addresses.filter((address) => !isOurs(address)) };
}

async function fromElsewhere(name: string, circumstances: Circumstances): Promise<readonly Finding[]> {
  const published = await circumstances.publicAddresses(name);
  const where = `${name} from elsewhere`;
  if ('reason' in published) return [unknown(`${where}: what it leads to could not be asked (${published.reason})`)];
  const { addresses, isMissing } = published;
  if (addresses.length === 0)
    return [
      fail(
        `${where}: ${isMissing ? 'there is no such name' : 'the name has no address'}, so no phone on the road finds it`,
        'publish an A record with the public address of this network, where the domain is hosted',
      ),
    ];
  const reachable = addresses.filter((address) => scopeOf(address) === 'public');
  const { ours, others } = divide(reachable, circumstances);
  const findings: Finding[] = [];
  if (reachable.length === 0)
    findings.push(
      warn(
        `${where}: it leads to ${addresses.join(', ')}, of a local network: it works there or through a VPN, and nowhere else`,
      ),
    );
  if (ours.length > 0) findings.push(ok(`${where}: it leads to ${ours.join(', ')}, this machine`));
  // IPv6 has no ports to forward: ipv6.ts speaks of addresses that are not ours.
  const behindRouter = others.filter((address) => !address.includes(':'));
  if (behindRouter.length > 0)
    findings.push(
      unknown(
        `${where}: it leads to ${behindRouter.join(', ')}, not of this machine; whether that is your router, and whether it leads here, cannot be seen from inside`,
        'compare it with the address that the router shows as its own (WAN); if they differ, update the record or the dynamic DNS client',
        `forward these ports of the router to ${lanAddress(circumstances)}: ${forwardedPorts(circumstances)}`,
      ),
    );
  return findings;
}

function forwardedPorts({ endpoints }: Circumstances): string {
  const of = (kind: string) => [...new Set(endpoints.filter((it) => it.kind === kind).map(({ port }) => port))];
  const forwards = [...of('dot').map((port) => `TCP 853 to ${port}`), ...of('doh').map((port) => `TCP 443 to ${port}`)];
  return forwards.length === 0 ? 'none, since no encrypted listener is configured' : forwards.join(', ');
}

/** The one that other devices of the network use. */
function lanAddress({ interfaceAddresses }: Circumstances): string {
  const ipv4 = interfaceAddresses().filter(({ address }) => !address.includes(':'));
  const best =
    ipv4.find(({ address }) => scopeOf(address) === 'private') ??
    ipv4.find(({ address }) => scopeOf(address) === 'public');
  return best?.address ?? 'ADDRESS';
}
