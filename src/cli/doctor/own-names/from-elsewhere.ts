// Where the gateway's names lead devices that are somewhere else, by the public DNS.

import { scopeOf } from '../address-scope.ts';
import type { Circumstances } from '../circumstances.ts';
import { fail, type Finding, ok, unknown, warn } from '../finding.ts';
import { divide, lanAddress } from './machine-addresses.ts';

export async function fromElsewhere(name: string, circumstances: Circumstances): Promise<readonly Finding[]> {
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

/** `name`: some name below the wildcard of `parent`. */
export async function wildcardFromElsewhere(
  name: string,
  parent: string,
  circumstances: Circumstances,
): Promise<Finding> {
  const published = await circumstances.publicAddresses(name);
  const where = `*.${parent} from elsewhere`;
  if ('reason' in published) return unknown(`${where}: it could not be asked (${published.reason})`);
  if (published.addresses.length > 0) return ok(`${where}: names below it lead to ${published.addresses.join(', ')}`);
  return warn(
    `${where}: names below ${parent} have no address, so a device that was given one does not find the gateway on the road`,
    `publish *.${parent} with the addresses of ${parent}, where the domain is hosted`,
  );
}
