// Where the gateway's names lead devices of its own network, by its own answers in plain DNS.

import { scopeOf } from '../address-scope.ts';
import type { HomeAddresses } from '../addresses-at-home.ts';
import type { Circumstances } from '../circumstances.ts';
import { type Endpoint, servesThisMachineAlone } from '../endpoints.ts';
import { fail, type Finding, ok, skip, unknown, warn } from '../finding.ts';
import { adviceAgainst, isPassing } from '../withheld.ts';
import { divide, lanAddress } from './machine-addresses.ts';

/** As a device asks that has this gateway as the resolver of its network. */
export async function atHome(name: string, circumstances: Circumstances): Promise<readonly Finding[]> {
  const home = await circumstances.addressesAtHome(name);
  if (home.kind !== 'told') return untold(name, name, home);
  const { addresses, askedAt } = home;
  const where = `${name} at home${asWhom(askedAt, circumstances)}`;
  const advice = `give it the address of this machine: [[record]] name = "${name}", type = "A", value = "${lanAddress(circumstances)}"`;
  if (addresses.length === 0)
    return [fail(`${where}: the gateway's own answer has no address, so devices do not find it`, advice)];
  if (addresses.every((address) => scopeOf(address) === 'loopback'))
    return [warn(`${where}: the answer is ${addresses.join(', ')}, where every device finds itself`, advice)];
  const { ours, others } = divide(addresses, circumstances);
  const findings: Finding[] = [];
  if (ours.length > 0) findings.push(ok(`${where}: the gateway's own answer is ${ours.join(', ')}, this machine`));
  if (others.length > 0)
    findings.push(
      warn(
        `${where}: the gateway's own answer is ${others.join(', ')}, not of this machine; it works only where the router leads devices back inside (NAT loopback)`,
        advice,
      ),
    );
  return findings;
}

/** `name`: some name below the wildcard of `parent`. */
export async function wildcardAtHome(
  name: string,
  parent: string,
  circumstances: Circumstances,
): Promise<readonly Finding[]> {
  const home = await circumstances.addressesAtHome(name);
  if (home.kind === 'not-for-us') return [];
  if (home.kind !== 'told') return untold(`*.${parent}`, name, home);
  const { addresses, askedAt } = home;
  const where = `*.${parent} at home${asWhom(askedAt, circumstances)}`;
  if (addresses.length > 0) return [ok(`${where}: the gateway's own answer is ${addresses.join(', ')}`)];
  const record = `[[record]] name = "*.${parent}", type = "A", value = "${lanAddress(circumstances)}"`;
  return [warn(`${where}: names below ${parent} have no address here`, `give them one: ${record}`)];
}

function untold(
  title: string,
  name: string,
  home: Exclude<HomeAddresses, { readonly kind: 'told' }>,
): readonly Finding[] {
  const where = `${title} at home`;
  switch (home.kind) {
    case 'nobody':
      return [];
    case 'not-for-us':
      return [skip(`${where}: plain DNS is not for this machine here, so another resolver tells where the name is`)];
    case 'no-answer':
      return [unknown(`${where}: the gateway has no answer now`, 'see the findings under "ports" and "upstream"')];
    case 'blocked': {
      const { explanation } = home;
      const sentence = `${where}: devices do not find it: ${explanation.sentence}`;
      const advice = adviceAgainst(explanation, name);
      return [isPassing(explanation) ? warn(sentence, ...advice) : fail(sentence, ...advice)];
    }
  }
}

/** [access] decides by the address of who asks, about the names of the network too. */
function asWhom({ address }: Endpoint, circumstances: Circumstances): string {
  if (scopeOf(address) !== 'loopback' || servesThisMachineAlone(circumstances)) return '';
  return ' (as this machine is told, which may ask at loopback alone; devices may be told something else)';
}
